import Generators

/// PULSE's search, with its settings. The defaults are PULSE's.
public struct ClassicMethod: SearchMethod {
    public static let name = "classic"
    /// 255·√0.002, PULSE's mean square of 2·10⁻³ in grey levels.
    public static let pulseTolerance = 255 * 0.002.squareRoot()
    public var defaultTolerance: Double { Self.pulseTolerance }
    public static let defaultCount = 1
    /// How many steps a search may have.
    public static let stepRange = 1...1_000_000

    /// S, the number of optimiser steps, in `stepRange`.
    public var steps = 100
    public var loss = LossExpression.pulse
    /// Below this mean difference the pixel losses stop pulling; 0…1 units, squared for L2.
    public var eps = 2e-3
    public var noise = NoiseKind.trainable
    /// How many noise maps, from the first, are optimised where `noise` is `trainable`.
    public var trainableNoise = 5
    /// Indices of maps that carry no noise, counted from 0. `nil` means the last one, or none where `noise`
    /// is `baked`.
    public var zeroNoise: [Int]?
    /// One z for all layers instead of one each.
    public var tileLatent = false
    public var optimizer = OptimizerKind.adam
    public var learningRate = 0.4
    public var schedule = Schedule.linear1cycledrop

    public init() {}

    /// - Throws: `ClassicMethodError` for the first setting that no search can run with.
    public func validate() throws(ClassicMethodError) {
        guard ClassicMethod.stepRange.contains(steps) else { throw .steps(steps) }
        guard eps.isFinite, eps >= 0 else { throw .eps(eps) }
        guard learningRate.isFinite, learningRate > 0 else { throw .learningRate(learningRate) }
        guard trainableNoise >= 0 else { throw .trainableNoise(trainableNoise, maps: nil) }
        if let negative = zeroNoise?.first(where: { $0 < 0 }) { throw .zeroNoise(negative, maps: nil) }
    }

    /// - Throws: `ClassicMethodError` for the first setting that does not fit this generator either.
    public func validate(for generator: GeneratorSpecification) throws(ClassicMethodError) {
        try validate()
        let maps = generator.noiseSides.count
        // PULSE's five is a default: a generator with fewer maps optimises all of them.
        guard trainableNoise <= max(maps, 5) else { throw .trainableNoise(trainableNoise, maps: maps) }
        if let missing = zeroNoise?.first(where: { $0 >= maps }) { throw .zeroNoise(missing, maps: maps) }
        // Searching without any noise is what `zero` is for.
        if noise == .baked, !generator.storesNoise { throw .noStoredNoise(family: generator.family) }
    }

    public func makeSearch(
        _ request: SearchRequest, candidate: Int, latents: LatentSpace, seat: SearchSeat
    ) throws(ClassicMethodError) -> any CandidateSearch {
        try ClassicSearch(self, request, candidate: candidate, latents: latents.statistics, seat: seat)
    }

    /// What noise input `index` of `maps` holds.
    func noiseSource(_ index: Int, of maps: Int) -> NoiseSource {
        let zeroed = zeroNoise ?? (noise == .baked ? [] : [maps - 1])
        if zeroed.contains(index) { return .zero }
        switch noise {
        case .zero: return .zero
        case .baked: return .baked
        case .fixed: return .drawn(trainable: false)
        case .trainable: return .drawn(trainable: index < trainableNoise)
        }
    }
}

/// What fills the generator's noise inputs during a search.
public enum NoiseKind: String, CaseIterable, Codable, Sendable {
    /// No noise.
    case zero
    /// Drawn once, then left alone.
    case fixed
    /// Drawn once; the first maps are then optimised along with the latents.
    case trainable
    /// The maps stored with the weights.
    case baked
}

enum NoiseSource: Equatable {
    case zero
    case baked
    case drawn(trainable: Bool)
}

/// A setting that no search can run with.
public enum ClassicMethodError: Error, Equatable, Sendable {
    /// Outside `ClassicMethod.stepRange`.
    case steps(Int)
    case eps(Double)
    case learningRate(Double)
    /// `maps` is how many the generator has, where that is what is wrong.
    case trainableNoise(Int, maps: Int?)
    case zeroNoise(Int, maps: Int?)
    /// `baked` noise of a generator that stores none.
    case noStoredNoise(family: String)
}
