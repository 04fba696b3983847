import Checkpoints
import Foundation
import TensorEngine

/// An imported model: the networks of one generator and the statistics of its latents, behind one file.
///
/// The file is mapped; networks are read from it when asked for.
public struct Model: Sendable {
    public let name: String
    /// The SHA-256 of the model file, in lower-case hexadecimal.
    public let sha256: String
    public let family: String
    /// Under what terms the weights were published, in prose.
    public let licence: String
    /// What the model is known to favour, in prose.
    public let biases: String
    /// Names and SHA-256 digests of the files that were imported.
    public let source: String
    public let sourceSHA256: String
    /// One digest for the networks in them, the same whether they came in an archive or not.
    public let contentSHA256: String
    public let specification: GeneratorSpecification

    private let file: SafetensorsFile
    private let configuration: ModelConfiguration

    /// Opens a model file.
    /// - Throws: ``ModelError`` if it is damaged or not a model file.
    init(contentsOf url: URL) throws(ModelError) {
        do {
            file = try SafetensorsFile(contentsOf: url)
        } catch {
            throw .damaged(error)
        }
        let metadata = try ModelMetadata(of: file, name: url.relativePath)
        guard metadata.family == "MobileStyleGAN" else {
            throw .notAModel(file: url.relativePath, reason: "the family '\(metadata.family)' is unknown")
        }
        (name, family, configuration) = (metadata.name, metadata.family, metadata.configuration)
        (licence, biases) = (metadata.licence, metadata.biases)
        (source, sourceSHA256) = (metadata.source, metadata.sourceSHA256)
        contentSHA256 = metadata.contentSHA256
        specification = configuration.synthesis.specification
        sha256 = file.sha256()
    }

    /// Whether the mapping network is there, and with it the latent statistics.
    public var hasMapping: Bool { configuration.mappingLayers > 0 }

    /// Number of weights, statistics not counted.
    public var parameterCount: Int {
        file.names.filter { !$0.hasPrefix("latent.") }
            .reduce(0) { $0 + (file.shape(of: $1) ?? []).reduce(1, *) }
    }

    /// The statistics of the latents, measured at import.
    /// - Throws: ``ModelError/mappingMissing(model:)`` if the mapping network was not imported.
    public func latentStatistics() throws(ModelError) -> LatentStatistics {
        guard hasMapping else { throw .mappingMissing(model: name) }
        let size = configuration.styleDim
        return LatentStatistics(
            mean: try tensor("latent.mean", shape: [size]),
            standardDeviation: try tensor("latent.std", shape: [size]),
            eigenvalues: try tensor("latent.eigenvalues", shape: [size]),
            eigenvectors: try tensor("latent.eigenvectors", shape: [size, size]))
    }

    /// The mapping network.
    /// - Throws: ``ModelError/mappingMissing(model:)`` if it was not imported.
    public func mapping() throws(ModelError) -> MappingNetwork {
        guard hasMapping else { throw .mappingMissing(model: name) }
        let size = configuration.styleDim
        var (weights, biases): ([Tensor<Float>], [Tensor<Float>]) = ([], [])
        for layer in 1...configuration.mappingLayers {
            weights.append(try tensor("mapping.layers.\(layer).weight", shape: [size, size]))
            biases.append(try tensor("mapping.layers.\(layer).bias", shape: [size]))
        }
        return MappingNetwork(weights: weights, biases: biases)
    }

    /// A generator with a workspace of its own.
    /// - Throws: ``ModelError`` if the file lacks a tensor or holds it in another shape.
    public func makeGenerator(threads: Int) throws -> any Generator<Float> {
        try makeGenerators(1, threads: threads)[0]
    }

    /// Generators with a workspace each, on the same weights, that share `threads` threads as evenly as whole
    /// threads allow.
    /// - Throws: ``ModelError`` if the file lacks a tensor or holds it in another shape.
    public func makeGenerators(_ count: Int, threads: Int) throws -> [any Generator<Float>] {
        let weights = try synthesisWeights()
        return (0..<count).map { place in
            let share = threads / count + (place < threads % count ? 1 : 0)
            return MobileStyleGAN(weights: weights, threads: max(share, 1))
        }
    }

    /// The synthesis network's weights, packed; several generators can share them.
    /// - Throws: ``ModelError`` if the file lacks a tensor or holds it in another shape.
    public func synthesisWeights() throws -> MobileStyleGANWeights {
        let shapes = configuration.synthesis.tensorShapes
        return try MobileStyleGANWeights(configuration: configuration.synthesis) { name in
            guard let shape = shapes[name] else {
                preconditionFailure("the network has no tensor called \(name)")
            }
            return try tensor("synthesis." + name, shape: shape)
        }
    }

    /// The file's tensor of that name and shape.
    func tensor(_ name: String, shape: [Int]) throws(ModelError) -> Tensor<Float> {
        guard let found = file.shape(of: name) else {
            throw .notAModel(file: self.name, reason: "the tensor '\(name)' is missing")
        }
        guard found == shape else {
            throw .notAModel(file: self.name, reason: "the tensor '\(name)' has shape \(found), not \(shape)")
        }
        do {
            return try file.tensor(name)
        } catch {
            throw .damaged(error)
        }
    }
}
