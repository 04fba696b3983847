import Degradation
import Foundation
import Generators
import Imaging
import Tensors

/// The fast search for one candidate: start, steps, and the exact fit at the end.
final class FastSearch: CandidateSearch {
    let core: FastCore<Float>
    private let model: GeneratorForwardModel
    private let request: SearchRequest
    private let encoder: FaceEncoder?
    private let threads: Int
    private let likeness: Double?
    private let target: NoisyTarget

    /// - Parameter candidate: counted from 1.
    /// - Throws: `FastMethodError`.
    init(
        _ method: FastMethod, _ request: SearchRequest, candidate: Int, latents: LatentSpace, seat: SearchSeat
    ) throws(FastMethodError) {
        let specification = seat.generator.specification
        try method.validate(for: specification)
        let seen = request.observations
        precondition(
            request.degradation.targetSize
                == seen.map { PixelSize(width: $0.weights.count, height: 1) }
                ?? PixelSize(side: request.target.side),
            "the degradation leads to another size than the target's")
        self.request = request
        (encoder, threads) = (latents.encoder, seat.threads)
        // Of observations it was found out before.
        target = NoisyTarget(
            request.target.tensor(), noise: seen.map { .colour($0.deviation) } ?? method.inputNoise,
            degradation: request.degradation)
        likeness = FastMethod.likeness(of: target, latents: latents)
        let start = FastStart(
            seed: request.seed, candidate: candidate, specification: specification, latents: latents,
            target: target.tensor, spread: method.spread, near: method.near)
        let slots = specification.liveSlots.count
        let shape = SearchWorkspace<Float>.Shape(
            specification, request.degradation, rows: slots,
            trainable: specification.noiseSides.map { _ in false })
        model = GeneratorForwardModel(
            generator: seat.generator, degradation: request.degradation, noise: start.noise)
        let statistics = latents.statistics
        core = FastCore(
            method, model: model,
            latentModel: LatentModel(
                mean: statistics.mean, standardDeviation: statistics.standardDeviation),
            prior: LatentPrior(statistics),
            likelihood: seen.map {
                FaceLikelihood($0, misfit: method.misfit / 255, independent: method.independentMisfits)
            }
                ?? FaceLikelihood(
                    target: target.tensor, weights: FaceWeights(), misfit: method.misfit / 255,
                    independent: method.independentMisfits, noise: target.deviation / 255,
                    ignoring: target.outliers?.marks),
            start: Tensor((0..<slots).flatMap { _ in start.u }, shape: [slots, start.u.count]),
            centre: start.u, candidate: candidate, workspace: seat.workspace(shape))
    }

    var candidate: Int { core.candidate }
    var ending: Candidate.Ending { core.ending }
    var currentPicture: Picture? { core.best()?.picture }
    func glimpse(side: Int) -> Picture? { core.glimpse(side: side) }
    var completedSteps: Int { core.completedSteps }
    var state: SearchState? { core.state }

    func resume(from state: SearchState) throws(SearchStateError) { try core.resume(from: state) }

    func next() -> SearchStep? { core.step() }

    func found() -> Candidate? {
        guard let best = core.best(), let step = best.step else { return nil }
        let searched = best.picture
        var candidate = Candidate(
            number: candidate, picture: searched, w: core.latents(of: best.z), noise: model.noise,
            fit: best.fit, bestAfter: step, steps: core.completedSteps, seconds: core.seconds,
            ending: ending)
        let faceRMS = 255 * core.bestMisfit.squareRoot()
        var judgement = Judgement(
            searchedRMS: candidate.rms, searchedFaceRMS: faceRMS, likeness: likeness,
            isConvincing: faceRMS <= hypot(FastMethod.convincingFaceRMS, target.deviation)
                && likeness ?? 1 >= FaceLikeness.limit,
            priorPercentile: encoder?.percentile(ofDistance: core.bestDistance()))
        target.describe(in: &judgement)
        candidate.ignored = target.outliers?.marks
        if core.method.exactFit, let fit = ExactFit(degradation: request.degradation, threads: threads) {
            let clock = ContinuousClock()
            let start = clock.now
            var picture: Tensor<Float> = searched.tensor()
            let weights = FaceWeights().shares(width: 64, height: 64).map { Float($0) }
            let correction = fit(
                &picture, to: target.aim(from: request.degradation.apply(picture)),
                faceWeight: Tensor(weights, shape: [64, 64]))
            judgement.correction = Judgement.Correction(
                rms: correction.rms, rmsInside: correction.rmsInside, rmsOutside: correction.rmsOutside,
                unreachable: correction.unreachable)
            candidate.picture = Picture(picture)
            candidate.seconds += (clock.now - start) / .seconds(1)
        }
        candidate.judgement = judgement
        return candidate
    }
}
