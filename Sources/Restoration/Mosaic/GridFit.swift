import Foundation
import Imaging

/// Fits a grid to all lines of a mosaic.
struct GridFit {
    private let picture: Picture

    init(_ picture: Picture) { self.picture = picture }

    func fitted(_ region: MosaicRegion) -> MosaicGrid {
        var grid = region.grid
        let cells = Set(region.cells)
        grid.across = fitted(grid.across, region, cells, isAcross: true)
        grid.down = fitted(grid.down, region, cells, isAcross: false)
        return grid
    }

    private func fitted(
        _ axis: MosaicGrid.Axis, _ region: MosaicRegion, _ cells: Set<MosaicCell>, isAcross: Bool
    ) -> MosaicGrid.Axis {
        // For each line: Σ of differences near it, and Σ of differences times their places.
        var sums: [Int: (weight: Double, moment: Double)] = [:]
        for cell in region.cells {
            let before = MosaicCell(
                column: cell.column - (isAcross ? 1 : 0), row: cell.row - (isAcross ? 0 : 1))
            guard cells.contains(before) else { continue }
            let line = isAcross ? cell.column : cell.row
            let place = Int(axis.line(line).rounded())
            let other = isAcross ? region.grid.down : region.grid.across
            let along = other.inner(
                isAcross ? cell.row : cell.column, in: isAcross ? picture.height : picture.width)
            for at in place - 2...place + 2 where at >= 1 && at < (isAcross ? picture.width : picture.height)
            {
                let difference = change(at, along, isAcross)
                sums[line, default: (0, 0)].weight += difference
                sums[line, default: (0, 0)].moment += difference * Double(at)
            }
        }
        let points = sums.compactMap { line, sum in
            sum.weight > 0 ? (x: Double(line), y: sum.moment / sum.weight, weight: sum.weight) : nil
        }
        guard points.count >= 3 else { return axis }
        let total = points.reduce(0) { $0 + $1.weight }
        let x = points.reduce(0) { $0 + $1.weight * $1.x } / total
        let y = points.reduce(0) { $0 + $1.weight * $1.y } / total
        let covariance = points.reduce(0) { $0 + $1.weight * ($1.x - x) * ($1.y - y) }
        let variance = points.reduce(0) { $0 + $1.weight * ($1.x - x) * ($1.x - x) }
        guard variance > 0 else { return axis }
        var fit = MosaicGrid.Axis(period: covariance / variance, origin: 0)
        guard abs(fit.period - axis.period) < 0.1 * axis.period else { return axis }
        fit.origin = y - fit.period * x
        // Blocks that nobody resized have whole pixels.
        let span = Double((points.map(\.x).max() ?? 0) - (points.map(\.x).min() ?? 0))
        let whole = fit.period.rounded()
        if abs(fit.period - whole) * span < 0.5 {
            let origin = (y - whole * x).rounded()
            let missed = points.reduce(0) { $0 + $1.weight * abs($1.y - origin - whole * $1.x) } / total
            if missed < 0.3 { return MosaicGrid.Axis(period: whole, origin: origin) }
        }
        return fit
    }

    /// How much the pixels on both sides of a line differ where that is more than noise, in the mean of a block.
    private func change(_ at: Int, _ along: Range<Int>, _ isAcross: Bool) -> Double {
        picture.pixels.withUnsafeBufferPointer { pixels in
            var sum = SIMD3<Double>()
            for i in along {
                let (a, b) =
                    isAcross
                    ? (3 * (i * picture.width + at), 3) : (3 * (at * picture.width + i), 3 * picture.width)
                for channel in 0..<3 {
                    sum[channel] += Double(pixels[a + channel]) - Double(pixels[a - b + channel])
                }
            }
            let mean = sum / Double(max(1, along.count))
            return max(0, max(abs(mean.x), abs(mean.y), abs(mean.z)) - 2)
        }
    }
}
