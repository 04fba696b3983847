/// The evenly spaced lines along one side of a window on which the most of its differences lie.
struct Comb {
    /// From one line to the next, in pixels.
    var period: Double
    /// Where a line lies, as the edge of a pixel, counted from the window's first.
    var origin: Double
    /// The share of all differences on its lines, less what it would have by chance, over what it could have: 0…1.
    var score: Double

    /// - Parameters:
    ///   - profile: entry x is how much pixels x and x + 1 differ.
    ///   - periods: those looked for.
    ///   - reach: how many pixels beside a line count as on it: 0 for untouched blocks, 1 for resized ones.
    ///   - least: the least score that is of use.
    /// - Returns: nil where there are no differences, or no lines of that score.
    init?(of profile: [UInt32], periods: ClosedRange<Double>, reach: Int, least: Double = 0) {
        let length = profile.count
        guard Self.canReach(least, profile, periods.lowerBound, reach) else { return nil }
        // What lies within reach of each place.
        var near = [Double](repeating: 0, count: length)
        var total = 0.0
        for x in 0..<length {
            total += Double(profile[x])
            var sum = 0.0
            for i in max(0, x - reach)...min(length - 1, x + reach) { sum += Double(profile[i]) }
            near[x] = sum
        }
        guard total > 0 else { return nil }
        var best = (score: least, period: 0.0, origin: 0.0)
        near.withUnsafeBufferPointer { near in
            func consider(_ period: Double, isWhole: Bool) {
                let chance = Double(2 * reach + 1) / period
                guard periods.contains(period), chance < 0.7 else { return }
                for origin in stride(from: 0, to: period, by: isWhole ? 1 : 0.5) {
                    // The line at the left edge of pixel i is between pixels i − 1 and i.
                    var (line, sum) = (origin - 0.5, 0.0)
                    if line < 0 { line += period }
                    while line < Double(length) {
                        sum += near[Int(line)]
                        line += period
                    }
                    let score = (sum / total - chance) / (1 - chance)
                    // Of lines that hold as much, the fewer, whole pixels apart.
                    if score > best.score + (isWhole ? -1e-6 : 1e-6) { best = (score, period, origin) }
                }
            }
            for whole in Int(periods.lowerBound)...Int(periods.upperBound.rounded(.up)) where whole > 0 {
                // Between two of them the last line moves by no more than half a pixel.
                let parts = max(1, 2 * length / whole)
                for part in 0..<parts {
                    consider(Double(whole) + Double(part) / Double(parts), isWhole: part == 0)
                }
            }
        }
        guard best.period > 0 else { return nil }
        (score, period, origin) = best
    }

    /// Whether the largest differences, as many as there are places on lines, hold enough of all.
    private static func canReach(_ score: Double, _ profile: [UInt32], _ period: Double, _ reach: Int) -> Bool
    {
        let width = Double(2 * reach + 1)
        let places = Int(width * (Double(profile.count) / period + 1))
        let total = profile.reduce(0.0) { $0 + Double($1) }
        let held = profile.sorted(by: >).prefix(places).reduce(0.0) { $0 + Double($1) }
        return held > total * score
    }
}
