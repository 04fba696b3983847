import Checkpoints
import Generators
import Tensors

/// The networks of the StyleGAN family in one checkpoint.
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
    init(_ checkpoint: Checkpoint) throws {
        file = checkpoint.file
        skipped = checkpoint.otherEntries
        let found = checkpoint.networks.flatMap { network in
            NetworkKind.all(in: network).map { Candidate(network: network, kind: $0) }
        }
        let generators = found.filter(\.kind.isGenerator)
        let usable = generators.isEmpty ? found.filter { $0.kind == .gaussianFit } : generators
        // A file of several generators holds the one in training, and its running average, which is better.
        guard let best = usable.min(by: { $0.rank < $1.rank }) else {
            for case .declined(let reason) in found.map(\.kind) {
                throw ModelError.declined(file: file, reason: reason)
            }
            try checkpoint.checkNames()
            throw ModelError.unrecognised(file: file)
        }
        skipped += checkpoint.networks.map(\.path).filter { $0 != best.network.path }
        try read(best.network, best.kind)
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

    private mutating func read(_ network: CheckpointNetwork, _ kind: NetworkKind) throws {
        switch kind {
        case .styleGAN1(let synthesis, let mapping): try readStyleGAN1(network, synthesis, mapping)
        case .rosinality(let root): try readRosinality(network, root)
        case .ada(let root, let synthesis, let mapping): try readADA(network, root, synthesis, mapping)
        case .tensorFlowStyleGAN1: try readTensorFlow(network, isStyleGAN2: false)
        case .tensorFlowStyleGAN2: try readTensorFlow(network, isStyleGAN2: true)
        case .gaussianFit: try readFit(network)
        case .declined(let reason): throw ModelError.declined(file: file, reason: reason)
        }
    }

    private mutating func readStyleGAN1(
        _ network: CheckpointNetwork, _ synthesis: String?, _ mapping: String?
    ) throws {
        let root = NetworkKind.styleGAN1(synthesis: synthesis, mapping: mapping).root
        var table = table(network, root, "StyleGAN1")
        func inner(_ prefix: String) -> String { String(prefix.dropFirst(root.count)) }
        if let synthesis {
            let found = try StyleGAN1Checkpoint(&table, layout: .pulse, prefix: inner(synthesis))
            add(found, path: network.path, key: synthesis + StyleGAN1Checkpoint.marker)
        }
        if let mapping {
            let found = try MappingNetwork.take(&table, .pulse(prefix: inner(mapping)))
            add(found, "StyleGAN mapping network", path: network.path)
        }
        try finish(&table)
    }

    private mutating func readRosinality(_ network: CheckpointNetwork, _ root: String) throws {
        var table = table(network, root, "StyleGAN2")
        let found = try StyleGAN2Checkpoint(&table, layout: .rosinality)
        add(found, path: network.path, key: root + "input.input", layout: "rosinality's names")
        let mapping = try MappingNetwork.take(&table, .rosinality(prefix: ""))
        add(mapping, "StyleGAN2 mapping network", path: network.path)
        try finish(&table)
    }

    private mutating func readADA(
        _ network: CheckpointNetwork, _ root: String, _ synthesis: String, _ mapping: String
    ) throws {
        let settings = try NetworkSettings(ada: network, file: file)
        var table = table(network, root, "StyleGAN2")
        let prefix = String(synthesis.dropFirst(root.count))
        let found = try StyleGAN2Checkpoint(&table, layout: .ada, prefix: prefix, clamp: settings.clamp)
        add(found, path: network.path, key: synthesis + "b4.const", layout: "StyleGAN2-ADA's names")
        let inner = String(mapping.dropFirst(root.count))
        let layout = MappingLayout.ada(prefix: inner, multiplier: settings.multiplier)
        add(
            try MappingNetwork.take(&table, layout), "StyleGAN2-ADA mapping network", path: network.path)
        let average = inner + "w_avg"
        if table.has(average) {
            self.average = try table.take(average, shape: [found.configuration.styleDim])
        }
        try finish(&table)
    }

    private mutating func readTensorFlow(_ network: CheckpointNetwork, isStyleGAN2: Bool) throws {
        let settings = try NetworkSettings(tensorFlow: network, file: file)
        var table = table(network, "", isStyleGAN2 ? "StyleGAN2" : "StyleGAN1")
        let size: Int
        if isStyleGAN2 {
            let found = try StyleGAN2Checkpoint(&table, layout: .tensorFlow, clamp: settings.clamp)
            add(
                found, path: network.path, key: "synthesis/4x4/ToRGB/weight",
                layout: "NVIDIA's TensorFlow names")
            size = found.configuration.styleDim
        } else {
            let found = try StyleGAN1Checkpoint(&table, layout: .tensorFlow)
            add(found, path: network.path, key: "synthesis/4x4/Const/StyleMod/weight")
            size = found.configuration.styleDim
        }
        let layout = MappingLayout.tensorFlow(
            table, multiplier: settings.multiplier, isStyleGAN2: isStyleGAN2)
        let mapping = try MappingNetwork.take(&table, layout)
        add(
            mapping, isStyleGAN2 ? "StyleGAN2 mapping network" : "StyleGAN mapping network",
            path: network.path)
        if table.has("dlatent_avg") { average = try table.take("dlatent_avg", shape: [size]) }
        table.passBy { $0 == "lod" }
        try finish(&table)
    }

    private mutating func readFit(_ network: CheckpointNetwork) throws {
        var table = table(network, "", "the fit of the latents")
        let shape = try table.shape(of: "mean")
        guard shape.count == 1, shape[0] > 0 else {
            throw ModelError.tensorShape(
                file: file, tensor: "mean", found: shape, expected: nil, network: table.network)
        }
        fit = GaussianFit(
            file: file, mean: try table.take("mean", shape: shape),
            standardDeviation: try table.take("std", shape: shape))
    }

    private func table(_ network: CheckpointNetwork, _ root: String, _ family: String) -> TensorTable {
        TensorTable(network, root: root, file: file, network: family)
    }

    /// Closes the account of a generator. Beside it, under another root, others may stand.
    private mutating func finish(_ table: inout TensorTable) throws {
        try table.finish()
        skipped += table.dead + table.outside
    }

    private mutating func add(_ found: StyleGAN1Checkpoint, path: String, key: String) {
        add(
            .styleGAN1(found.configuration), found.tensors, found.configuration.channels, path: path, key: key
        )
    }

    private mutating func add(_ found: StyleGAN2Checkpoint, path: String, key: String, layout: String) {
        let clamp = found.configuration.clamp.map { ", clamped at \($0)" } ?? ""
        add(
            .styleGAN2(found.configuration), found.tensors, found.configuration.channels, path: path,
            key: key,
            more: " (\(layout))\(clamp)")
    }

    private mutating func add(
        _ configuration: SynthesisConfiguration, _ tensors: [(name: String, tensor: Tensor<Float>)],
        _ channels: [Int], path: String, key: String, more: String = ""
    ) {
        let place = path.isEmpty ? "" : " in \(path)"
        synthesis = FoundSynthesis(
            file: file, configuration: configuration, tensors: tensors,
            evidence: "the key \(key)\(place)\(more), channels "
                + channels.map(String.init).joined(separator: ", "),
            digest: digest(of: tensors), known: nil)
    }

    private mutating func add(_ network: MappingNetwork?, _ title: String, path: String) {
        mapping = network.map {
            FoundMapping(file: file, network: $0, title: title, digest: digest(of: $0.tensors))
        }
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
    let network: CheckpointNetwork
    let kind: NetworkKind

    /// The keys and prefixes that lead to it; empty where it is the file itself.
    var name: String {
        // Where the file numbers its networks, they may know their own names.
        let path =
            Int(network.path) == nil ? network.path : network.attributes["name"]?.string ?? network.path
        return [path, kind.root].flatMap { $0.split(separator: ".") }
            .filter { !Self.fillers.contains(String($0)) }.joined(separator: ".")
    }

    /// Keys that say nothing of what they lead to.
    private static let fillers = ["module", "_orig_mod", "synthesis", "g_synthesis", "mapping", "g_mapping"]

    var isAverage: Bool { isAverageName(name) }

    var rank: Int {
        if isAverage { return 0 }
        let last = name.split(separator: ".").last.map(String.init)
        return ["G", "g", "generator"].contains(last) ? 2 : 1
    }
}

private func isDiscriminatorName(_ name: String) -> Bool {
    let last = name.split(separator: ".").last?.lowercased() ?? ""
    return ["d_", "d-", "disc", "netd"].contains { last.hasPrefix($0) } || last == "d"
}
