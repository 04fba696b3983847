import Engine
import Tensors

@testable import Checkpoints
@testable import Generators

/// A family as its folder would declare one: a picture that is linear in its latents and its noise.
extension GeneratorFamily {
    static let toy = GeneratorFamily(
        ToyConfiguration.self, checkpoint: ToyConfiguration.recognised, graph: ToyConfiguration.networks)
}

struct ToyConfiguration: SynthesisConfiguration {
    static let family = "Toy"
    static let resolution = 8

    var styleDim: Int

    var specification: GeneratorSpecification {
        GeneratorSpecification(
            family: Self.family, resolution: Self.resolution, latentSize: styleDim, slotCount: 3,
            liveSlots: [0, 2], noiseSides: [Self.resolution], storesNoise: false)
    }

    var tensorShapes: [(name: String, shape: [Int])] {
        [("weight", [3 * Self.resolution * Self.resolution, 2 * styleDim]), ("strength", [1])]
    }

    var isPlausible: Bool { (1...64).contains(styleDim) }

    var memory: GeneratorMemory {
        var (weights, workspace) = (WeightsFootprint(), WorkspaceFootprint())
        weights.linear(rows: 3 * Self.resolution * Self.resolution, columns: 2 * styleDim, hasBias: false)
        workspace.floats(0)
        return GeneratorMemory(weights: weights, workspace: workspace)
    }

    struct Weights: Sendable {
        let configuration: ToyConfiguration
        let layer: LinearLayer
        let strength: Float
    }

    func weights(tensor: (String) throws -> Tensor<Float>) throws -> Weights {
        Weights(
            configuration: self, layer: LinearLayer(matrix: try tensor("weight"), bias: nil),
            strength: try tensor("strength")[0])
    }

    func generator(weights: Weights, threads: Int, kernels: Kernels) -> any Generator {
        ToyGenerator(weights: weights, threads: threads)
    }
}

// MARK: - Recognition

extension ToyConfiguration {
    /// By the key `toy.weight`, under any root; its mapping network has rosinality's names.
    static func recognised(in network: CheckpointNetwork) -> [Recognition] {
        network.prefixes("toy.weight").map { root in
            .generator(
                RecognisedGenerator(family: family, root: root) { reading in
                    let shape = try reading.table.shape(of: "toy.weight")
                    let configuration = ToyConfiguration(styleDim: (shape.last ?? 0) / 2)
                    let tensors = try configuration.tensorShapes.map { name, shape in
                        (name, try reading.table.take("toy." + name, shape: shape))
                    }
                    reading.add(
                        configuration, tensors, key: root + "toy.weight",
                        details: ", latents of \(configuration.styleDim)")
                    reading.add(
                        try MappingNetwork.take(&reading.table, .rosinality(prefix: "mapping.")),
                        "toy mapping network")
                })
        }
    }

    /// A graph of linear layers, whose last also stands for the picture's weight.
    static func networks(in graph: OpenVINOGraph) throws -> FoundNetworks? {
        guard MappingNetwork.detect(graph) else { return nil }
        let mapping = try MappingNetwork(graph)
        let configuration = ToyConfiguration(styleDim: mapping.size)
        var found = FoundNetworks()
        found.synthesis = FoundNetworks.Synthesis(
            configuration: configuration,
            tensors: configuration.tensorShapes.map { ($0.name, Tensor(zeros: $0.shape)) },
            evidence: "linear layers")
        found.mapping = FoundNetworks.Mapping(network: mapping, title: "toy mapping network")
        return found
    }
}

// MARK: - Generator

final class ToyGenerator: Generator {
    let specification: GeneratorSpecification
    private let weights: ToyConfiguration.Weights
    private let workspace: Workspace

    init(weights: ToyConfiguration.Weights, threads: Int) {
        self.weights = weights
        specification = weights.configuration.specification
        workspace = Workspace(threads: threads)
    }

    func forward(w: Tensor<Float>, noise: [NoiseMap], image: inout Tensor<Float>) {
        w.withUnsafeBufferPointer { w in
            image.withUnsafeMutableBufferPointer { image in
                guard let w = w.baseAddress, let image = image.baseAddress else { return }
                weights.layer.forward(w, into: image, workspace: workspace)
            }
        }
        guard case .map(let map) = noise[0] else { return }
        for i in 0..<image.count { image[i] += weights.strength * map[i % map.count] }
    }

    func backward(dImage: Tensor<Float>, dW: inout Tensor<Float>, dNoise: inout [Tensor<Float>?]) {
        dImage.withUnsafeBufferPointer { dImage in
            dW.withUnsafeMutableBufferPointer { dW in
                guard let dImage = dImage.baseAddress, let dW = dW.baseAddress else { return }
                weights.layer.backward(dImage, into: dW, accumulate: false, workspace: workspace)
            }
        }
        guard var map = dNoise[0] else { return }
        for i in 0..<map.count {
            map[i] = (0..<3).reduce(0) { $0 + weights.strength * dImage[$1 * map.count + i] }
        }
        dNoise[0] = map
    }
}
