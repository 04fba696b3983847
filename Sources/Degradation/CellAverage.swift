import Tensors

/// The means of a picture over cells of any shape, such as the blocks of a mosaic in a photograph as they lie in an aligned
/// face: Aᵢ(x) = Σ x / nᵢ over the nᵢ pixels of cell i. What lies in no cell is not seen.
public struct CellAverage: Degradation {
    public let sourceSize: PixelSize
    public let targetSize: PixelSize
    /// Pixels that lie side by side in one cell, row by row.
    private let runs: [Run]
    /// 1/nᵢ.
    private let shares: [Float]

    private struct Run {
        var start: Int32
        var length: Int32
        var cell: Int32
    }

    /// - Parameters:
    ///   - cells: for each pixel, row by row, the cell in which it lies, or −1; each from 0 to the largest has one at least.
    ///   - size: of the picture.
    public init(_ cells: [Int32], of size: PixelSize) {
        precondition(cells.count == size.width * size.height, "cells do not fill the picture")
        var runs: [Run] = []
        var counts: [Int] = []
        for row in 0..<size.height {
            var i = row * size.width
            let end = i + size.width
            while i < end {
                let start = i
                let cell = cells[i]
                while i < end, cells[i] == cell { i += 1 }
                guard cell >= 0 else { continue }
                runs.append(Run(start: Int32(start), length: Int32(i - start), cell: cell))
                while counts.count <= cell { counts.append(0) }
                counts[Int(cell)] += i - start
            }
        }
        precondition(!counts.isEmpty && !counts.contains(0), "a cell without pixels has no mean")
        self.runs = runs
        shares = counts.map { 1 / Float($0) }
        sourceSize = size
        targetSize = PixelSize(width: counts.count, height: 1)
    }

    public var keepsConstants: Bool { true }

    /// Not enough to make it again: that takes the photograph.
    public var record: DegradationRecord {
        DegradationRecord(name: "cells", sourceSize: sourceSize, targetSize: targetSize)
    }

    public func scratchShape(channels: Int) -> [Int] { [1] }

    public func apply(_ image: Tensor<Float>, into result: inout Tensor<Float>, scratch: inout Tensor<Float>)
    {
        let (plane, count) = (sourceSize.width * sourceSize.height, targetSize.width)
        image.withUnsafeBufferPointer { x in
            result.withUnsafeMutableBufferPointer { y in
                for channel in 0..<x.count / plane {
                    let (from, to) = (channel * plane, channel * count)
                    for i in 0..<count { y[to + i] = 0 }
                    for run in runs {
                        var sum: Float = 0
                        let start = from + Int(run.start)
                        for i in start..<start + Int(run.length) { sum += x[i] }
                        y[to + Int(run.cell)] += sum
                    }
                    for i in 0..<count { y[to + i] *= shares[i] }
                }
            }
        }
    }

    public func applyAdjoint(
        _ residual: Tensor<Float>, into result: inout Tensor<Float>, scratch: inout Tensor<Float>
    ) {
        let (plane, count) = (sourceSize.width * sourceSize.height, targetSize.width)
        residual.withUnsafeBufferPointer { r in
            result.withUnsafeMutableBufferPointer { x in
                x.update(repeating: 0)
                for channel in 0..<x.count / plane {
                    for run in runs {
                        let cell = Int(run.cell)
                        let value = r[channel * count + cell] * shares[cell]
                        let start = channel * plane + Int(run.start)
                        for i in start..<start + Int(run.length) { x[i] = value }
                    }
                }
            }
        }
    }

    public func apply(_ image: Tensor<Double>) -> Tensor<Double> {
        let (plane, count) = (sourceSize.width * sourceSize.height, targetSize.width)
        let channels = image.shape[0]
        var result = Tensor<Double>(zeros: [channels, 1, count])
        var counts = [Double](repeating: 0, count: count)
        for run in runs { counts[Int(run.cell)] += Double(run.length) }
        for channel in 0..<channels {
            for run in runs {
                for i in Int(run.start)..<Int(run.start + run.length) {
                    result[channel * count + Int(run.cell)] += image[channel * plane + i]
                }
            }
            for i in 0..<count { result[channel * count + i] /= counts[i] }
        }
        return result
    }
}
