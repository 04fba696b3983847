import Checkpoints
import Engine
import Files
import Foundation
import Generators
import Tensors

/// An imported model: the networks of one generator and the statistics of its latents, behind one file.
///
/// The file is mapped; networks are read from it when asked for.
public struct Model: Sendable {
    public let name: String
    /// The SHA-256 of the model file, in lower-case hexadecimal; computed when it is first asked for.
    public var sha256: String { digest.value }
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

    /// What tells the synthesis network from others of its family.
    package var synthesis: any SynthesisConfiguration { configuration.synthesis }

    private let file: SafetensorsFile
    private let digest: ModelDigest
    /// Where what it was prepared with lies, or would.
    let encoderURL: URL
    private let configuration: ModelConfiguration
    private let mappingGain: Float

    /// Opens a model file.
    /// - Parameter families: that it can be of.
    /// - Throws: ``ModelError`` if it is damaged or not a model file.
    init(contentsOf url: URL, families: [GeneratorFamily]) throws(ModelError) {
        do {
            file = try SafetensorsFile(contentsOf: url)
        } catch {
            throw .damaged(error)
        }
        encoderURL = EncoderFile.url(besideModel: url)
        let metadata = try ModelMetadata(of: file, name: url.relativePath, families: families)
        (name, configuration) = (metadata.name, metadata.configuration)
        (family, mappingGain) = (metadata.family.name, metadata.family.mappingGain)
        (licence, biases) = (metadata.licence, metadata.biases)
        (source, sourceSHA256) = (metadata.source, metadata.sourceSHA256)
        contentSHA256 = metadata.contentSHA256
        specification = configuration.synthesis.specification
        digest = ModelDigest(of: file)
    }

    /// Begins to compute ``sha256`` on a thread of its own, for who will ask later.
    public func prepareDigest() { digest.prepare() }

    /// Whether the mapping network is there.
    public var hasMapping: Bool { configuration.mapping != nil }

    /// Whether the latent statistics are there, which the search needs.
    public var hasStatistics: Bool { configuration.hasStatistics }

    /// How many classes the mapping network tells apart; 0 where it takes no label.
    public var classCount: Int { configuration.mapping?.classCount ?? 0 }

    /// Whether noise maps are stored with the weights.
    public var storesNoise: Bool { specification.storesNoise }

    /// How much memory its generators will take.
    public var memory: GeneratorMemory { configuration.synthesis.memory }

    /// Number of weights, statistics not counted.
    public var parameterCount: Int {
        file.names.filter { !$0.hasPrefix("latent.") }
            .reduce(0) { $0 + (file.shape(of: $1) ?? []).reduce(1, *) }
    }

    /// The statistics of the latents, measured at import.
    /// - Throws: ``ModelError/mappingMissing(model:)`` if there was nothing to measure.
    public func latentStatistics() throws(ModelError) -> LatentStatistics {
        guard hasStatistics else { throw .mappingMissing(model: name) }
        let size = specification.latentSize
        return LatentStatistics(
            mean: try tensor("latent.mean", shape: [size]),
            standardDeviation: try tensor("latent.std", shape: [size]),
            eigenvalues: try tensor("latent.eigenvalues", shape: [size]),
            eigenvectors: try tensor("latent.eigenvectors", shape: [size, size]))
    }

    /// Whether it was prepared: `upsample` then starts from a guess.
    public var isPrepared: Bool { FileManager.default.fileExists(atPath: encoderURL.path) }

    /// SHA-256 of what it was prepared with, in lower-case hexadecimal; nil where it was not.
    public var encoderSHA256: String? { try? Files.sha256(contentsOf: FilePath(encoderURL)) }

    /// What a search needs to know of the latents: their statistics, and the encoder where the model was prepared.
    /// - Throws: ``ModelError``.
    public func latentSpace() throws(ModelError) -> LatentSpace {
        LatentSpace(try latentStatistics(), encoder: try encoder())
    }

    /// What it was prepared with; nil where it was not.
    /// - Throws: ``ModelError``.
    public func encoder() throws(ModelError) -> FaceEncoder? {
        isPrepared ? try EncoderFile.read(encoderURL, contentSHA256: contentSHA256) : nil
    }

    /// w̄, the average latent that the training kept, [latentSize]; nil where it was not in the files.
    /// - Throws: ``ModelError`` if the file lacks it or holds it in another shape.
    public func averageLatent() throws(ModelError) -> Tensor<Float>? {
        guard configuration.hasAverage else { return nil }
        return try tensor("latent.average", shape: [specification.latentSize])
    }

    /// The mapping network.
    /// - Throws: ``ModelError/mappingMissing(model:)`` if it was not imported.
    public func mapping() throws(ModelError) -> MappingNetwork {
        guard let mapping = configuration.mapping else { throw .mappingMissing(model: name) }
        var found: [String: Tensor<Float>] = [:]
        for (name, shape) in mapping.tensorShapes {
            found[name] = try tensor("mapping." + name, shape: shape)
        }
        let names = (1...mapping.widths.count).map { "layers.\($0)" }
        return MappingNetwork(
            weights: names.compactMap { found[$0 + ".weight"] },
            biases: names.compactMap { found[$0 + ".bias"] },
            classes: found["classes"], normalisesJointly: mapping.normalisesJointly,
            gain: mappingGain)
    }

    /// A generator with a workspace of its own.
    /// - Throws: ``ModelError`` if the file lacks a tensor or holds it in another shape; ``KernelsError``.
    public func makeGenerator(threads: Int) throws -> any Generator {
        try makeGenerators(1, threads: threads)[0]
    }

    /// Generators with a workspace each, on the same weights, that share `threads` threads as evenly as whole
    /// threads allow.
    /// - Throws: ``ModelError`` if the file lacks a tensor or holds it in another shape; ``KernelsError``.
    public func makeGenerators(_ count: Int, threads: Int) throws -> [any Generator] {
        let kernels = try Kernels.requested()
        // Packed weights are copies: neither the file's pages nor the tensors between are needed any more, and the
        // workspaces want their memory.
        return try configuration.synthesis.generators(
            threads: threadShares(threads, of: count), kernels: kernels, tensor: synthesisTensors()
        ) {
            file.releasePages()
            releaseFreedMemory()
        }
    }

    /// The synthesis network's tensors by name, checked against the shapes of the configuration.
    private func synthesisTensors() -> (String) throws -> Tensor<Float> {
        let list = configuration.synthesis.tensorShapes
        let shapes = Dictionary(list.map { ($0.name, $0.shape) }) { first, _ in first }
        return { name in
            guard let shape = shapes[name] else {
                preconditionFailure("the network has no tensor called \(name)")
            }
            return try tensor("synthesis." + name, shape: shape)
        }
    }

    /// The file's tensor of that name and shape.
    func tensor(_ name: String, shape: [Int]) throws(ModelError) -> Tensor<Float> {
        guard let found = file.shape(of: name) else {
            throw .notAModel(file: self.name, .tensorMissing(name))
        }
        guard found == shape else {
            throw .notAModel(file: self.name, .tensorShape(name, found: found, expected: shape))
        }
        do {
            return try file.tensor(name)
        } catch {
            throw .damaged(error)
        }
    }
}
