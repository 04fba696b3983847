import Tensors

/// Pictures of cells made larger along the edges of a guide: each pixel is a mean of the 3×3 cells around it, weighted by
/// quadratic B-splines in space and by how much the colours of guide and cells belong together.
///
/// Source: Kopf et al., "Joint bilateral upsampling" (SIGGRAPH 2007).
struct EdgeUpsampling {
    /// Sides in pixels of what goes in, of what comes out, and of a cell.
    private let cells, side, cell: Int
    /// Spatial weights of the cell before, at and after a pixel, one after the other, [3, n].
    private let weights: [Float]
    /// Three rows of cells as wide as the picture and a cell on either side: three channels of values, three of colours.
    private var rows: [Float]
    private var line: [Float]
    /// Floats from one channel of `rows` to the next.
    private let stride: Int

    /// - Parameters:
    ///   - cells: m, a divisor of `side`.
    ///   - side: n ≥ 8.
    init(from cells: Int, to side: Int) {
        precondition(side % cells == 0 && side >= 8, "cells do not fill the picture")
        (self.cells, self.side) = (cells, side)
        cell = side / cells
        stride = side + 2 * cell
        rows = Array(repeating: 0, count: 3 * 6 * stride)
        line = Array(repeating: 0, count: 3 * side)
        let size = Float(cell)
        let offsets = (0..<side).map { [cell] in (Float($0 % cell) + 0.5) / size - 0.5 }
        weights =
            offsets.map { (0.5 - $0) * (0.5 - $0) / 2 } + offsets.map { 0.75 - $0 * $0 }
            + offsets.map { (0.5 + $0) * (0.5 + $0) / 2 }
    }

    /// What to do with the larger picture, row by row.
    enum Use { case store, addWithinRange }

    /// - Parameters:
    ///   - values, colours: of the cells, [3, m, m].
    ///   - guide: [3, n, n].
    ///   - result: [3, n, n]: overwritten, or moved and kept in 0…1.
    mutating func callAsFunction(
        _ values: Tensor<Float>, colours: Tensor<Float>, guide: Tensor<Float>, into result: inout Tensor<Float>,
        use: Use
    ) {
        let plane = side * side
        precondition(values.count == 3 * cells * cells && guide.count == 3 * plane && result.count == 3 * plane)
        values.withUnsafeBufferPointer { values in
            colours.withUnsafeBufferPointer { colours in
                guide.withUnsafeBufferPointer { guide in
                    result.withUnsafeMutableBufferPointer { result in
                        guard let values = values.baseAddress, let colours = colours.baseAddress,
                            let guide = guide.baseAddress, let result = result.baseAddress
                        else { return }
                        for row in -1..<2 { widen(values, colours, row: row) }
                        for y in 0..<side {
                            if y > 0, y % cell == 0 { widen(values, colours, row: y / cell + 1) }
                            mix(guide + y * side, row: y)
                            for channel in 0..<3 {
                                let target = result + channel * plane + y * side
                                put(channel, into: target, use: use)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Keeps a row of cells, or the nearest there is, at its place among three.
    private mutating func widen(
        _ values: UnsafePointer<Float>, _ colours: UnsafePointer<Float>, row: Int
    ) {
        let source = min(max(row, 0), cells - 1) * cells
        let place = (row + 3) % 3
        rows.withUnsafeMutableBufferPointer { rows in
            for channel in 0..<6 {
                let from = (channel < 3 ? values : colours) + (channel % 3) * cells * cells + source
                var at = (place * 6 + channel) * stride
                for x in -1...cells {
                    let value = from[min(max(x, 0), cells - 1)]
                    for _ in 0..<cell {
                        rows[at] = value
                        at += 1
                    }
                }
            }
        }
    }

    /// One row of the larger picture, into `line`.
    private mutating func mix(_ guide: UnsafePointer<Float>, row y: Int) {
        let (side, cell, stride) = (side, cell, stride)
        let plane = side * side
        let near = y / cell
        rows.withUnsafeBufferPointer { rows in
            weights.withUnsafeBufferPointer { weights in
                line.withUnsafeMutableBufferPointer { line in
                    guard let rows = rows.baseAddress, let line = line.baseAddress,
                        let weights = weights.baseAddress
                    else { return }
                    var x = 0
                    while x < side {
                        x = min(x, side - 8)
                        let red = eight(guide + x)
                        let green = eight(guide + plane + x)
                        let blue = eight(guide + 2 * plane + x)
                        var sums = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
                        for a in 0..<3 {
                            let band = rows + ((near + a + 2) % 3) * 6 * stride + x
                            let vertical = weights[a * side + y]
                            for b in 0..<3 {
                                let at = band + b * cell
                                let dr = red - eight(at + 3 * stride)
                                let dg = green - eight(at + 4 * stride)
                                let db = blue - eight(at + 5 * stride)
                                let space = eight(weights + b * side + x) * vertical
                                let weight = space * affinity(dr * dr + dg * dg + db * db)
                                sums.0 += weight * eight(at)
                                sums.1 += weight * eight(at + stride)
                                sums.2 += weight * eight(at + 2 * stride)
                                sums.3 += weight
                            }
                        }
                        let scale = 1 / sums.3
                        (sums.0 * scale).store(at: line + x)
                        (sums.1 * scale).store(at: line + side + x)
                        (sums.2 * scale).store(at: line + 2 * side + x)
                        x += 8
                    }
                }
            }
        }
    }

    private func put(_ channel: Int, into target: UnsafeMutablePointer<Float>, use: Use) {
        line.withUnsafeBufferPointer { line in
            guard let source = line.baseAddress.map({ $0 + channel * side }) else { return }
            switch use {
            case .store: target.update(from: source, count: side)
            case .addWithinRange:
                for x in 0..<side { target[x] = clamped(target[x] + source[x]) }
            }
        }
    }
}

/// To 0…1.
@inline(__always)
func clamped(_ intensity: Float) -> Float {
    let low: Float = intensity > 0 ? intensity : 0
    return low < 1 ? low : 1
}

/// See `colourAffinity`, with a least value that decides where no cell belongs.
@inline(__always)
private func affinity(_ distance: SIMD8<Float>) -> SIMD8<Float> {
    let ratio = distance * (1 / (0.12 * 0.12))
    let falloff = 1 / (1 + ratio * ratio)
    return falloff * falloff + 1e-3
}

@inline(__always)
private func eight(_ floats: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(floats).loadUnaligned(as: SIMD8<Float>.self)
}

extension SIMD8<Float> {
    @inline(__always)
    fileprivate func store(at target: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(target).storeBytes(of: self, as: SIMD8<Float>.self)
    }
}
