import Imaging

/// How far the blocks of a filled mosaic are from what they were, in a photograph as it was written.
public struct BlockCertificate: Codable, Hashable, Sendable {
    /// Of the blocks' means from their colours, in grey levels 0…255.
    public var rms, max: Double
    /// How many blocks are filled.
    public var blocks: Int
    /// Blocks that stay as they were, since they lie far beyond the face's square.
    public var blocksLeft: Int

    init(of photo: Picture, _ filled: [(region: MosaicRegion, cells: [MosaicCell])]) {
        var (sum, largest, count) = (0.0, 0.0, 0)
        for (region, cells) in filled {
            let colours = Dictionary(zip(region.cells, region.colours)) { first, _ in first }
            for cell in cells {
                guard let colour = colours[cell],
                    let mean = photo.mean(
                        columns: region.grid.across.pixels(cell.column, in: photo.width),
                        rows: region.grid.down.pixels(cell.row, in: photo.height))
                else { continue }
                for channel in 0..<3 {
                    let difference = 255 * (mean[channel] - colour[channel])
                    sum += difference * difference
                    largest = Swift.max(largest, abs(difference))
                    count += 1
                }
            }
        }
        (rms, max) = (count > 0 ? (sum / Double(count)).squareRoot() : 0, largest)
        blocks = filled.reduce(0) { $0 + $1.cells.count }
        blocksLeft = filled.reduce(0) { $0 + $1.region.cells.count } - blocks
    }

    var isAccepted: Bool { blocks > 0 && rms <= RestoreRequest.tolerance }
}

extension Picture {
    /// The mean of a rectangle's pixels, red, green and blue in 0…1; nil where it has none.
    func mean(columns: Range<Int>, rows: Range<Int>) -> SIMD3<Double>? {
        guard !columns.isEmpty, !rows.isEmpty else { return nil }
        var sum = SIMD3<Int>()
        pixels.withUnsafeBufferPointer { pixels in
            for y in rows {
                for x in columns {
                    let i = 3 * (y * width + x)
                    sum &+= SIMD3(Int(pixels[i]), Int(pixels[i + 1]), Int(pixels[i + 2]))
                }
            }
        }
        return SIMD3(Double(sum.x), Double(sum.y), Double(sum.z)) / Double(255 * columns.count * rows.count)
    }
}
