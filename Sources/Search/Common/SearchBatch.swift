import Degradation
import Engine
import Generators
import Imaging
import Tensors

/// Several candidates of one target that advance together: the sequence of all their steps, step 1 of every
/// candidate first. Each one's bits are those of a search of its own.
///
/// With one generator the candidates take turns on it. With several they are dealt out to them and the
/// generators work at the same time: candidates on threads of their own wait for nothing but each other, so a
/// batch then costs less than its candidates one by one, at the price of a workspace for each generator.
public final class ClassicBatch<Scalar: BinaryFloatingPoint & Sendable>: Sequence, IteratorProtocol {
    /// In the order of their steps.
    public let searches: [ClassicSearch<Scalar>]
    private let generatorCount: Int
    /// One thread for each generator.
    private let pool: ThreadPool
    /// The steps of the round under way; `turn` is the next to be handed out.
    private var round: [ClassicStep?]
    private var turn = 0

    /// - Parameters:
    ///   - generators: at least one; each must have a workspace of its own.
    ///   - candidates: their numbers, counted from 1.
    /// - Throws: `ClassicOptionsError`.
    public init(
        generators: [any Generator<Scalar>], latentModel: LatentModel<Scalar>, target: Target,
        options: ClassicOptions = ClassicOptions(), kernel: DownscaleOperator.Kernel = .bicubic, seed: UInt64,
        candidates: some Collection<Int>
    ) throws(ClassicOptionsError) {
        precondition(!generators.isEmpty, "a batch needs a generator")
        let specification = generators[0].specification
        try options.validate(for: specification)
        let y: Tensor<Scalar> = target.tensor()
        var workspaces: [SearchWorkspace<Scalar>] = []
        var searches: [ClassicSearch<Scalar>] = []
        for candidate in candidates {
            let start = ClassicStart<Scalar>(
                seed: seed, candidate: candidate, specification: specification, options: options)
            let place = searches.count % generators.count
            if workspaces.count == place {
                workspaces.append(
                    SearchWorkspace(
                        specification,
                        downscale: DownscaleOperator(
                            kernel: kernel, from: specification.resolution, to: target.side),
                        rows: start.z.shape[0], trainable: start.trainable(under: options)))
            }
            searches.append(
                ClassicSearch(
                    generator: generators[place], latentModel: latentModel, target: y, options: options,
                    start: start, candidate: candidate, workspace: workspaces[place]))
        }
        self.searches = searches
        pool = ThreadPool(threads: generators.count)
        generatorCount = generators.count
        round = Array(repeating: nil, count: searches.count)
    }

    /// Takes the next step of the next candidate; `nil` once all have taken all.
    public func next() -> ClassicStep? {
        guard !searches.isEmpty else { return nil }
        defer { turn = (turn + 1) % searches.count }
        guard generatorCount > 1 else { return searches[turn].next() }
        if turn == 0 { takeRound() }
        return round[turn]
    }

    /// One step of every candidate: each generator works through the candidates dealt to it.
    private func takeRound() {
        round.withUnsafeMutableBufferPointer { round in
            // Every task has its own generator, workspace, searches and elements of `round`.
            pool.run(generatorCount) { place in
                for i in stride(from: place, to: searches.count, by: generatorCount) {
                    round[i] = searches[i].next()
                }
            }
        }
    }

    /// The best points so far, in the order of `searches`, of those that have taken a step.
    public func found() -> [FoundFace<Scalar>] { searches.compactMap { $0.found() } }
}
