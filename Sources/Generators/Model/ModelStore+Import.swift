import Checkpoints
import Foundation
import TensorEngine

/// What an import reports while it works.
public enum ImportEvent: Sendable {
    /// A network was recognised; `evidence` says by what.
    case recognised(file: String, network: String, evidence: String)
    /// Parts of an archive that play no part, unread.
    case skipped([String])
    /// The same networks are in the store under this name.
    case alreadyImported(name: String)
    /// The share of the latent statistics that is measured, 0…1.
    case statistics(Double)
}

extension ModelStore {
    /// Converts files of weights into a model of the store.
    ///
    /// - Parameters:
    ///   - files: archives, or descriptions with their weights beside them; all of one model.
    ///   - name: what to call it; if nil, what it is known as, or a name made from the first file's.
    ///   - progress: called on the caller's thread.
    /// - Returns: the model, which may have been there before.
    /// - Throws: ``ModelError`` or ``CheckpointError``; the store is then as it was.
    public func importModel(
        files: [URL], name: String? = nil, progress: (ImportEvent) -> Void = { _ in }
    ) throws -> Model {
        try importModel(
            files: files, name: name, sampleCount: LatentStatistics.sampleCount, progress: progress)
    }

    func importModel(
        files: [URL], name: String?, sampleCount: Int, progress: (ImportEvent) -> Void
    ) throws -> Model {
        if let name { _ = try url(of: name) }
        let sources = try ModelSources(files)
        if !sources.skipped.isEmpty { progress(.skipped(sources.skipped)) }
        guard let network = sources.synthesis else { throw ModelError.noFiles }
        let synthesis = try MobileStyleGANGraph(network.graph)
        let mapping = try sources.mapping.map { try MappingNetwork($0.graph) }
        if let mapping, mapping.size != synthesis.styleSize {
            throw ModelError.styleSizesDiffer(mapping: mapping.size, synthesis: synthesis.styleSize)
        }
        let metadata = metadata(sources, synthesis, mapping, network, name: name ?? "", file: files[0])
        report(sources, synthesis, mapping, to: progress)

        let url = try url(of: metadata.name)
        if let model = try existing(url, sameAs: metadata) {
            progress(.alreadyImported(name: model.name))
            return model
        }
        var tensors = synthesis.tensors.map { (name: "synthesis." + $0.name, tensor: $0.tensor) }
        if let mapping {
            let statistics = try LatentStatistics(of: mapping, sampleCount: sampleCount) {
                progress(.statistics($0))
            }
            tensors += mapping.tensors + statistics.tensors
        }
        try write(tensors, metadata: try metadata.encoded(), name: metadata.name) { url in
            _ = try existing(url, sameAs: metadata)
        }
        return try Model(contentsOf: url)
    }

    /// The model of that file if it was made from the same networks; nil if there is none, or one that this
    /// version cannot read and may therefore replace.
    /// - Throws: ``ModelError/nameTaken(name:source:)`` if it is another model.
    private func existing(_ url: URL, sameAs metadata: ModelMetadata) throws(ModelError) -> Model? {
        guard FileManager.default.fileExists(atPath: url.path), let model = try? Model(contentsOf: url) else {
            return nil
        }
        guard model.contentSHA256 == metadata.contentSHA256 else {
            throw .nameTaken(name: model.name, source: model.source)
        }
        return model
    }

    private func metadata(
        _ sources: ModelSources, _ synthesis: MobileStyleGANGraph, _ mapping: MappingNetwork?,
        _ network: ModelSources.Network, name: String, file: URL
    ) -> ModelMetadata {
        let known = KnownSource.forWeights(sha256: network.weightsSHA256)
        let source = known ?? .unknown(modelName: Self.derivedName(file))
        // A synthesis network alone must not take the name of the complete model.
        let chosen =
            name.isEmpty ? source.modelName + (mapping == nil && known != nil ? "-synthesis" : "") : name
        return ModelMetadata(
            name: chosen, family: "MobileStyleGAN",
            configuration: ModelConfiguration(
                channels: synthesis.channels, styleDim: synthesis.styleSize, demodulationFolded: true,
                noiseBaked: true, mappingLayers: mapping?.biases.count ?? 0, foldedScaling: true),
            source: sources.files.map(\.name).joined(separator: ", "),
            sourceSHA256: sources.files.map(\.sha256).joined(separator: ", "),
            contentSHA256: sources.contentSHA256, licence: source.licence, biases: source.biases)
    }

    /// A valid name out of a file's name.
    static func derivedName(_ file: URL) -> String {
        let stem = file.deletingPathExtension().lastPathComponent.lowercased()
        let name = String(stem.map { isValid(name: "a\($0)") ? $0 : "-" }.drop { !isValid(name: String($0)) })
        return name.isEmpty ? "model" : String(name.prefix(64))
    }

    private func report(
        _ sources: ModelSources, _ synthesis: MobileStyleGANGraph, _ mapping: MappingNetwork?,
        to progress: (ImportEvent) -> Void
    ) {
        if let network = sources.synthesis {
            let side = 8 << (synthesis.channels.count - 1)
            let count = synthesis.channels.count - 1
            progress(
                .recognised(
                    file: network.file, network: "MobileStyleGAN synthesis network, \(side)×\(side)",
                    evidence: "\(count) blocks of Haar upsampling and two separable modulated convolutions, "
                        + "channels \(synthesis.channels.map(String.init).joined(separator: ", "))"))
        }
        if let network = sources.mapping, let mapping {
            progress(
                .recognised(
                    file: network.file, network: "StyleGAN2 mapping network",
                    evidence: "pixel norm and \(mapping.biases.count) linear layers of width \(mapping.size)")
            )
        }
    }
}

extension MappingNetwork {
    /// The tensors of a model file.
    fileprivate var tensors: [(name: String, tensor: Tensor<Float>)] {
        zip(weights, biases).enumerated().flatMap { index, layer in
            [
                (name: "mapping.layers.\(index + 1).weight", tensor: layer.0),
                (name: "mapping.layers.\(index + 1).bias", tensor: layer.1),
            ]
        }
    }
}

extension LatentStatistics {
    /// The tensors of a model file.
    fileprivate var tensors: [(name: String, tensor: Tensor<Float>)] {
        [
            ("latent.mean", mean), ("latent.std", standardDeviation), ("latent.eigenvalues", eigenvalues),
            ("latent.eigenvectors", eigenvectors),
        ]
    }
}
