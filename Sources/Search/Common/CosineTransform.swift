import Foundation

/// The orthonormal cosine transform (DCT-II) of small planes, by its definition.
struct CosineTransform {
    private let height, width: Int
    /// Row k is the k-th frequency.
    private let rows, columns: [[Double]]

    init(height: Int, width: Int) {
        (self.height, self.width) = (height, width)
        (rows, columns) = (Self.cosines(height), Self.cosines(width))
    }

    /// - Parameter plane: [height · width].
    /// - Returns: of each frequency, [height · width].
    func callAsFunction(_ plane: [Double]) -> [Double] { Self.product(plane, rows, columns) }

    /// The plane of the frequencies.
    func inverse(_ waves: [Double]) -> [Double] {
        Self.product(waves, Self.transpose(rows), Self.transpose(columns))
    }

    /// The distance of element i from frequency 0, where 1 is the highest of either side.
    func frequency(of i: Int) -> Double {
        let (v, u) = (Double(i / width) / Double(height), Double(i % width) / Double(width))
        return (v * v + u * u).squareRoot()
    }

    private static func cosines(_ count: Int) -> [[Double]] {
        (0..<count).map { k in
            let scale = ((k == 0 ? 1.0 : 2.0) / Double(count)).squareRoot()
            return (0..<count).map { scale * cos(.pi * (Double($0) + 0.5) * Double(k) / Double(count)) }
        }
    }

    private static func transpose(_ matrix: [[Double]]) -> [[Double]] {
        matrix.indices.map { i in matrix.map { $0[i] } }
    }

    /// rows · plane · columnsᵀ.
    private static func product(_ plane: [Double], _ rows: [[Double]], _ columns: [[Double]]) -> [Double] {
        let (height, width) = (rows.count, columns.count)
        var between = [Double](repeating: 0, count: height * width)
        for y in 0..<height {
            for k in 0..<width {
                var sum = 0.0
                for x in 0..<width { sum += plane[y * width + x] * columns[k][x] }
                between[y * width + k] = sum
            }
        }
        var result = [Double](repeating: 0, count: height * width)
        for k in 0..<height {
            for y in 0..<height {
                let factor = rows[k][y]
                for x in 0..<width { result[k * width + x] += factor * between[y * width + x] }
            }
        }
        return result
    }
}
