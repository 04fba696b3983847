import Degradation
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
    /// Of the target, in grey levels 0…255; 0 for none.
    private let noise: Double

    /// - Parameter candidate: counted from 1.
    /// - Throws: `FastMethodError`.
    init(
        _ method: FastMethod, _ request: SearchRequest, candidate: Int, latents: LatentSpace, seat: SearchSeat
    ) throws(FastMethodError) {
        let specification = seat.generator.specification
        try method.validate(for: specification)
        precondition(
            request.degradation.targetSize == PixelSize(side: request.target.side),
            "the degradation leads to another size than the target's")
        self.request = request
        (encoder, threads) = (latents.encoder, seat.threads)
        likeness = method.likeness(of: request.target, latents: latents)
        noise = method.inputNoise ?? InputNoise.estimate(of: request.target.tensor()) ?? 0
        let start = FastStart(
            seed: request.seed, candidate: candidate, specification: specification, latents: latents,
            target: request.target.tensor(), spread: method.spread)
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
            likelihood: FaceLikelihood(
                target: request.target.tensor(), weights: FaceWeights(), misfit: method.misfit / 255,
                independent: method.independentMisfits, noise: noise / 255),
            start: Tensor((0..<slots).flatMap { _ in start.u }, shape: [slots, start.u.count]),
            centre: start.u, candidate: candidate, workspace: seat.workspace(shape))
    }

    var candidate: Int { core.candidate }
    var ending: Candidate.Ending { core.ending }
    var currentPicture: Picture? { core.best()?.picture }

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
            isConvincing: faceRMS <= FastMethod.convincingFaceRMS
                && likeness ?? 1 >= FaceLikeness.limit,
            priorPercentile: encoder?.percentile(ofDistance: core.bestDistance()))
        if noise > 0 { judgement.inputNoise = noise }
        if core.method.exactFit, let fit = ExactFit(degradation: request.degradation, threads: threads) {
            let clock = ContinuousClock()
            let start = clock.now
            var picture: Tensor<Float> = searched.tensor()
            let weights = FaceWeights().shares(width: 64, height: 64).map { Float($0) }
            let correction = fit(
                &picture, to: fitTarget(for: picture), faceWeight: Tensor(weights, shape: [64, 64]))
            judgement.correction = Judgement.Correction(
                rms: correction.rms, rmsInside: correction.rmsInside, rmsOutside: correction.rmsOutside,
                unreachable: correction.unreachable)
            candidate.picture = Picture(picture)
            candidate.seconds += (clock.now - start) / .seconds(1)
        }
        candidate.judgement = judgement
        return candidate
    }

    /// What the exact fit aims at: the target, without what is its noise as seen from a picture.
    private func fitTarget(for picture: Tensor<Float>) -> Tensor<Float> {
        var target: Tensor<Float> = request.target.tensor()
        guard noise > 0 else { return target }
        var residual = target
        let degraded = request.degradation.apply(picture)
        for i in 0..<target.count { residual[i] = target[i] - degraded[i] }
        let kept = NoiseShrinkage(deviation: noise / 255)(residual)
        for i in 0..<target.count { target[i] = min(max(degraded[i] + kept[i], 0), 1) }
        return target
    }
}
