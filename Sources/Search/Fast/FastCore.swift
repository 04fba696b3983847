import Imaging
import Tensors

/// The arithmetic of the fast search for one candidate, in single precision for users and in double for its proofs.
///
/// It climbs the logarithm of likelihood times prior by Adam in u = (v − μ)/σ, one vector for each live
/// slot.
final class FastCore<Scalar: SearchScalar> {
    let candidate: Int
    let method: FastMethod
    private let likelihood: FaceLikelihood<Scalar>
    private(set) var completedSteps = 0
    private(set) var seconds = 0.0
    /// How many steps it takes in all, as far as is known yet.
    private(set) var stepCount: Int
    /// Whether the search has met a number that is not finite; it ends there.
    private(set) var hasDiverged = false
    /// The point with the lowest loss so far, its loss, the mean square that the likelihood looks at and that of the picture
    /// before rounding, and after how many steps it was found.
    private var bestPoint: Tensor<Scalar>
    private var bestLoss = Double.infinity
    private(set) var bestMisfit = Double.infinity
    private var bestFit = Double.infinity
    private var bestStep: Int?
    /// That point with its picture, once it was asked for or the search has come to its end.
    private var shown: BestPoint<Scalar>

    private let model: any ForwardModel<Scalar>
    private let latentModel: LatentModel<Scalar>
    private let prior: LatentPrior
    private let pixelLoss: PixelLoss<Scalar>
    private let workspace: SearchWorkspace<Scalar>
    private let clock = ContinuousClock()
    /// c, [latentSize].
    private let centre: [Float]
    private var u, next: Tensor<Scalar>
    /// Of what the slots have in common, and of what each has besides.
    private var common, apart: Optimizer<Scalar>
    private var mean, meanSlope, meanNext, rest, restNext: Tensor<Scalar>
    private var dPrior: Tensor<Scalar>
    private var losses = NamedLosses(["misfit", "prior"])

    /// - Parameters:
    ///   - start: u of each live slot, [L, latentSize].
    ///   - centre: u that the prior pulls towards, [latentSize].
    init(
        _ method: FastMethod, model: any ForwardModel<Scalar>, latentModel: LatentModel<Scalar>,
        prior: LatentPrior, likelihood: FaceLikelihood<Scalar>, start: Tensor<Scalar>, centre: [Float],
        candidate: Int, workspace: SearchWorkspace<Scalar>
    ) {
        self.method = method
        stepCount = method.steps
        self.model = model
        self.latentModel = latentModel
        self.prior = prior
        self.likelihood = likelihood
        self.centre = centre
        self.candidate = candidate
        self.workspace = workspace
        pixelLoss = PixelLoss(target: likelihood.target, eps: 0)
        u = start
        next = Tensor(zeros: start.shape)
        dPrior = Tensor(zeros: start.shape)
        let size = start.shape[1]
        common = Optimizer(.adam, count: size, decay: 0.99)
        apart = Optimizer(.adam, count: start.count, decay: 0.99)
        mean = Tensor(zeros: [size])
        meanNext = mean
        meanSlope = mean
        rest = Tensor(zeros: start.shape)
        restNext = rest
        bestPoint = start
        shown = BestPoint(z: start, noise: [], size: workspace.shape.source)
    }

    var ending: Candidate.Ending {
        hasDiverged ? .diverged : completedSteps == stepCount ? .budget : .interrupted
    }

    /// Takes the next step; `nil` once all have been taken, or numbers are no longer finite.
    func step() -> SearchStep? {
        guard completedSteps < stepCount, !hasDiverged else { return nil }
        let start = clock.now
        let rate = method.learningRate * factor(step: completedSteps)
        guard let (total, fit) = renderAndMeasure() else { return nil }
        differentiate()
        move(rate)
        completedSteps += 1
        let losses = losses
        if !Scalar.isFinite(u) {
            hasDiverged = true
        } else if completedSteps == method.steps, isHard {
            stepCount += method.hardSteps
        } else if completedSteps == stepCount {
            if renderAndMeasure() != nil, bestStep == completedSteps { showBest() }
        }
        let taken = (clock.now - start) / .seconds(1)
        seconds += taken
        return SearchStep(
            candidate: candidate, index: completedSteps, total: stepCount, losses: losses,
            totalLoss: total, fit: fit, bestFit: bestFit, learningRate: rate, seconds: taken)
    }

    /// Whether the face is missed by so much that more steps are worth their time.
    private var isHard: Bool { 255 * bestMisfit.squareRoot() > FastMethod.hardFaceRMS }

    /// Of the learning rate: more steps are a search of their own, from a lower rate.
    private func factor(step: Int) -> Double {
        step < method.steps
            ? FastSchedule.factor(step: step, of: method.steps)
            : FastSchedule.hardShare
                * FastSchedule.factor(step: step - method.steps, of: method.hardSteps)
    }

    /// w of a point.
    func latents(of u: Tensor<Scalar>) -> Tensor<Scalar> {
        var w = Tensor<Scalar>(zeros: workspace.w.shape)
        latentModel.forward(z: u, w: &w)
        return w
    }

    /// The best point so far with its picture, which is rendered if it is not there; nil before the first step. Not to be
    /// called within a step.
    func best() -> BestPoint<Scalar>? {
        guard let bestStep else { return nil }
        if shown.step != bestStep {
            let workspace = workspace
            latentModel.forward(z: bestPoint, w: &workspace.w)
            model.render(w: workspace.w, image: &workspace.image)
            showBest()
        }
        return shown
    }

