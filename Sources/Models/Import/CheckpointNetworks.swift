import Checkpoints
import Generators
import Tensors

/// The networks of one checkpoint that a family knows.
struct CheckpointNetworks {
    private(set) var synthesis: FoundSynthesis?
    private(set) var mapping: FoundMapping?
    private(set) var fit: GaussianFit?
    /// w̄, the average latent that the training kept, [latentSize].
    private(set) var average: Tensor<Float>?
    /// Set where the generator's name says that it is not the running average.
    private(set) var training: TrainingWeights?
    /// Entries and tensors that play no part, unread.
    private(set) var skipped: [String]
    private let file: String

    /// - Throws: ``ModelError`` if there is no network that is known, or something in it is missing, of another
    ///   shape, or without a place; ``CheckpointError`` if its numbers cannot be read.
    init(_ checkpoint: Checkpoint, families: [GeneratorFamily] = GeneratorFamily.all) throws {
        file = checkpoint.file
        skipped = checkpoint.otherEntries
        let found = checkpoint.networks.flatMap { Candidate.all(in: $0, families) }
        let generators = found.filter(\.isGenerator)
        let usable = generators.isEmpty ? found.filter(\.isFit) : generators
        // A file of several generators holds the one in training, and its running average, which is better.
        guard let best = usable.min(by: { $0.rank < $1.rank }) else {
            for case .declined(let network) in found.map(\.kind) {
                throw ModelError.declined(file: file, network)
            }
            try checkpoint.checkNames()
            throw ModelError.unrecognised(file: file)
        }
        skipped += checkpoint.networks.map(\.path).filter { $0 != best.network.path }
        try read(best)
        if synthesis != nil, !best.isAverage, !best.name.isEmpty {
            let others = checkpoint.networks.map(\.path) + checkpoint.unnamed.map(\.place)
            training = TrainingWeights(
                file: file, network: best.name,
                unusable: others.filter { isAverageName($0) && !isDiscriminatorName($0) })
        }
        for (name, tensor) in checkpoint.looseTensors {
            if ["latent_avg", "mean_latent"].contains(name),
                let size = synthesis?.configuration.specification.latentSize,
                tensor.count == size
            {
                average = try tensor.tensor().reshaped([size])
            } else {
                skipped.append(name)
            }
        }
    }

    private mutating func read(_ candidate: Candidate) throws {
        switch candidate.kind {
        case .generator(let family, let generator):
            let found = try generator.networks(in: candidate.network, file: file)
            synthesis = found.synthesis.map { FoundSynthesis($0, of: family, file: file) }
            mapping = found.mapping.map { FoundMapping($0, file: file) }
            average = found.average
            skipped += found.skipped
        case .fit: try readFit(candidate.network)
        case .declined(let network): throw ModelError.declined(file: file, network)
        }
    }

    private mutating func readFit(_ network: CheckpointNetwork) throws {
        var table = TensorTable(network, file: file, network: "the fit of the latents")
        let shape = try table.shape(of: "mean")
        guard shape.count == 1, shape[0] > 0 else {
            throw ModelError.tensorShape(
                file: file, tensor: "mean", found: shape, expected: nil, network: table.network)
        }
        fit = GaussianFit(
            file: file, mean: try table.take("mean", shape: shape),
            standardDeviation: try table.take("std", shape: shape))
    }
}

/// Weights in training, taken because the file has no running average of them that can be used.
struct TrainingWeights: Sendable, Equatable {
    var file: String
    /// What the network is called in the file.
    var network: String
    /// Entries that are called an average and from which nothing can be made.
    var unusable: [String]
}

/// A network that a checkpoint may be imported for.
private struct Candidate {
    enum Kind {
        case generator(GeneratorFamily, RecognisedGenerator)
        /// PULSE's `gaussian_fit.pt`.
        case fit
        /// Known, and not supported.
        case declined(DeclinedNetwork)
    }

    let network: CheckpointNetwork
    let kind: Kind

    /// What there is in a table of tensors: one network, or several under prefixes of their own.
    static func all(in network: CheckpointNetwork, _ families: [GeneratorFamily]) -> [Candidate] {
        if Set(network.tensors.map(\.name)) == ["mean", "std"] {
            return [Candidate(network: network, kind: .fit)]
        }
        let kinds = families.flatMap { family in
            family.recognised(in: network).map { recognition in
                switch recognition {
                case .generator(let generator): Kind.generator(family, generator)
                case .declined(let network): Kind.declined(network)
                }
            }
        }
        let foreign = network.foreignGenerator.map { [Kind.declined($0)] } ?? []
        return (kinds + foreign).map { Candidate(network: network, kind: $0) }
    }

    var isGenerator: Bool { if case .generator = kind { true } else { false } }
    var isFit: Bool { if case .fit = kind { true } else { false } }

    /// The keys and prefixes that lead to it; empty where it is the file itself.
    var name: String {
        // Where the file numbers its networks, they may know their own names.
        let path =
            Int(network.path) == nil ? network.path : network.attributes["name"]?.string ?? network.path
        let root = if case .generator(_, let generator) = kind { generator.root } else { "" }
        return [path, root].flatMap { $0.split(separator: ".") }
            .filter { !Self.fillers.contains(String($0)) }.joined(separator: ".")
    }

    /// Keys that say nothing of what they lead to.
    private static let fillers = ["module", "_orig_mod", "synthesis", "g_synthesis", "mapping", "g_mapping"]

    var isAverage: Bool { isAverageName(name) }

    /// Lowest for what is to be taken.
    var rank: Int {
        let last = name.split(separator: ".").last.map(String.init)
        let rank = isAverage ? 0 : ["G", "g", "generator"].contains(last) ? 2 : 1
        if case .generator(_, let generator) = kind, !generator.hasSynthesis { return rank + 3 }
        return rank
    }
}

private func isDiscriminatorName(_ name: String) -> Bool {
    let last = name.split(separator: ".").last?.lowercased() ?? ""
    return ["d_", "d-", "disc", "netd"].contains { last.hasPrefix($0) } || last == "d"
}
