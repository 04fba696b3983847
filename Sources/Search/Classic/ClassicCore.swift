import Imaging
import Tensors

/// The arithmetic of the classic search for one candidate, in single precision for users and in double for its proofs.
final class ClassicCore<Scalar: SearchScalar> {
    let candidate: Int
    let method: ClassicMethod
    /// Steps taken, and what they took.
    private(set) var completedSteps = 0
    private(set) var seconds = 0.0
    /// The fit of the point measured last.
    private(set) var lastFit: Double?
    /// Whether the search has met a number that is not finite; it ends there.
    private(set) var hasDiverged = false

    private let model: any ForwardModel<Scalar>
    private let latentModel: LatentModel<Scalar>
    private let pixelLoss: PixelLoss<Scalar>
    private let workspace: SearchWorkspace<Scalar>
    private let clock = ContinuousClock()

    private var z: Parameter<Scalar>
    /// The optimised maps; `trainable[i]` is the noise input of map i.
    private var noiseParameters: [Parameter<Scalar>]
    let trainable: [Int]
    private(set) var best: BestPoint<Scalar>
    private var geodesicCross: GeodesicCross<Scalar>
    /// What GEOCROSS adds to dW.
    private var dCross: Tensor<Scalar>
    /// The losses of the point measured last; their names are those of the method's loss, in its order.
    private var losses: NamedLosses

    /// A search from a given start.
    /// - Parameters:
    ///   - model: holds the start's noise.
    ///   - target: y, of the workspace's target size.
    ///   - start: maps that `method` names trainable are optimised.
    init(
        _ method: ClassicMethod, model: any ForwardModel<Scalar>, latentModel: LatentModel<Scalar>,
        target: Tensor<Scalar>, start: ClassicStart<Scalar>, candidate: Int,
        workspace: SearchWorkspace<Scalar>
    ) {
        self.method = method
        self.model = model
        self.latentModel = latentModel
        self.candidate = candidate
        self.workspace = workspace
        pixelLoss = PixelLoss(target: target, eps: Scalar(method.eps))
        z = Parameter(start.z, rows: start.z.shape[0], method.optimizer)
        let flags = start.trainable(by: method)
        trainable = start.noise.indices.filter { flags[$0] }
        let maps: [Tensor<Scalar>] = trainable.compactMap {
            if case .map(let map) = start.noise[$0] { map } else { nil }
        }
        noiseParameters = maps.map { Parameter($0, rows: 1, method.optimizer) }
        best = BestPoint(z: start.z, noise: maps, size: workspace.shape.source)
        geodesicCross = GeodesicCross(layers: workspace.shape.slots, latentSize: workspace.shape.latentSize)
        dCross = Tensor(zeros: workspace.dW.shape)
        losses = NamedLosses(method.loss.terms.map(\.name.rawValue))
    }

    var ending: Candidate.Ending {
        hasDiverged ? .diverged : completedSteps == method.steps ? .budget : .interrupted
    }

    /// Takes the next step; `nil` once all have been taken, or numbers are no longer finite.
    func next() -> SearchStep? {
        guard completedSteps < method.steps, !hasDiverged else { return nil }
        let start = clock.now
        let rate = method.learningRate * method.schedule.factor(step: completedSteps, of: method.steps)
        guard let (total, fit) = renderAndMeasure() else { return nil }
        differentiate()
        let isFinite = move(rate)
        completedSteps += 1
        let losses = losses
        if !isFinite {
            hasDiverged = true
        } else if completedSteps == method.steps {
            _ = renderAndMeasure()
        }
        let taken = (clock.now - start) / .seconds(1)
        seconds += taken
        return SearchStep(
            candidate: candidate, index: completedSteps, total: method.steps, losses: losses,
            totalLoss: total,
            fit: fit, bestFit: best.fit, learningRate: rate, seconds: taken)
    }

    /// w of a point.
    func latents(of z: Tensor<Scalar>) -> Tensor<Scalar> {
        var w = Tensor<Scalar>(zeros: workspace.w.shape)
        latentModel.forward(z: z, w: &w)
        return w
    }

    /// The current point's latents, and its optimised noise.
    var point: (z: Tensor<Scalar>, noise: [Tensor<Scalar>]) { (z.value, noiseParameters.map(\.value)) }

    /// ∂loss/∂z and ∂loss/∂noise of the latest step, as long as no other search has used the workspace.
    var gradient: (z: Tensor<Scalar>, noise: [Tensor<Scalar>]) {
        (workspace.dZ, trainable.compactMap { workspace.dNoise[$0] })
    }

