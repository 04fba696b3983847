import Imaging

/// A photograph as a detector can look at it: its mosaics with the steps between their blocks smoothed.
struct SmoothPhoto {
    let picture: Picture
    /// For each pixel, which region it is degraded in, or −1.
    let regionOfPixel: [Int16]

    init(_ picture: Picture, _ regions: [MosaicRegion]) {
        var smooth = picture
        var owner = [Int16](repeating: -1, count: picture.width * picture.height)
        for (index, region) in regions.enumerated() {
            let colours = Dictionary(zip(region.cells, region.colours)) { first, _ in first }
            let (across, down) = (region.grid.across, region.grid.down)
            for cell in region.cells {
                let (columns, rows) = (
                    across.pixels(cell.column, in: picture.width), down.pixels(cell.row, in: picture.height)
                )
                let part = region.parts[cell]
                for y in rows {
                    for x in columns {
                        if let part, !part[(y - rows.lowerBound) * columns.count + x - columns.lowerBound] {
                            continue
                        }
                        owner[y * picture.width + x] = Int16(index)
                        let colour = Self.interpolated(x, y, region.grid, near: cell, colours)
                        for channel in 0..<3 {
                            smooth.pixels[3 * (y * picture.width + x) + channel] = UInt8(
                                min(max(255 * colour[channel], 0), 255).rounded())
                        }
                    }
                }
            }
        }
        (self.picture, regionOfPixel) = (smooth, owner)
    }

    /// Between the middles of the four nearest blocks; where one is no part of the mosaic, the block's own colour stands for it.
    private static func interpolated(
        _ x: Int, _ y: Int, _ grid: MosaicGrid, near cell: MosaicCell, _ colours: [MosaicCell: SIMD3<Double>]
    ) -> SIMD3<Double> {
        let u = (Double(x) + 0.5 - grid.left) / grid.width - 0.5
        let v = (Double(y) + 0.5 - grid.top) / grid.height - 0.5
        let (column, row) = (Int(u.rounded(.down)), Int(v.rounded(.down)))
        let (along, below) = (u - Double(column), v - Double(row))
        func colour(_ i: Int, _ j: Int) -> SIMD3<Double> {
            colours[MosaicCell(column: column + i, row: row + j)] ?? colours[cell] ?? SIMD3()
        }
        let top = colour(0, 0) + (colour(1, 0) - colour(0, 0)) * along
        let bottom = colour(0, 1) + (colour(1, 1) - colour(0, 1)) * along
        return top + (bottom - top) * below
    }
}
