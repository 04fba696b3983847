/// How the learning rate changes over the steps, as a factor of the user's rate.
///
/// Source: PULSE, PULSE.py.
public enum Schedule: String, CaseIterable, Codable, Sendable {
    /// 1 throughout.
    case fixed
    /// From 0.1 up to 1 at the middle and back.
    case linear1cycle
    /// The cycle in the first nine tenths, then down from 0.1 towards 0.001.
    case linear1cycledrop

    /// The factor of step `index` out of `count`, counted from 0.
    public func factor(step index: Int, of count: Int) -> Double {
        let (x, steps) = (Double(index), Double(count))
        switch self {
        case .fixed: return 1
        case .linear1cycle: return cycle(x / steps)
        case .linear1cycledrop where x < 0.9 * steps: return cycle(x / (0.9 * steps))
        case .linear1cycledrop: return 0.1 + (x - 0.9 * steps) / (0.1 * steps) * (0.001 - 0.1)
        }
    }

    private func cycle(_ phase: Double) -> Double { (9 * (1 - abs(phase - 0.5) * 2) + 1) / 10 }
}
