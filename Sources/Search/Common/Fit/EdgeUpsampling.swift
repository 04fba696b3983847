import Engine

/// Pictures of cells made larger along the edges of a guide: each pixel is a mean of the 3×3 cells around it, weighted by
/// quadratic B-splines in space and by how much the colours of guide and cells belong together.
///
/// Source: Kopf et al., "Joint bilateral upsampling" (SIGGRAPH 2007).
final class EdgeUpsampling {
    /// Sides in pixels of what goes in, of what comes out, and of a cell.
    private let cells, side, cell: Int
    /// Rows of cells that one thread makes larger at a time.
    private let bandRows: Int
    /// Spatial weights of the cell before, at and after a pixel, one after the other, [3, n].
    private let weights: AlignedFloats
    /// For each band, three rows of cells as wide as the picture and a cell on either side: values and colours, [3, 6, …].
    private let rows: AlignedFloats
    /// For each band, a row of the result, [3, n].
    private let lines: AlignedFloats
    /// Floats from one channel of `rows` to the next.
    private let stride: Int

    /// - Parameters:
    ///   - cells: m, a divisor of `side`.
    ///   - side: n ≥ 8.
    init(from cells: Int, to side: Int) {
        precondition(side % cells == 0 && side >= 8, "cells do not fill the picture")
        (self.cells, self.side) = (cells, side)
        cell = side / cells
        bandRows = max(cells / 16, 8)
        stride = side + 2 * cell
        let bands = (cells + bandRows - 1) / bandRows
        rows = AlignedFloats(count: bands * 3 * 6 * stride)
        lines = AlignedFloats(count: bands * 3 * side)
        weights = AlignedFloats(count: 3 * side)
        for x in 0..<side {
            let t = (Float(x % cell) + 0.5) / Float(cell) - 0.5
            weights[x] = (0.5 - t) * (0.5 - t) / 2
            weights[side + x] = 0.75 - t * t
            weights[2 * side + x] = (0.5 + t) * (0.5 + t) / 2
        }
    }

    typealias Floats = UnsafeMutablePointer<Float>

    /// What becomes of the enlarged picture.
    enum Use { case store, addWithinRange }

    /// - Parameters:
    ///   - values, colours: of the cells, [3, m, m].
    ///   - guide: [3, n, n].
    ///   - result: [3, n, n]: overwritten, or added to and kept in 0…1.
    func callAsFunction(
        _ values: Floats, colours: Floats, guide: Floats, into result: Floats, use: Use, pool: ThreadPool
    ) {
        pool.run((cells + bandRows - 1) / bandRows) { band in
            let rows = rows.pointer + band * 3 * 6 * stride
            let line = lines.pointer + band * 3 * side
            let first = band * bandRows
            widen(values, colours, row: first - 1, into: rows)
            widen(values, colours, row: first, into: rows)
            for row in first..<min(first + bandRows, cells) {
                widen(values, colours, row: row + 1, into: rows)
                for y in row * cell..<(row + 1) * cell {
                    mix(rows, near: row, guide + y * side, y: y, into: line)
                    put(line, into: result + y * side, use: use)
                }
            }
        }
    }

    /// Keeps a row of cells, or the nearest there is, at its place among three.
    private func widen(_ values: Floats, _ colours: Floats, row: Int, into rows: Floats) {
        let source = min(max(row, 0), cells - 1) * cells
        for channel in 0..<6 {
            let from = (channel < 3 ? values : colours) + (channel % 3) * cells * cells + source
            var to = rows + ((row + 3) % 3 * 6 + channel) * stride
            for x in -1...cells {
                let value = from[min(max(x, 0), cells - 1)]
                for k in 0..<cell { to[k] = value }
                to += cell
            }
        }
    }

    /// Row y of the larger picture.
    private func mix(_ rows: Floats, near: Int, _ guide: Floats, y: Int, into line: Floats) {
        let (side, cell, stride) = (side, cell, stride)
        let plane = side * side
        let weights = weights.pointer
        var x = 0
        while x < side {
            // The last eight may have been there already.
            x = min(x, side - 8)
            let (red, green) = (eight(guide + x), eight(guide + plane + x))
            let blue = eight(guide + 2 * plane + x)
            var sums = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
            var total = SIMD8<Float>()
            for a in 0..<3 {
                let band = rows + ((near + a + 2) % 3) * 6 * stride + x
                let vertical = weights[a * side + y]
                for b in 0..<3 {
                    let at = band + b * cell
                    let dr = red - eight(at + 3 * stride)
                    let dg = green - eight(at + 4 * stride)
                    let db = blue - eight(at + 5 * stride)
                    let space = eight(weights + b * side + x) * vertical
                    // A little for each, where no cell belongs.
                    let weight = space * (ColourAffinity.of(dr * dr + dg * dg + db * db) + 1e-3)
                    sums.0 += weight * eight(at)
                    sums.1 += weight * eight(at + stride)
                    sums.2 += weight * eight(at + 2 * stride)
                    total += weight
                }
            }
            let scale = 1 / total
            (sums.0 * scale).store(at: line + x)
            (sums.1 * scale).store(at: line + side + x)
            (sums.2 * scale).store(at: line + 2 * side + x)
            x += 8
        }
    }

    private func put(_ line: Floats, into result: Floats, use: Use) {
        for channel in 0..<3 {
            let (source, target) = (line + channel * side, result + channel * side * side)
            switch use {
            case .store: target.update(from: source, count: side)
            case .addWithinRange: addWithinRange(source, to: target, count: side)
            }
        }
    }
}

/// How much two colours belong together: 1/(1 + (d/0.08)⁴)² of their distance d, 1 for what differs by grain only.
private enum ColourAffinity {
    private static let scale: Float = 1 / (0.08 * 0.08)

    /// - Parameter distance: d², the sum of the squares of the differences of red, green and blue in 0…1.
    @inline(__always)
    static func of(_ distance: SIMD8<Float>) -> SIMD8<Float> {
        let ratio = distance * scale
        let falloff = 1 / (1 + ratio * ratio)
        return falloff * falloff
    }
}
