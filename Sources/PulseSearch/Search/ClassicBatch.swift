import Generators
import Imaging
import TensorEngine

/// Several candidates of one target that take turns on one generator: the sequence of all their steps, step 1
/// of every candidate first. Each one's bits are those of a search of its own.
public final class ClassicBatch<Scalar: BinaryFloatingPoint & Sendable>: Sequence, IteratorProtocol {
    /// In the order in which they take turns.
    public let searches: [ClassicSearch<Scalar>]
    private var turn = 0

    /// - Parameters:
    ///   - candidates: their numbers, counted from 1.
    /// - Throws: `ClassicOptionsError`.
    public init(
        generator: any Generator<Scalar>, latentModel: LatentModel<Scalar>, target: Target,
        options: ClassicOptions = ClassicOptions(), kernel: DownscaleOperator.Kernel = .bicubic, seed: UInt64,
        candidates: some Collection<Int>
    ) throws(ClassicOptionsError) {
        let specification = generator.specification
        try options.validate(for: specification)
        let y: Tensor<Scalar> = target.tensor()
        var shared: SearchWorkspace<Scalar>?
        var searches: [ClassicSearch<Scalar>] = []
        for candidate in candidates {
            let start = ClassicStart<Scalar>(
                seed: seed, candidate: candidate, specification: specification, options: options)
            let workspace =
                shared
                ?? SearchWorkspace(
                    specification,
                    downscale: DownscaleOperator(
                        kernel: kernel, from: specification.resolution, to: target.side),
                    rows: start.z.shape[0], trainable: start.trainable(under: options))
            shared = workspace
            searches.append(
                ClassicSearch(
                    generator: generator, latentModel: latentModel, target: y, options: options,
                    start: start, candidate: candidate, workspace: workspace))
        }
        self.searches = searches
    }

    /// Takes the next step of the next candidate; `nil` once all have taken all.
    public func next() -> ClassicStep? {
        guard !searches.isEmpty else { return nil }
        let step = searches[turn].next()
        turn = (turn + 1) % searches.count
        return step
    }

    /// The best points so far, in the order of `searches`, of those that have taken a step.
    public func found() -> [FoundFace<Scalar>] { searches.compactMap { $0.found() } }
}