    /// Keeps the best point's picture, which the workspace holds.
    private func showBest() {
        guard let bestStep else { return }
        workspace.degradeRoundedPicture(by: model)
        let fit = pixelLoss.meanSquare(workspace.lowRes)
        shown.replace(fit: fit, step: bestStep, z: bestPoint, noise: [], rounded: workspace.large)
    }

    /// The squared distance of the best point from the prior's mean.
    func bestDistance() -> Double {
        var unused = Tensor<Scalar>(zeros: u.shape)
        return prior.squaredDistance(bestPoint, from: Array(repeating: 0, count: centre.count), dU: &unused)
    }

    /// ∂loss/∂u of the latest step, as long as no other search has used the workspace.
    var gradient: Tensor<Scalar> { workspace.dZ }

    /// Renders the current point, computes its losses with their gradients by the small picture and by u, and keeps the
    /// point if no other has a lower loss.
    private func renderAndMeasure() -> (total: Double, fit: Double)? {
        let workspace = workspace
        latentModel.forward(z: u, w: &workspace.w)
        model.render(w: workspace.w, image: &workspace.image)
        workspace.degradeImage(by: model)
        let misfit = likelihood.misfit(workspace.lowRes, dLowRes: &workspace.dLowRes)
        let distance = prior.squaredDistance(u, from: centre, dU: &dPrior)
        let total = likelihood.loss(misfit: misfit) + distance / 2
        guard total.isFinite, Scalar.isFinite(workspace.w), Scalar.isFinite(workspace.lowRes) else {
            hasDiverged = true
            return nil
        }
        let fit = pixelLoss.meanSquare(workspace.lowRes)
        if total < bestLoss {
            guard Scalar.isFinite(workspace.image) else {
                hasDiverged = true
                return nil
            }
            (bestLoss, bestMisfit, bestFit, bestStep) = (total, misfit, fit, completedSteps)
            bestPoint.copyElements(of: u)
        }
        (losses[0], losses[1]) = (misfit, distance)
        return (total, fit)
    }

    /// Takes what the slots have in common and what each has besides a step each.
    private func move(_ rate: Double) {
        let (rows, size) = (u.shape[0], u.shape[1])
        for i in 0..<size {
            var (value, slope): (Scalar, Scalar) = (0, 0)
            for row in 0..<rows { slope += workspace.dZ[row * size + i] }
            for row in 0..<rows { value += u[row * size + i] }
            mean[i] = value / Scalar(rows)
            meanSlope[i] = slope / Scalar(rows)
            for row in 0..<rows {
                rest[row * size + i] = u[row * size + i] - mean[i]
                next[row * size + i] = workspace.dZ[row * size + i] - meanSlope[i]
            }
        }
        common.step(from: mean, gradient: meanSlope, rate: rate, into: &meanNext)
        apart.step(from: rest, gradient: next, rate: rate * method.offsetRate, into: &restNext)
        for i in 0..<rows * size { u[i] = meanNext[i % size] + restNext[i] }
    }

    /// Carries the losses' gradients to u.
    private func differentiate() {
        let workspace = workspace
        workspace.clearInputGradients()
        workspace.carryGradientToImage(through: model)
        model.renderBackward(dImage: workspace.large, dW: &workspace.dW, dNoise: &workspace.dNoise)
        latentModel.backward(z: u, dW: workspace.dW, dZ: &workspace.dZ)
        for i in 0..<u.count { workspace.dZ[i] += dPrior[i] }
    }
}

extension FastCore where Scalar == Float {
    func glimpse(side: Int) -> Picture? { completedSteps > 0 ? workspace.glimpse(side: side) : nil }
}

// MARK: - State

extension FastCore where Scalar == Float {
    var state: SearchState? {
        guard let bestStep, !hasDiverged, completedSteps > 0 else { return nil }
        var state = SearchState(numbers: [
            "steps": Double(completedSteps), "stepCount": Double(stepCount), "seconds": seconds,
            "best.step": Double(bestStep), "best.loss": bestLoss, "best.misfit": bestMisfit,
            "best.fit": bestFit,
        ])
        state.put(u, as: "u")
        state.put(bestPoint, as: "best")
        common.put(into: &state, as: "common")
        apart.put(into: &state, as: "apart")
        return state
    }

    func resume(from state: SearchState) throws(SearchStateError) {
        precondition(completedSteps == 0, "the search is under way")
        let (steps, stepCount) = (try state.count("steps"), try state.count("stepCount"))
        guard [method.steps, method.steps + method.hardSteps].contains(stepCount), 1...stepCount ~= steps
        else {
            throw .invalid("steps")
        }
        let (u, best) = (try state.tensor("u", shape: u.shape), try state.tensor("best", shape: u.shape))
        let common = try common.resumed(from: state, as: "common")
        let apart = try apart.resumed(from: state, as: "apart")
        let (step, loss) = (try state.count("best.step"), try state.number("best.loss"))
        let (misfit, fit) = (try state.number("best.misfit"), try state.number("best.fit"))
        seconds = try state.number("seconds")
        (self.u, bestPoint, self.common, self.apart) = (u, best, common, apart)
        (bestStep, bestLoss, bestMisfit, bestFit) = (step, loss, misfit, fit)
        (completedSteps, self.stepCount) = (steps, stepCount)
    }
}
