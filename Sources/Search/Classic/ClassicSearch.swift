import Degradation
import Generators
import Imaging
import Tensors

/// PULSE's search for one candidate, as the sequence of its steps.
///
/// Each step renders a point, measures it, and moves it along its gradient on its spheres; after the last step
/// the final point is measured too. The candidate is the point whose picture, rounded to 8 bits, fits best.
/// Stopping early is `break`: the best point so far stays available. A search whose numbers stop being finite ends there.
///
/// Every step runs the generator forward and back before it returns, so that several searches can take turns
/// on one seat. Not safe for concurrent use.
///
/// Source: Menon et al., "PULSE" (CVPR 2020), and its code.
public final class ClassicSearch: CandidateSearch, Sequence, IteratorProtocol {
    let core: ClassicCore<Float>
    private let model: GeneratorForwardModel

    /// A search from the start that belongs to the request's seed and the candidate.
    /// - Parameters:
    ///   - request: its degradation leads from the generator's pictures to the target.
    ///   - candidate: counted from 1.
    ///   - latents: the distribution of the generator's latents, of which mean and deviation are used.
    /// - Throws: `ClassicMethodError`.
    public init(
        _ method: ClassicMethod, _ request: SearchRequest, candidate: Int = 1,
        latents: LatentStatistics, seat: SearchSeat
    ) throws(ClassicMethodError) {
        let specification = seat.generator.specification
        try method.validate(for: specification)
        precondition(
            request.degradation.targetSize == PixelSize(side: request.target.side),
            "the degradation leads to another size than the target's")
        let start = ClassicStart<Float>(
            seed: request.seed, candidate: candidate, specification: specification, method: method)
        let shape = SearchWorkspace<Float>.Shape(
            specification, request.degradation, rows: start.z.shape[0], trainable: start.trainable(by: method)
        )
        model = GeneratorForwardModel(
            generator: seat.generator, degradation: request.degradation, noise: start.noiseMaps)
        core = ClassicCore(
            method, model: model,
            latentModel: LatentModel(mean: latents.mean, standardDeviation: latents.standardDeviation),
            target: request.target.tensor(), start: start, candidate: candidate,
            workspace: seat.workspace(shape))
    }

    public var candidate: Int { core.candidate }
    public var method: ClassicMethod { core.method }
    public var ending: Candidate.Ending { core.ending }
    public var currentPicture: Picture? { core.best.step == nil ? nil : core.best.picture }
    public func glimpse(side: Int) -> Picture? { core.glimpse(side: side) }
    public var completedSteps: Int { core.completedSteps }
    public var state: SearchState? { core.state }

    public func resume(from state: SearchState) throws(SearchStateError) { try core.resume(from: state) }

    public func next() -> SearchStep? { core.next() }

    public func found() -> Candidate? {
        let best = core.best
        guard let step = best.step else { return nil }
        var noise = model.noise
        for (i, map) in zip(core.trainable, best.noise) { noise[i] = .map(map) }
        return Candidate(
            number: candidate, picture: best.picture, w: core.latents(of: best.z), noise: noise,
            fit: best.fit,
            bestAfter: step, steps: core.completedSteps, seconds: core.seconds, ending: ending)
    }
}
