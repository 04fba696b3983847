import Degradation
import Generators
import Imaging
import Tensors

/// PULSE's search for one candidate, as the sequence of its steps.
///
/// Each step renders a point, measures it, and moves it along its gradient on its spheres; after the last step
/// the final point is measured too. The candidate is the point whose picture, rounded to 8 bits, fits best.
/// Stopping early is `break`: the best point so far stays available.
///
/// Every step runs the generator forward and back before it returns, so that several searches can take turns
/// on one generator. Not safe for concurrent use.
///
/// Source: Menon et al., "PULSE" (CVPR 2020), and its code.
public final class ClassicSearch<Scalar: BinaryFloatingPoint & Sendable>: Sequence, IteratorProtocol {
    public let candidate: Int
    public let options: ClassicOptions
    /// Steps taken.
    public private(set) var completedSteps = 0
    /// The fit of the point measured last.
    private(set) var lastFit: Double?

    private let generator: any Generator<Scalar>
    private let latentModel: LatentModel<Scalar>
    private let pixelLoss: PixelLoss<Scalar>
    private let workspace: SearchWorkspace<Scalar>

    private var z: Parameter<Scalar>
    private var noise: [NoiseMap<Scalar>]
    /// The optimised maps; `trainable[i]` is the position in `noise` of map i.
    private var noiseParameters: [Parameter<Scalar>]
    private let trainable: [Int]
    private var best: BestPoint<Scalar>

    /// A search from the start that belongs to (seed, candidate).
    /// - Parameters:
    ///   - candidate: counted from 1.
    /// - Throws: `ClassicOptionsError`.
    public convenience init(
        generator: any Generator<Scalar>, latentModel: LatentModel<Scalar>, target: Target,
        options: ClassicOptions = ClassicOptions(), kernel: DownscaleOperator.Kernel = .bicubic, seed: UInt64,
        candidate: Int = 1
    ) throws(ClassicOptionsError) {
        let specification = generator.specification
        try options.validate(for: specification)
        let start = ClassicStart<Scalar>(
            seed: seed, candidate: candidate, specification: specification, options: options)
        try self.init(
            generator: generator, latentModel: latentModel, target: target, options: options, kernel: kernel,
            start: start, candidate: candidate)
    }

    /// A search from a given start.
    /// - Parameters:
    ///   - start: z of [L, latentSize], or [1, latentSize] for one vector shared by all layers; noise maps that
    ///     `options` names trainable are optimised where they are `map`s.
    /// - Throws: `ClassicOptionsError`.
    public convenience init(
        generator: any Generator<Scalar>, latentModel: LatentModel<Scalar>, target: Target,
        options: ClassicOptions = ClassicOptions(), kernel: DownscaleOperator.Kernel = .bicubic,
        start: ClassicStart<Scalar>, candidate: Int = 1
    ) throws(ClassicOptionsError) {
        let specification = generator.specification
        try options.validate(for: specification)
        let downscale = DownscaleOperator(kernel: kernel, from: specification.resolution, to: target.side)
        let workspace = SearchWorkspace<Scalar>(
            specification, downscale: downscale, rows: start.z.shape[0],
            trainable: start.trainable(under: options))
        self.init(
            generator: generator, latentModel: latentModel, target: target.tensor(), options: options,
            start: start, candidate: candidate, workspace: workspace)
    }

    init(
        generator: any Generator<Scalar>, latentModel: LatentModel<Scalar>, target: Tensor<Scalar>,
        options: ClassicOptions, start: ClassicStart<Scalar>, candidate: Int,
        workspace: SearchWorkspace<Scalar>
    ) {
        precondition(start.noise.count == generator.specification.noiseSides.count, "noise is incomplete")
        self.generator = generator
        self.latentModel = latentModel
        self.options = options
        self.candidate = candidate
        self.workspace = workspace
        pixelLoss = PixelLoss(target: target, eps: Scalar(options.eps))
        z = Parameter(start.z, rows: start.z.shape[0], options.optimizer)
        noise = start.noise
        let flags = start.trainable(under: options)
        trainable = start.noise.indices.filter { flags[$0] }
        let maps: [Tensor<Scalar>] = trainable.compactMap {
            if case .map(let map) = start.noise[$0] { map } else { nil }
        }
        noiseParameters = maps.map { Parameter($0, rows: 1, options.optimizer) }
        best = BestPoint(z: start.z, noise: maps, side: workspace.downscale.sourceSide)
    }

