import Foundation

/// The orthonormal cosine transform (DCT-II) of small planes, by its definition.
struct CosineTransform {
    private let height, width: Int
    /// Row k is the k-th frequency: [height, height], [width, width].
    private let rows, columns: [Double]
    private let transposedRows, transposedColumns: [Double]

    init(height: Int, width: Int) {
        (self.height, self.width) = (height, width)
        (rows, columns) = (Self.cosines(height), Self.cosines(width))
        (transposedRows, transposedColumns) = (Self.transposed(rows, height), Self.transposed(columns, width))
    }

    /// - Parameter plane: [height · width].
    /// - Returns: of each frequency, [height · width].
    func callAsFunction(_ plane: [Double]) -> [Double] { product(plane, rows, transposedColumns) }

    /// The plane of the frequencies.
    func inverse(_ waves: [Double]) -> [Double] { product(waves, transposedRows, columns) }

    /// The distance of element i from frequency 0, where 1 is the highest of either side.
    func frequency(of i: Int) -> Double {
        let (v, u) = (Double(i / width) / Double(height), Double(i % width) / Double(width))
        return (v * v + u * u).squareRoot()
    }

    private static func cosines(_ count: Int) -> [Double] {
        (0..<count * count).map { i in
            let (k, x) = (i / count, i % count)
            let scale = ((k == 0 ? 1.0 : 2.0) / Double(count)).squareRoot()
            return scale * cos(.pi * (Double(x) + 0.5) * Double(k) / Double(count))
        }
    }

    private static func transposed(_ matrix: [Double], _ count: Int) -> [Double] {
        (0..<count * count).map { matrix[$0 % count * count + $0 / count] }
    }

    /// left · plane · right.
    private func product(_ plane: [Double], _ left: [Double], _ right: [Double]) -> [Double] {
        let between = multiplied(plane, right, rows: height, inner: width, columns: width)
        return multiplied(left, between, rows: height, inner: height, columns: width)
    }
}

/// a · b, of [rows, inner] and [inner, columns].
private func multiplied(_ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int) -> [Double] {
    precondition(a.count == rows * inner && b.count == inner * columns, "matrices of other sizes")
    return [Double](unsafeUninitializedCapacity: rows * columns) { result, count in
        result.initialize(repeating: 0)
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                for row in 0..<rows {
                    for k in 0..<inner {
                        let factor = a[row * inner + k]
                        for column in 0..<columns {
                            result[row * columns + column] += factor * b[k * columns + column]
                        }
                    }
                }
            }
        }
        count = rows * columns
    }
}
