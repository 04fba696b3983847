import Foundation

/// How long a job over many inputs will still take, from how long those took that were worked on.
struct JobClock {
    private let total: Int
    private var index = 0
    private var (worked, spent) = (0, 0.0)
    private var begun: ContinuousClock.Instant?
    private let clock = ContinuousClock()

    init(total: Int) { self.total = total }

    /// Work on an input begins; `index` counts from 1. Inputs that need none are not begun.
    mutating func begin(_ index: Int) {
        end()
        (self.index, begun) = (index, clock.now)
    }

    /// Work on the input under way has ended.
    mutating func end() {
        guard let begun else { return }
        spent += seconds(clock.now - begun)
        worked += 1
        self.begun = nil
    }

    /// "12 of 1000, 3 h left"; without the time while nothing is known.
    /// - Parameter share: of the input under way, 0…1.
    func text(share: Double = 0) -> String {
        let position = "\(index) of \(total)"
        return left(share: share).map { "\(position), \(JobClock.words(seconds: $0)) left" } ?? position
    }

    /// Units: seconds.
    func left(share: Double) -> Double? {
        let now = begun.map { seconds(clock.now - $0) } ?? 0
        guard worked > 0 || share > 0 else { return nil }
        let mean = (spent + now) / (Double(worked) + (begun == nil ? 0 : share))
        return mean * (Double(total - index) + (begun == nil ? 0 : 1 - share))
    }

    /// A duration in its largest sensible unit.
    static func words(seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e12).rounded(.up))
        return switch whole {
        case ..<100: "\(whole) s"
        case ..<6000: "\((whole + 59) / 60) min"
        case ..<172_800: "\((whole + 3599) / 3600) h"
        default: "\((whole + 86_399) / 86_400) days"
        }
    }
}
