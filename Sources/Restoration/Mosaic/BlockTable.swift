import Imaging

/// What the pixels of a grid's blocks are like, block by block, measured when asked.
final class BlockTable {
    struct Block {
        /// Mean of the inner pixels, in levels 0…255.
        var colour: SIMD3<Double>
        /// Mean absolute difference of its inner pixels from that, the largest of the channels.
        var deviation: Double
        /// The same of all its pixels.
        var wholeDeviation: Double
    }

    let picture: Picture
    let grid: MosaicGrid
    /// Whether lines may be blurred, by resizing after the mosaic was made.
    let isSoft: Bool
    private var known: [MosaicCell: Block?] = [:]

    init(_ picture: Picture, _ grid: MosaicGrid, isSoft: Bool = false) {
        (self.picture, self.grid, self.isSoft) = (picture, grid, isSoft)
    }

    /// Nil where less than half of the block is in the picture.
    subscript(_ cell: MosaicCell) -> Block? {
        if let block = known[cell] { return block }
        let block = measure(cell)
        known[cell] = block
        return block
    }

    private func measure(_ cell: MosaicCell) -> Block? {
        let (columns, rows) = (
            grid.across.pixels(cell.column, in: picture.width), grid.down.pixels(cell.row, in: picture.height)
        )
        guard Double(columns.count) >= grid.width / 2, Double(rows.count) >= grid.height / 2 else {
            return nil
        }
        var (xs, ys) = (
            grid.across.inner(cell.column, in: picture.width), grid.down.inner(cell.row, in: picture.height)
        )
        if xs.isEmpty { xs = columns }
        if ys.isEmpty { ys = rows }
        return picture.pixels.withUnsafeBufferPointer { pixels in
            var sum = SIMD3<Int>()
            for y in ys {
                for x in xs { sum &+= levels(pixels, x, y) }
            }
            let count = Double(xs.count * ys.count)
            let mean = SIMD3(Double(sum.x), Double(sum.y), Double(sum.z)) / count
            /// Mean absolute differences from the colour.
            func deviation(_ xs: Range<Int>, _ ys: Range<Int>) -> Double {
                var apart = SIMD3<Double>()
                for y in ys {
                    for x in xs {
                        let level = levels(pixels, x, y)
                        let difference = SIMD3(Double(level.x), Double(level.y), Double(level.z)) - mean
                        apart += SIMD3(abs(difference.x), abs(difference.y), abs(difference.z))
                    }
                }
                return (apart / Double(xs.count * ys.count)).max()
            }
            return Block(
                colour: mean, deviation: deviation(xs, ys), wholeDeviation: deviation(columns, rows))
        }
    }

    @inline(__always)
    private func levels(_ pixels: UnsafeBufferPointer<UInt8>, _ x: Int, _ y: Int) -> SIMD3<Int> {
        let i = 3 * (y * picture.width + x)
        return SIMD3(Int(pixels[i]), Int(pixels[i + 1]), Int(pixels[i + 2]))
    }

    /// How a block's colour becomes its neighbour's.
    struct Step {
        /// Of the largest channel, in levels.
        var size: Double
        /// The share of it that happens from one pixel to the next on the line, or, where lines are soft, within three.
        var sharpness: Double
    }

    /// - Parameter other: to the right of the block, or below it.
    /// - Returns: nil where either is not there.
    func step(_ cell: MosaicCell, to other: MosaicCell) -> Step? {
        guard let first = self[cell], let second = self[other] else { return nil }
        let change = second.colour - first.colour
        let (channel, size) =
            [abs(change.x), abs(change.y), abs(change.z)].enumerated().max { $0.1 < $1.1 } ?? (0, 0)
        guard size > 0 else { return Step(size: 0, sharpness: 0) }
        // Mean profile across the line, from the middle of one block to that of the other.
        let isAcross = other.column != cell.column
        let axis = isAcross ? grid.across : grid.down
        let along =
            isAcross
            ? grid.down.inner(cell.row, in: picture.height)
            : grid.across.inner(cell.column, in: picture.width)
        let extent = isAcross ? picture.width : picture.height
        let line = Int(axis.line(isAcross ? other.column : other.row).rounded())
        let (before, after) = isSoft ? (line - 2, line + 1) : (line - 1, line)
        guard before >= 0, after < extent, !along.isEmpty else { return nil }
        var difference = 0.0
        picture.pixels.withUnsafeBufferPointer { pixels in
            for i in along {
                let (a, b) =
                    isAcross
                    ? (levels(pixels, before, i), levels(pixels, after, i))
                    : (levels(pixels, i, before), levels(pixels, i, after))
                difference += Double(b[channel] - a[channel])
            }
        }
        return Step(size: size, sharpness: difference / Double(along.count) / change[channel])
    }
}