    /// Takes the next step; `nil` once all have been taken.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func next() -> ClassicStep? {
        guard completedSteps < options.steps else { return nil }
        let rate = options.learningRate * options.schedule.factor(step: completedSteps, of: options.steps)
        let fit = renderAndMeasure()
        let (losses, total) = differentiate()
        move(rate)
        completedSteps += 1
        if completedSteps == options.steps { _ = renderAndMeasure() }
        return ClassicStep(
            candidate: candidate, index: completedSteps, total: options.steps, losses: losses,
            totalLoss: total, fit: fit, bestFit: best.fit, learningRate: rate)
    }

    /// The best point so far; `nil` before the first step.
    public func found() -> FoundFace<Scalar>? {
        guard let step = best.step else { return nil }
        var w = Tensor<Scalar>(zeros: workspace.w.shape)
        latentModel.forward(z: best.z, w: &w)
        var noise = noise
        for (i, map) in zip(trainable, best.noise) { noise[i] = .map(map) }
        return FoundFace(
            candidate: candidate, picture: best.picture, w: w, noise: noise, fit: best.fit, bestAfter: step,
            steps: completedSteps)
    }

    /// The picture of the best point so far; `nil` before the first step.
    public var currentPicture: Picture? { best.step == nil ? nil : best.picture }

    /// The current point's latents, and its optimised noise.
    var point: (z: Tensor<Scalar>, noise: [Tensor<Scalar>]) { (z.value, noiseParameters.map(\.value)) }

    /// ∂loss/∂z and ∂loss/∂noise of the latest step, as long as no other search has used the workspace.
    var gradient: (z: Tensor<Scalar>, noise: [Tensor<Scalar>]) {
        (workspace.dZ, trainable.compactMap { workspace.dNoise[$0] })
    }

    /// Renders the current point into the workspace and keeps it if no other fits better.
    /// - Returns: the fit of the picture in 8 bits.
    private func renderAndMeasure() -> Double {
        latentModel.forward(z: z.value, w: &workspace.w)
        generator.forward(w: workspace.w, noise: noise, image: &workspace.image)
        workspace.downscaleRoundedPicture()
        let fit = pixelLoss.meanSquare(workspace.lowRes)
        lastFit = fit
        if fit < best.fit {
            best.replace(
                fit: fit, step: completedSteps, z: z.value, noise: noiseParameters.lazy.map(\.value),
                rounded: workspace.large)
        }
        return fit
    }

    /// Computes the losses of the rendered point, and their gradient by z and the optimised maps.
    private func differentiate() -> (losses: ClassicStep.Losses, total: Double) {
        let workspace = workspace
        workspace.downscaleImage()
        workspace.clearGradients()
        var losses = ClassicStep.Losses()
        var total = 0.0
        for term in options.loss.terms {
            let weight = term.weight
            let value =
                switch term.name {
                case .l2: pixelLoss.l2(workspace.lowRes, weight: weight, dLowRes: &workspace.dLowRes)
                case .l1: pixelLoss.l1(workspace.lowRes, weight: weight, dLowRes: &workspace.dLowRes)
                case .geocross: workspace.geodesicCross(workspace.w, weight: weight, dW: &workspace.dCross)
                }
            losses[term.name] = value
            total += weight * value
        }
        // Below eps the picture has no say, and the generator's gradient is known to be zero.
        if !workspace.dLowResIsZero {
            workspace.carryGradientToImage()
            generator.backward(dImage: workspace.large, dW: &workspace.dW, dNoise: &workspace.dNoise)
        }
        workspace.addCrossGradient()
        latentModel.backward(z: z.value, dW: workspace.dW, dZ: &workspace.dZ)
        return (losses, total)
    }

    private func move(_ rate: Double) {
        z.move(against: workspace.dZ, rate: rate)
        for (i, position) in trainable.enumerated() {
            guard let gradient = workspace.dNoise[position] else { continue }
            noise[position] = .zero  // Shared memory would be copied before it changes.
            noiseParameters[i].move(against: gradient, rate: rate)
            noise[position] = .map(noiseParameters[i].value)
        }
    }
}
