import Degradation

/// What to search for, whatever the method: every candidate's picture, degraded, is compared with the target.
public struct SearchRequest: Sendable {
    public var target: Target
    /// What is compared instead of the target, of which then only the start and the likeness are taken; nil for the target.
    /// Methods that do not know of it search for the target.
    public var observations: Observations?
    /// From the generator's pictures to the target's size, or to the observations.
    public var degradation: any Degradation
    /// The user's seed; 0 is a seed like any other. Candidate k of a seed is the same whatever else runs.
    public var seed: UInt64
    /// Largest root mean square difference, in grey levels 0…255, with which a face is accepted.
    public var tolerance: Double

    public init(
        target: Target, observations: Observations? = nil, degradation: any Degradation, seed: UInt64,
        tolerance: Double
    ) {
        self.target = target
        self.observations = observations
        self.degradation = degradation
        self.seed = seed
        self.tolerance = tolerance
    }

    /// - Throws: `SearchRequestError` for a tolerance that accepts nothing and declines nothing.
    public static func validate(tolerance: Double) throws(SearchRequestError) {
        guard tolerance.isFinite, tolerance >= 0 else { throw .tolerance(tolerance) }
    }
}

/// What nothing can be searched for with, whatever the method.
public enum SearchRequestError: Error, Equatable, Sendable {
    case tolerance(Double)
}
