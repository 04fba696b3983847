import Generators

/// The search that gives better answers sooner: from a guess of the latents, up likelihood times prior in W+, to an exact fit.
public struct FastMethod: SearchMethod {
    public static let name = "fast"
    public static let defaultCount = 4
    public static let startsFromEncoder = true

    /// Up to which difference by the face, in grey levels 0…255, a searched picture is taken for a face that the
    /// generator can make (Documentation/FastSearch.md); of a noisy input, beside its noise.
    static let convincingFaceRMS = 40.0

    /// Above which difference by the face, in grey levels 0…255, a candidate takes more steps by itself.
    static let hardFaceRMS = 27.0

    /// How many optimiser steps each candidate takes.
    public var steps = 14
    /// How many more it takes where the face is then still missed by much.
    public var hardSteps = 10
    /// Of Adam, in standard deviations of the latents' coordinates.
    public var learningRate = 0.25
    /// Of what a slot has for itself, as a share of that.
    public var offsetRate = 0.5
    /// τ: how far the generator's best answer is from a person's picture, in grey levels 0…255.
    public var misfit = 16.0
    /// n: how many independent numbers that difference amounts to.
    public var independentMisfits = 100.0
    /// How different the starts of candidates are: 0 is the encoder's guess for all, 1 a draw from all that it deems
    /// possible.
    public var spread = 1.25
    /// Whether the searched picture is corrected so that it downscales to the target exactly.
    public var exactFit = true
    /// What has damaged the target, of which the exact fit follows what that does not explain; nil to look for it.
    public var inputNoise: InputNoise?

    /// A face that answers are to be like; nil to start from what the target looks like.
    public var near: NearFace?

    public init() {}

    public var defaultTolerance: Double { exactFit ? 0.5 : ClassicMethod.pulseTolerance }

    public func likeness(of target: Target, latents: LatentSpace) -> Double? {
        Self.likeness(of: NoisyTarget(target.tensor(), noise: inputNoise), latents: latents)
    }

    static func likeness(of target: NoisyTarget, latents: LatentSpace) -> Double? {
        latents.encoder?.likeness.map { $0(thumbnail(of: target.tensor, side: $0.side)) }
    }

    public func operatorGuess(of target: Target, latents: LatentSpace) -> OperatorGuess? {
        // Learned from faces, it knows nothing of what is none.
        if let likeness = likeness(of: target, latents: latents), likeness < FaceLikeness.limit { return nil }
        return latents.encoder?.operators?.guess(target.tensor())
    }

    /// - Throws: `FastMethodError` for the first setting that no search can run with.
    public func validate() throws(FastMethodError) {
        guard ClassicMethod.stepRange.contains(steps) else { throw .steps(steps) }
        guard (0...ClassicMethod.stepRange.upperBound).contains(hardSteps) else { throw .steps(hardSteps) }
        guard learningRate.isFinite, learningRate > 0 else { throw .learningRate(learningRate) }
        guard offsetRate.isFinite, offsetRate >= 0 else { throw .offsetRate(offsetRate) }
        guard misfit.isFinite, misfit > 0 else { throw .misfit(misfit) }
        guard independentMisfits.isFinite, independentMisfits > 0 else {
            throw .independentMisfits(independentMisfits)
        }
        if let inputNoise, !inputNoise.isPossible { throw .inputNoise(inputNoise) }
        guard (0...2).contains(spread) else { throw .spread(spread) }
        guard near?.isPossible ?? true else { throw .near }
    }

    public mutating func setSteps(_ count: Int) { (steps, hardSteps) = (count, 0) }

    public func validate(for generator: GeneratorSpecification) throws(FastMethodError) {
        try validate()
        guard near.map({ $0.u.count == generator.latentSize }) ?? true else { throw .near }
    }

    public func makeSearch(
        _ request: SearchRequest, candidate: Int, latents: LatentSpace, seat: SearchSeat
    ) throws(FastMethodError) -> any CandidateSearch {
        try FastSearch(self, request, candidate: candidate, latents: latents, seat: seat)
    }
}

/// A setting that no search can run with.
public enum FastMethodError: Error, Equatable, Sendable {
    case steps(Int)
    case learningRate(Double)
    case offsetRate(Double)
    case misfit(Double)
    case independentMisfits(Double)
    case spread(Double)
    case inputNoise(InputNoise)
    /// The face to stay near is none, or another model's.
    case near
}
