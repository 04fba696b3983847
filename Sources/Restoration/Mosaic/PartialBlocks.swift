import Imaging

/// Blocks at a mosaic's edge of which only a part belongs to it, because the edge is round: the part next to the mosaic is of
/// one colour, and the rest is as it always was.
struct PartialBlocks {
    let picture: Picture
    let grid: MosaicGrid
    /// Levels that pixels of one colour may be from it.
    let tolerance: Double

    struct Part {
        var cell: MosaicCell
        /// In levels 0…255.
        var colour: SIMD3<Double>
        /// Which of the block's pixels, row by row.
        var pixels: [Bool]
    }

    /// A part has at least this share of its block, and at most that.
    private static let shares = 0.1...0.95
    /// Of the blocks around a mosaic with a round edge, at least this share are parts.
    private static let leastShare = 0.3

    /// Those around a mosaic; none where its edge is not round.
    func around(_ cells: Set<MosaicCell>) -> [Part] {
        var border = Set<MosaicCell>()
        for cell in cells {
            for other in cell.neighbours where !cells.contains(other) { border.insert(other) }
        }
        let parts = border.sorted { ($0.row, $0.column) < ($1.row, $1.column) }.compactMap {
            part(of: $0, beside: cells)
        }
        return Double(parts.count) >= Self.leastShare * Double(border.count) ? parts : []
    }

    private func part(of cell: MosaicCell, beside cells: Set<MosaicCell>) -> Part? {
        let columns = grid.across.pixels(cell.column, in: picture.width)
        let rows = grid.down.pixels(cell.row, in: picture.height)
        let (w, h) = (columns.count, rows.count)
        guard w >= 3, h >= 3 else { return nil }
        // The pixels beside the mosaic, the first of which resizing may have mixed with it.
        var strip: [Int] = []
        for other in cell.neighbours where cells.contains(other) {
            for i in 0..<w * h {
                let (x, y) = (i % w, i / w)
                let depth =
                    other.column < cell.column
                    ? x : other.column > cell.column ? w - 1 - x : other.row < cell.row ? y : h - 1 - y
                if depth == 1 || depth == 2 { strip.append(i) }
            }
        }
        func level(_ i: Int) -> SIMD3<Double> {
            let at = 3 * ((rows.lowerBound + i / w) * picture.width + columns.lowerBound + i % w)
            return SIMD3(
                Double(picture.pixels[at]), Double(picture.pixels[at + 1]), Double(picture.pixels[at + 2]))
        }
        // Most of the strip is of one colour: its median.
        func median(_ channel: Int) -> Double { strip.map { level($0)[channel] }.sorted()[strip.count / 2] }
        guard !strip.isEmpty else { return nil }
        let middle = SIMD3(median(0), median(1), median(2))
        func distance(_ i: Int) -> Double {
            let apart = level(i) - middle
            return max(abs(apart.x), abs(apart.y), abs(apart.z))
        }
        var pixels = [Bool](repeating: false, count: w * h)
        var front = strip.filter { distance($0) <= tolerance }
        for i in front { pixels[i] = true }
        var (jump, edges) = (0.0, 0)
        while let i = front.popLast() {
            for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
                let (x, y) = (i % w + dx, i / w + dy)
                guard (0..<w).contains(x), (0..<h).contains(y), !pixels[y * w + x] else { continue }
                let apart = distance(y * w + x)
                if apart <= tolerance {
                    pixels[y * w + x] = true
                    front.append(y * w + x)
                } else {
                    jump += apart
                    edges += 1
                }
            }
        }
        let count = pixels.count(where: \.self)
        // Where colours drift, the flat part ends without a jump.
        guard Self.shares.contains(Double(count) / Double(w * h)), edges > 0,
            jump / Double(edges) >= 2 * tolerance
        else { return nil }
        var sum = SIMD3<Double>()
        for i in 0..<w * h where pixels[i] { sum += level(i) }
        return Part(cell: cell, colour: sum / Double(count), pixels: pixels)
    }
}
