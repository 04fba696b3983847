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
    /// Entries and tensors that play no part, unread.
    private(set) var skipped: [String]
    private let file: String

    /// - Throws: ``ModelError`` if there is no network that is known, or something in it is missing, of another
    ///   shape, or without a place; ``CheckpointError`` if its numbers cannot be read.
    init(_ checkpoint: Checkpoint) throws {
        file = checkpoint.file
        skipped = checkpoint.otherEntries
        let kinds = checkpoint.networks.map { ($0, NetworkKind($0)) }
        let generators = kinds.filter { $0.1.isGenerator || $0.1 == .gaussianFit }
        // A file of several generators holds the one in training, and its running average, which is better.
        guard let best = generators.min(by: { Self.rank($0.0.path) < Self.rank($1.0.path) }) else {
            for case (_, .declined(let reason)) in kinds {
                throw ModelError.declined(file: file, reason: reason)
            }
            throw ModelError.unrecognised(file: file)
        }
        skipped += kinds.map(\.0.path).filter { $0 != best.0.path }
        try read(best.0, best.1)
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

    private static func rank(_ path: String) -> Int {
        switch path.split(separator: ".").last.map(String.init) {
        case "G_ema", "g_ema", "Gs", "ema": 0
        case "G", "g", "generator": 2
        default: 1
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
        case .other: throw ModelError.unrecognised(file: file)
        }
    }

    private mutating func readStyleGAN1(
        _ network: CheckpointNetwork, _ synthesis: String?, _ mapping: String?
    ) throws {
        // Whatever the names of both networks begin with, less the names of the networks themselves.
        let prefixes = [synthesis, mapping].compactMap { $0 }
        let endings = ["g_synthesis.", "g_mapping.", "synthesis.", "mapping."]
        let root = prefixes.map { prefix in
            endings.first { prefix.hasSuffix($0) }.map { String(prefix.dropLast($0.count)) } ?? prefix
        }.min { $0.count < $1.count }
        var table = table(network, root ?? "", "StyleGAN1")
        func inner(_ prefix: String) -> String { String(prefix.dropFirst(root?.count ?? 0)) }
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
