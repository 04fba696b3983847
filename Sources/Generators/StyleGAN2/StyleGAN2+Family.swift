import Checkpoints
import Engine
import Tensors

extension GeneratorFamily {
    /// StyleGAN2 and StyleGAN2-ADA with skip connections, from NVIDIA's files and from rosinality's.
    public static let styleGAN2 = GeneratorFamily(
        StyleGAN2Configuration.self, checkpoint: StyleGAN2Checkpoint.recognised)
}

extension StyleGAN2Configuration: SynthesisConfiguration {
    package static let family = "StyleGAN2"

    package func weights(tensor: (String) throws -> Tensor<Float>) throws -> StyleGAN2Weights {
        try StyleGAN2Weights(configuration: self, tensor: tensor)
    }

    package func generator(weights: StyleGAN2Weights, threads: Int, kernels: Kernels) -> any Generator {
        StyleGAN2(weights: weights, threads: threads, kernels: kernels)
    }

    /// In the order in which ``StyleGAN2Weights`` and ``StyleGAN2`` make their layers.
    package var memory: GeneratorMemory {
        var (weights, workspace) = (WeightsFootprint(), WorkspaceFootprint())
        var hidden = workspace.blocked(channels: channels[0], side: 4)
        for (block, width) in channels.enumerated() {
            let side = 4 << block
            for upsamples in block == 0 ? [false] : [true, false] {
                let upsampling: ConvolutionWeights.Upsampling = upsamples ? .filtered : .none
                weights.linear(rows: hidden.channels, columns: styleDim)
                weights.demodulation(inputs: hidden.channels, outputs: width)
                weights.convolution(
                    inputs: hidden.channels, outputs: width, upsampling: upsampling,
                    side: upsamples ? side / 2 : side)
                if specification.storesNoise { weights.floats(side * side) }
                workspace.floats(hidden.channels)
                var output = workspace.blocked(channels: width, side: side)
                workspace.convolution(
                    from: hidden, to: &output, upsampling: upsampling, usesOutputGain: true)
                hidden = output
            }
            weights.linear(rows: width, columns: styleDim)
            weights.rgb(channels: width)
            workspace.rgb(reading: hidden)
            if clamp != nil { workspace.floats(3 * side * side) }
            if block < channels.count - 1 { workspace.floats(3 * side * side) }
        }
        workspace.noise(sides: specification.noiseSides)
        return GeneratorMemory(weights: weights, workspace: workspace)
    }
}

extension StyleGAN2Checkpoint {
    private static let family = StyleGAN2Configuration.family
    private static let mappingTitle = "StyleGAN2 mapping network"
    private static let tensorFlowKey = "synthesis/4x4/ToRGB/weight"

    /// What there is of the family in a table: NVIDIA's network of TensorFlow, or those of PyTorch, of which there may
    /// be several under prefixes of their own.
    static func recognised(in network: CheckpointNetwork) -> [Recognition] {
        if network.hasTensor(beginning: "synthesis/4x4/") { return tensorFlow(network) }
        let ada = network.prefixes("b4.const", or: "b4.conv1.affine.weight").map { synthesis in
            let ending = "synthesis."
            let root = synthesis.hasSuffix(ending) ? String(synthesis.dropLast(ending.count)) : synthesis
            return RecognisedGenerator(family: family, root: root) { reading in
                try readADA(
                    &reading, synthesis: String(synthesis.dropFirst(root.count)), key: synthesis + "b4.const")
            }
        }
        let rosinality = network.prefixes("input.input", or: "conv1.conv.modulation.weight").map { root in
            RecognisedGenerator(family: family, root: root) { try readRosinality(&$0, root: root) }
        }
        return (ada + rosinality).map(Recognition.generator)
    }

    private static func tensorFlow(_ network: CheckpointNetwork) -> [Recognition] {
        if network.hasTensor(beginning: "synthesis/4x4/Const/StyleMod/") { return [] }
        if network.hasTensor(beginning: "synthesis/4x4/ToRGB/") {
            return [.generator(RecognisedGenerator(family: family, read: readTensorFlow))]
        }
        let isPlain = network["synthesis/ToRGB_lod0/weight"] != nil
        return [.declined(isPlain ? .earlyConfiguration : .withoutSkipConnections)]
    }

    private static func readRosinality(_ reading: inout NetworkReading, root: String) throws {
        let found = try StyleGAN2Checkpoint(&reading.table, layout: .rosinality)
        reading.add(found, key: root + "input.input", layout: "rosinality's names")
        reading.add(try MappingNetwork.take(&reading.table, .rosinality(prefix: "")), mappingTitle)
    }

    /// - Parameter synthesis: the prefix of the synthesis network's names behind the root.
    private static func readADA(_ reading: inout NetworkReading, synthesis: String, key: String) throws {
        let settings = try NetworkSettings(ada: reading.network, file: reading.file)
        let found = try StyleGAN2Checkpoint(
            &reading.table, layout: .ada, prefix: synthesis, clamp: settings.clamp)
        reading.add(found, key: key, layout: "StyleGAN2-ADA's names")
        let layout = MappingLayout.ada(prefix: "mapping.", multiplier: settings.multiplier)
        reading.add(
            try MappingNetwork.take(&reading.table, layout), "StyleGAN2-ADA mapping network")
        try reading.addAverage("mapping.w_avg", size: found.configuration.styleDim)
    }

    private static func readTensorFlow(_ reading: inout NetworkReading) throws {
        let settings = try NetworkSettings(tensorFlow: reading.network, file: reading.file)
        let found = try StyleGAN2Checkpoint(&reading.table, layout: .tensorFlow, clamp: settings.clamp)
        reading.add(found, key: tensorFlowKey, layout: "NVIDIA's TensorFlow names")
        let layout = MappingLayout.tensorFlow(
            reading.table, multiplier: settings.multiplier, isStyleGAN2: true)
        reading.add(try MappingNetwork.take(&reading.table, layout), mappingTitle)
        try reading.addAverage("dlatent_avg", size: found.configuration.styleDim)
        reading.table.passBy { $0 == "lod" }
    }
}

extension NetworkReading {
    fileprivate mutating func add(_ found: StyleGAN2Checkpoint, key: String, layout: String) {
        let clamp = found.configuration.clamp.map { ", clamped at \($0)" } ?? ""
        let channels = found.configuration.channels.map(String.init).joined(separator: ", ")
        add(
            found.configuration, found.tensors, key: key,
            details: " (\(layout))\(clamp), channels \(channels)")
    }
}

extension DeclinedNetwork {
    static let earlyConfiguration = DeclinedNetwork(
        "StyleGAN2 of configuration B, C or D, which has no skip connections", supported: "E and F")
    static let withoutSkipConnections = DeclinedNetwork(
        "StyleGAN2 without skip connections (architecture 'orig' or 'resnet')",
        supported: "only the architecture 'skip', which the published generators have,")
}
