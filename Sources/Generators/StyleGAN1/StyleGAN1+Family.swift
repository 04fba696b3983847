import Checkpoints
import Engine
import Tensors

extension GeneratorFamily {
    /// StyleGAN, from PULSE's files and from NVIDIA's.
    public static let styleGAN1 = GeneratorFamily(
        StyleGAN1Configuration.self, checkpoint: StyleGAN1Checkpoint.recognised)
}

extension StyleGAN1Configuration: SynthesisConfiguration {
    package static let family = "StyleGAN1"

    package func weights(tensor: (String) throws -> Tensor<Float>) throws -> StyleGAN1Weights {
        try StyleGAN1Weights(configuration: self, tensor: tensor)
    }

    package func generator(weights: StyleGAN1Weights, threads: Int, kernels: Kernels) -> any Generator {
        StyleGAN1(weights: weights, threads: threads, kernels: kernels)
    }

    /// In the order in which ``StyleGAN1Weights`` and ``StyleGAN1`` make their layers.
    package var memory: GeneratorMemory {
        var (weights, workspace) = (WeightsFootprint(), WorkspaceFootprint())
        var input = workspace.blocked(channels: channels[0], side: 4)
        workspace.constant(input)
        for (block, width) in channels.enumerated() {
            let side = 4 << block
            for upsamples in block == 0 ? [false] : [true, false] {
                let upsampling: ConvolutionWeights.Upsampling =
                    upsamples ? Self.upsampling(to: side) : .none
                weights.convolution(
                    inputs: input.channels, outputs: width, upsampling: upsampling,
                    side: upsamples ? side / 2 : side)
                var output = workspace.blocked(channels: width, side: side)
                workspace.convolution(
                    from: input, to: &output, upsampling: upsampling, blurs: upsamples, usesOffset: true,
                    hasBare: upsamples, isNormalised: true)
                input = output
            }
            for _ in 0..<2 {
                weights.linear(rows: 2 * width, columns: styleDim)
                workspace.floats(2 * width)
                if storesNoise { weights.floats(side * side) }
            }
        }
        weights.rgb(channels: input.channels)
        workspace.rgb(reading: input, usesOffset: true, isOnlyReader: true)
        workspace.noise(sides: specification.noiseSides)
        return GeneratorMemory(weights: weights, workspace: workspace)
    }

    /// From 128 pixels on the original upsamples by a transposed convolution, whose kernel is not flipped.
    static func upsampling(to side: Int) -> ConvolutionWeights.Upsampling {
        side >= 128 ? .transposed : .nearest
    }
}

extension StyleGAN1Checkpoint {
    private static let family = StyleGAN1Configuration.family
    private static let mappingTitle = "StyleGAN mapping network"
    private static let tensorFlowKey = "synthesis/4x4/Const/StyleMod/weight"

    /// What there is of the family in a table: NVIDIA's network, or PULSE's, of which there may be several under
    /// prefixes of their own.
    static func recognised(in network: CheckpointNetwork) -> [Recognition] {
        if network.hasTensor(beginning: "synthesis/4x4/") {
            guard network.hasTensor(beginning: "synthesis/4x4/Const/StyleMod/") else { return [] }
            return [.generator(RecognisedGenerator(family: family, read: readTensorFlow))]
        }
        let synthesis = network.prefixes(marker, or: "blocks.4x4.epi1.style_mod.lin.weight")
        let mapping = network.prefixes("dense0.weight", or: "dense7.weight")
        return pairs(synthesis, mapping).map { pair in
            let root = [pair.synthesis, pair.mapping].compactMap { $0.map(Self.root) }
                .min { $0.count < $1.count }
            return .generator(
                RecognisedGenerator(
                    family: family, root: root ?? "", hasSynthesis: pair.synthesis != nil
                ) { reading in
                    try read(&reading, root: root ?? "", synthesis: pair.synthesis, mapping: pair.mapping)
                })
        }
    }

    /// Synthesis and mapping networks by their prefixes: those that stand under one root belong together, and a
    /// single one of each does in any case.
    private static func pairs(
        _ synthesis: [String], _ mapping: [String]
    ) -> [(synthesis: String?, mapping: String?)] {
        if synthesis.count <= 1, mapping.count <= 1 {
            return synthesis.isEmpty && mapping.isEmpty ? [] : [(synthesis.first, mapping.first)]
        }
        if synthesis.isEmpty { return mapping.map { (nil, $0) } }
        return synthesis.map { prefix in (prefix, mapping.first { root($0) == root(prefix) }) }
    }

    /// A prefix less the name of the network itself.
    private static func root(_ prefix: String) -> String {
        let endings = ["g_synthesis.", "g_mapping.", "synthesis.", "mapping."]
        return endings.first { prefix.hasSuffix($0) }.map { String(prefix.dropLast($0.count)) } ?? prefix
    }

    private static func read(
        _ reading: inout NetworkReading, root: String, synthesis: String?, mapping: String?
    ) throws {
        func inner(_ prefix: String) -> String { String(prefix.dropFirst(root.count)) }
        if let synthesis {
            let found = try StyleGAN1Checkpoint(&reading.table, layout: .pulse, prefix: inner(synthesis))
            reading.add(found, key: synthesis + marker)
        }
        if let mapping {
            reading.add(
                try MappingNetwork.take(&reading.table, .pulse(prefix: inner(mapping))), mappingTitle)
        }
    }

    private static func readTensorFlow(_ reading: inout NetworkReading) throws {
        let settings = try NetworkSettings(tensorFlow: reading.network, file: reading.file)
        let found = try StyleGAN1Checkpoint(&reading.table, layout: .tensorFlow)
        reading.add(found, key: tensorFlowKey)
        let layout = MappingLayout.tensorFlow(
            reading.table, multiplier: settings.multiplier, isStyleGAN2: false)
        reading.add(try MappingNetwork.take(&reading.table, layout), mappingTitle)
        try reading.addAverage("dlatent_avg", size: found.configuration.styleDim)
        reading.table.passBy { $0 == "lod" }
    }
}

extension NetworkReading {
    fileprivate mutating func add(_ found: StyleGAN1Checkpoint, key: String) {
        let channels = found.configuration.channels.map(String.init).joined(separator: ", ")
        add(found.configuration, found.tensors, key: key, details: ", channels \(channels)")
    }
}
