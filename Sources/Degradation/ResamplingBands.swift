import Foundation

/// A one-dimensional resampling matrix M [rows, columns] that is zero outside one run of each row.
struct ResamplingBands: Sendable {
    let columnCount: Int
    /// First column of each row's run.
    private(set) var starts: [Int] = []
    /// Where each row's weights begin in `weights`; one entry more than rows.
    private(set) var offsets: [Int] = [0]
    private(set) var weights: [Double] = []
    private(set) var floatWeights: [Float] = []

    var rowCount: Int { starts.count }

    /// - Parameters:
    ///   - columnCount: number of columns.
    ///   - rows: the entries of each row as (column, weight), in any order; those of one column add up.
    init(columnCount: Int, rows: [[(column: Int, weight: Double)]]) {
        self.columnCount = columnCount
        for row in rows {
            let first = row.map(\.column).min() ?? 0
            let last = row.map(\.column).max() ?? -1
            var run = [Double](repeating: 0, count: last - first + 1)
            for (column, weight) in row { run[column - first] += weight }
            starts.append(first)
            weights += run
            offsets.append(weights.count)
        }
        floatWeights = weights.map(Float.init)
    }

    var transposed: ResamplingBands {
        var rows = [[(column: Int, weight: Double)]](repeating: [], count: columnCount)
        for row in 0..<rowCount {
            for k in offsets[row]..<offsets[row + 1] {
                rows[starts[row] + k - offsets[row]].append((row, weights[k]))
            }
        }
        return ResamplingBands(columnCount: rowCount, rows: rows)
    }
}

extension ResamplingBands {
    /// The rows of D along one axis.
    ///
    /// Output i is centred at (i+½)f−½ with f = n/s; the filter is stretched by f, its weights are normalised
    /// for each row, and what falls outside the source is reflected without repeating the edge.
    init(filter: Resampling.Filter, from n: Int, to s: Int) {
        let rows = (0..<s).map { i in
            switch filter {
            case .box: boxRow(i, n, s)
            case .nearest: nearestRow(i, n, s)
            case .bicubic: filterRow(i, n, s, support: 2, keys)
            case .bilinear: filterRow(i, n, s, support: 1) { max(0, 1 - abs($0)) }
            case .lanczos: filterRow(i, n, s, support: 3, lanczos3)
            // exp(−x²/2σ²), as far as 3σ.
            case .gaussian: filterRow(i, n, s, support: 1.5) { exp(-2 * $0 * $0) }
            }
        }
        self.init(columnCount: n, rows: rows)
    }
}

private typealias Row = [(column: Int, weight: Double)]

private func filterRow(_ i: Int, _ n: Int, _ s: Int, support: Double, _ filter: (Double) -> Double) -> Row {
    let f = Double(n) / Double(s)
    let centre = (Double(i) + 0.5) * f - 0.5
    let columns = Int((centre - support * f).rounded(.up))...Int((centre + support * f).rounded(.down))
    let weights = columns.map { filter((Double($0) - centre) / f) }
    let sum = weights.reduce(0, +)
    return zip(columns, weights).filter { $0.1 != 0 }.map { (reflectedPosition($0, extent: n), $1 / sum) }
}

/// The mean over [i·f, (i+1)·f), a pixel that is partly inside counting for its part.
private func boxRow(_ i: Int, _ n: Int, _ s: Int) -> Row {
    // In units of 1/s of a pixel every bound is an integer.
    let (low, high) = (i * n, (i + 1) * n)
    return (low / s...(high - 1) / s).map { j in
        (j, Double(min(high, (j + 1) * s) - max(low, j * s)) / Double(n))
    }
}

/// The pixel whose centre is nearest to the output's; of two, the one before.
private func nearestRow(_ i: Int, _ n: Int, _ s: Int) -> Row {
    // ⌈centre − ½⌉ with centre = ((2i+1)n − s) / 2s, in integers; the numerator may be negative.
    let (numerator, denominator) = ((2 * i + 1) * n - 2 * s, 2 * s)
    let column = numerator <= 0 ? 0 : (numerator + denominator - 1) / denominator
    return [(column, 1)]
}

/// The pixel that a position beyond the edge shows, by reflection at the centres of the outer pixels:
/// … 2 1 0 1 2 … n−2 n−1 n−2 …
package func reflectedPosition(_ position: Int, extent n: Int) -> Int {
    guard n > 1 else { return 0 }
    let period = 2 * (n - 1)
    let folded = (position % period + period) % period
    return min(folded, period - folded)
}

/// Keys' cubic convolution kernel with a = −½.
///
/// Source: Keys, "Cubic convolution interpolation for digital image processing" (IEEE TASSP 29, 1981).
private func keys(_ x: Double) -> Double {
    let a = -0.5
    let t = abs(x)
    if t <= 1 { return ((a + 2) * t - (a + 3)) * t * t + 1 }
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0
}

private func lanczos3(_ x: Double) -> Double {
    abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0
}

private func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : sin(.pi * x) / (.pi * x)
}
