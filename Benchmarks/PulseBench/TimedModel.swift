import Generators
import Models
import Tensors

/// What is timed: a model of the store, or a network of the published size with random weights, on which time
/// does not depend.
enum TimedModel {
    case stored(Model)
    case randomStyleGAN1(StyleGAN1Weights)
    case randomStyleGAN2(StyleGAN2Weights)

    /// - Parameter name: of a model in the store, or `random-stylegan1-1024` (PULSE's network), or
    ///   `random-stylegan2-1024` (config-f).
    /// - Throws: `ModelError` where the store has no such model.
    init(_ name: String) throws {
        switch name {
        case "random-stylegan1-1024":
            let configuration = StyleGAN1Configuration(
                channels: [512, 512, 512, 512, 256, 128, 64, 32, 16], styleDim: 512)
            self = .randomStyleGAN1(
                try StyleGAN1Weights(
                    configuration: configuration, tensor: Self.normals(configuration.tensorShapes)))
        case "random-stylegan2-1024":
            let configuration = StyleGAN2Configuration(
                channels: [512, 512, 512, 512, 512, 256, 128, 64, 32], styleDim: 512)
            self = .randomStyleGAN2(
                try StyleGAN2Weights(
                    configuration: configuration, tensor: Self.normals(configuration.tensorShapes)))
        default: self = .stored(try ModelStore().load(name))
        }
    }

    private static func normals(_ shapes: [(name: String, shape: [Int])]) -> (String) -> Tensor<Float> {
        let places = Dictionary(uniqueKeysWithValues: shapes.enumerated().map { ($1.name, ($0, $1.shape)) })
        return { name in
            guard let (place, shape) = places[name] else { fail("there is no tensor called \(name)") }
            return CounterRandom(seed: 1, stream: UInt64(place)).normals(shape: shape)
        }
    }

    /// Generators that share the threads; see `Model.makeGenerators`.
    func makeGenerators(_ count: Int, threads: Int) throws -> [any Generator] {
        let share = max(threads / count, 1)
        return switch self {
        case .stored(let model): try model.makeGenerators(count, threads: threads)
        case .randomStyleGAN1(let weights):
            (0..<count).map { _ in StyleGAN1(weights: weights, threads: share) }
        case .randomStyleGAN2(let weights):
            (0..<count).map { _ in StyleGAN2(weights: weights, threads: share) }
        }
    }

    func latents() throws -> LatentStatistics {
        if case .stored(let model) = self { return try model.latentStatistics() }
        return LatentStatistics(
            mean: Tensor(zeros: [512]),
            standardDeviation: Tensor(Array(repeating: 1, count: 512), shape: [512]))
    }
}
