import Foundation

/// By which operator a target was made small, as far as the target tells.
public struct OperatorGuess: Codable, Hashable, Sendable {
    /// The likeliest operator, by the name of an `OperatorKind`.
    public var likeliest: String
    /// The one after it.
    public var next: String
    /// log p / (1 − p), where p is the probability of the likeliest: how much likelier it is than all others together.
    public var margin: Double
    /// Whether the margin is too small to choose by.
    public var isUndetermined: Bool

    /// From which margin on a guess counts (Documentation/FastSearch.md).
    public static let limit = 2.5

    /// - Parameters:
    ///   - names: of at least two operators.
    ///   - logProbabilities: of each.
    /// - Returns: nil for fewer.
    init?(names: [String], logProbabilities: [Double]) {
        let order = logProbabilities.indices.sorted {
            (logProbabilities[$0], $1) > (logProbabilities[$1], $0)
        }
        guard order.count > 1, names.count == order.count else { return nil }
        (likeliest, next) = (names[order[0]], names[order[1]])
        let others = order.dropFirst().reduce(0) { $0 + exp(logProbabilities[$1]) }
        margin = logProbabilities[order[0]] - log(max(others, 1e-12))
        isUndetermined = !(margin >= Self.limit)
    }
}