    /// Renders the current point into the workspace, computes its losses with their gradients by the small picture and by
    /// w, and keeps the point if no other fits better.
    /// - Returns: the weighted sum of the losses, and the fit of the picture in 8 bits; `nil`, with `hasDiverged`, where
    ///   something is not finite.
    private func renderAndMeasure() -> (total: Double, fit: Double)? {
        let workspace = workspace
        latentModel.forward(z: z.value, w: &workspace.w)
        model.render(w: workspace.w, image: &workspace.image)
        workspace.degradeImage(by: model)
        let total = measureLosses()
        // Rounding turns what is not a number into black, which may fit: it must be found out before.
        guard total.isFinite, Scalar.isFinite(workspace.w), Scalar.isFinite(workspace.lowRes) else {
            hasDiverged = true
            return nil
        }
        workspace.degradeRoundedPicture(by: model)
        let fit = pixelLoss.meanSquare(workspace.lowRes)
        if fit < best.fit {
            // A degradation need not look at every pixel.
            guard Scalar.isFinite(workspace.image) else {
                hasDiverged = true
                return nil
            }
            best.replace(
                fit: fit, step: completedSteps, z: z.value, noise: noiseParameters,
                rounded: workspace.large)
        }
        lastFit = fit
        return (total, fit)
    }

    /// Computes the losses of the rendered point.
    /// - Returns: their weighted sum.
    private func measureLosses() -> Double {
        let workspace = workspace
        workspace.dLowRes.clear()
        dCross.clear()
        var total = 0.0
        for (i, term) in method.loss.terms.enumerated() {
            let weight = term.weight
            let value =
                switch term.name {
                case .l2: pixelLoss.l2(workspace.lowRes, weight: weight, dLowRes: &workspace.dLowRes)
                case .l1: pixelLoss.l1(workspace.lowRes, weight: weight, dLowRes: &workspace.dLowRes)
                case .geocross: geodesicCross(workspace.w, weight: weight, dW: &dCross)
                }
            losses[i] = value
            total += weight * value
        }
        return total
    }

    /// Carries the losses' gradients to z and the optimised maps.
    private func differentiate() {
        let workspace = workspace
        workspace.clearInputGradients()
        // Below eps the picture has no say, and the generator's gradient is known to be zero.
        if !workspace.dLowResIsZero {
            workspace.carryGradientToImage(through: model)
            model.renderBackward(dImage: workspace.large, dW: &workspace.dW, dNoise: &workspace.dNoise)
        }
        for i in 0..<dCross.count { workspace.dW[i] += dCross[i] }
        latentModel.backward(z: z.value, dW: workspace.dW, dZ: &workspace.dZ)
    }

    /// - Returns: whether the new point is finite.
    private func move(_ rate: Double) -> Bool {
        var isFinite = z.move(against: workspace.dZ, rate: rate)
        for (i, position) in trainable.enumerated() {
            guard let gradient = workspace.dNoise[position] else { continue }
            if !noiseParameters[i].move(against: gradient, rate: rate) { isFinite = false }
            model.setNoise(noiseParameters[i].value, at: position)
        }
        return isFinite
    }
}

extension ClassicCore where Scalar == Float {
    func glimpse(side: Int) -> Picture? { completedSteps > 0 ? workspace.glimpse(side: side) : nil }
}

// MARK: - State

extension ClassicCore where Scalar == Float {
    var state: SearchState? {
        guard let step = best.step, !hasDiverged, completedSteps > 0 else { return nil }
        var state = SearchState(numbers: [
            "steps": Double(completedSteps), "seconds": seconds, "best.step": Double(step),
        ])
        z.put(into: &state, as: "z")
        state.put(best.z, as: "best.z")
        for i in trainable.indices {
            noiseParameters[i].put(into: &state, as: "noise.\(i)")
            state.put(best.noise[i], as: "best.noise.\(i)")
        }
        return state
    }

    /// Renders the best point once, for its picture and its fit.
    func resume(from state: SearchState) throws(SearchStateError) {
        precondition(completedSteps == 0, "the search is under way")
        let (steps, bestStep) = (try state.count("steps"), try state.count("best.step"))
        guard 1...method.steps ~= steps, bestStep <= steps else { throw .invalid("steps") }
        let resumedZ = try z.resumed(from: state, as: "z")
        let bestZ = try state.tensor("best.z", shape: z.value.shape)
        var (resumedNoise, bestNoise) = (noiseParameters, noiseParameters)
        for i in trainable.indices {
            resumedNoise[i] = try resumedNoise[i].resumed(from: state, as: "noise.\(i)")
            bestNoise[i].value = try state.tensor("best.noise.\(i)", shape: bestNoise[i].value.shape)
        }
        seconds = try state.number("seconds")
        for (i, position) in trainable.enumerated() { model.setNoise(bestNoise[i].value, at: position) }
        latentModel.forward(z: bestZ, w: &workspace.w)
        model.render(w: workspace.w, image: &workspace.image)
        workspace.degradeRoundedPicture(by: model)
        best.replace(
            fit: pixelLoss.meanSquare(workspace.lowRes), step: bestStep, z: bestZ, noise: bestNoise,
            rounded: workspace.large)
        (z, noiseParameters, completedSteps) = (resumedZ, resumedNoise, steps)
        for (i, position) in trainable.enumerated() { model.setNoise(noiseParameters[i].value, at: position) }
    }
}
