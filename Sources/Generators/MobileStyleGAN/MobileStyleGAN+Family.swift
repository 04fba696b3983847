import Checkpoints
import Engine
import Tensors

extension GeneratorFamily {
    /// MobileStyleGAN, from OpenVINO graphs.
    public static let mobileStyleGAN = GeneratorFamily(
        MobileStyleGANConfiguration.self, record: MobileStyleGANRecord.self,
        mappingGain: Float(2).squareRoot(), graph: MobileStyleGANGraph.networks)
}

extension MobileStyleGANConfiguration: SynthesisConfiguration {
    package static let family = "MobileStyleGAN"

    package func weights(tensor: (String) throws -> Tensor<Float>) throws -> MobileStyleGANWeights {
        try MobileStyleGANWeights(configuration: self, tensor: tensor)
    }

    package func generator(weights: MobileStyleGANWeights, threads: Int, kernels: Kernels) -> any Generator {
        MobileStyleGAN(weights: weights, threads: threads, kernels: kernels)
    }

    /// In the order in which ``MobileStyleGANWeights`` and ``MobileStyleGAN`` make their layers.
    package var memory: GeneratorMemory {
        var (weights, workspace) = (WeightsFootprint(), WorkspaceFootprint())
        let first = channels[0]
        weights.linear(rows: first, columns: styleDim)
        weights.linear(rows: 16 * first, columns: first, hasBias: false)
        weights.floats(first)
        workspace.floats(first)
        workspace.floats(16 * first)
        var input = workspace.planes(channels: first, side: 4)
        for (block, width) in channels.dropFirst().enumerated() {
            let side = 8 << block
            let inputs = input.channels / 4
            weights.linear(rows: 5 * inputs, columns: styleDim)
            weights.linear(rows: width, columns: styleDim)
            weights.separable(inputs: inputs, outputs: width)
            weights.separable(inputs: width, outputs: width)
            let middle = workspace.planes(channels: width, side: side)
            let output = workspace.planes(channels: width, side: side)
            workspace.separable(from: input, to: middle)
            workspace.separable(from: middle, to: output)
            for count in [5 * inputs, 5 * inputs, width] { workspace.floats(count) }
            input = output
        }
        weights.linear(rows: input.channels, columns: styleDim)
        weights.image(channels: input.channels)
        workspace.image(reading: input)
        workspace.floats(input.channels)
        for side in specification.noiseSides { weights.floats(side * side) }
        workspace.noise(sides: specification.noiseSides)
        return GeneratorMemory(weights: weights, workspace: workspace)
    }
}

extension MobileStyleGANGraph {
    /// The family's synthesis network, or its mapping network, which is StyleGAN2's.
    static func networks(in graph: OpenVINOGraph) throws -> FoundNetworks? {
        var found = FoundNetworks()
        if detect(graph) {
            let network = try MobileStyleGANGraph(graph)
            let channels = network.channels.map(String.init).joined(separator: ", ")
            found.synthesis = FoundNetworks.Synthesis(
                configuration: MobileStyleGANConfiguration(
                    channels: network.channels, styleDim: network.styleSize),
                tensors: network.tensors,
                evidence: "\(network.channels.count - 1) blocks of Haar upsampling and two separable "
                    + "modulated convolutions, channels \(channels)")
        } else if MappingNetwork.detect(graph) {
            found.mapping = FoundNetworks.Mapping(
                network: try MappingNetwork(graph), title: "StyleGAN2 mapping network")
        } else {
            return nil
        }
        return found
    }
}

/// The shape in which this family was written before there were others.
private struct MobileStyleGANRecord: ModelRecord {
    var channels: [Int]
    var styleDim: Int
    /// Demodulation is multiplied into the weights.
    var demodulationFolded = true
    /// Noise maps are stored with the weights.
    var noiseBaked = true
    /// Linear layers of the mapping network; 0 if it was not imported.
    var mappingLayers: Int
    /// Learning-rate and He scaling are multiplied into the mapping network's weights.
    var foldedScaling = true

    init?(_ configuration: ModelConfiguration) {
        guard let synthesis = configuration.synthesis as? MobileStyleGANConfiguration else { return nil }
        (channels, styleDim) = (synthesis.channels, synthesis.styleDim)
        mappingLayers = configuration.mapping?.widths.count ?? 0
    }

    var configuration: ModelConfiguration {
        let layers = max(mappingLayers, 0)
        let mapping = MappingConfiguration(
            latentSize: styleDim, widths: Array(repeating: styleDim, count: min(layers, 1000)))
        return ModelConfiguration(
            synthesis: MobileStyleGANConfiguration(channels: channels, styleDim: styleDim),
            mapping: layers == 0 ? nil : mapping, hasStatistics: layers > 0)
    }
}
