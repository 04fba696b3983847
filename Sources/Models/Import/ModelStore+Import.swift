import Checkpoints
import Foundation
import Generators
import Tensors

/// What an import reports while it works.
public enum ImportEvent: Sendable {
    /// A network was recognised; `evidence` says by what.
    case recognised(file: String, network: String, evidence: String)
    /// Parts of an archive that play no part, unread.
    case skipped([String])
    /// The same networks are in the store under this name.
    case alreadyImported(name: String)
    /// The network's name in the file does not say that it is the running average of the training's weights, and
    /// no other does; `unusable` are entries that are called an average and from which nothing can be made.
    case trainingWeights(file: String, network: String, unusable: [String])
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
        let sources = try ModelSources(files, families: families)
        if !sources.skipped.isEmpty { progress(.skipped(sources.skipped)) }
        guard let synthesis = sources.synthesis else { throw ModelError.noFiles }
        let metadata = metadata(sources, synthesis, name: name ?? "", file: files[0])
        report(sources, to: progress)

        let url = try url(of: metadata.name)
        if let model = try existing(url, sameAs: metadata) {
            progress(.alreadyImported(name: model.name))
            return model
        }
        var tensors = synthesis.tensors.map { (name: "synthesis." + $0.name, tensor: $0.tensor) }
        if let mapping = sources.mapping {
            let network = mapping.network.withGain(synthesis.family.mappingGain)
            tensors += network.tensors.map { ("mapping." + $0.name, $0.tensor) }
        }
        let made = try prepareFolder(for: Self.size(of: tensors, with: metadata.configuration))
        do {
            tensors +=
                try statistics(sources, sampleCount: sampleCount) { progress(.statistics($0)) }?.tensors ?? []
            if let average = sources.average { tensors.append(("latent.average", average)) }
            try write(tensors, metadata: try metadata.encoded(), name: metadata.name) { url in
                _ = try existing(url, sameAs: metadata)
            }
        } catch {
            Self.remove(made)
            throw error
        }
        return try model(in: url)
    }

    /// What the file of a model takes, its statistics and header counted, in bytes.
    private static func size(
        of tensors: [(name: String, tensor: Tensor<Float>)], with configuration: ModelConfiguration
    ) -> Int {
        let latentSize = configuration.synthesis.specification.latentSize
        let statistics = configuration.hasStatistics ? latentSize * (latentSize + 3) : 0
        return (tensors.reduce(statistics) { $0 + $1.tensor.count }) * MemoryLayout<Float>.size + 1 << 16
    }

    /// What the search needs to know of the latents: measured, or given and completed by what is measured.
    private func statistics(
        _ sources: ModelSources, sampleCount: Int, progress: (Double) -> Void
    ) throws(ModelError) -> LatentStatistics? {
        let measured: LatentStatistics?
        if let mapping = sources.mapping {
            measured = try LatentStatistics(of: mapping.network, sampleCount: sampleCount, progress: progress)
        } else {
            measured = nil
        }
        guard let fit = sources.fit else { return measured }
        guard let measured else {
            return LatentStatistics(mean: fit.mean, standardDeviation: fit.standardDeviation)
        }
        return LatentStatistics(
            mean: fit.mean, standardDeviation: fit.standardDeviation, eigenvalues: measured.eigenvalues,
            eigenvectors: measured.eigenvectors)
    }

    /// The model of that file if it was made from the same networks; nil if there is none, or one that this
    /// version cannot read and may therefore replace.
    /// - Throws: ``ModelError/nameTaken(name:source:)`` if it is another model.
    private func existing(_ url: URL, sameAs metadata: ModelMetadata) throws(ModelError) -> Model? {
        guard FileManager.default.fileExists(atPath: url.path), let model = try? model(in: url) else {
            return nil
        }
        guard model.contentSHA256 == metadata.contentSHA256 else {
            throw .nameTaken(name: model.name, source: model.source)
        }
        return model
    }

    private func metadata(
        _ sources: ModelSources, _ synthesis: FoundSynthesis, name: String, file: URL
    ) -> ModelMetadata {
        let source = synthesis.known ?? .unknown(modelName: Self.derivedName(file))
        let mapping = sources.mapping?.network.configuration
        // A synthesis network alone must not take the name of the complete model.
        let isPart = mapping == nil && synthesis.known != nil
        return ModelMetadata(
            name: name.isEmpty ? source.modelName + (isPart ? "-synthesis" : "") : name,
            family: synthesis.family,
            configuration: ModelConfiguration(
                synthesis: synthesis.configuration, mapping: mapping,
                hasStatistics: mapping != nil || sources.fit != nil, hasAverage: sources.average != nil),
            source: sources.files.map(\.name).joined(separator: ", "),
            sourceSHA256: sources.files.map(\.sha256).joined(separator: ", "),
            contentSHA256: sources.contentSHA256, licence: source.licence, biases: source.biases)
    }

    /// A valid name out of a file's name.
    static func derivedName(_ file: URL) -> String {
        let stem = stem(of: file).lowercased()
        let name = String(stem.map { isValid(name: "a\($0)") ? $0 : "-" }.drop { !isValid(name: String($0)) })
        return name.isEmpty ? "model" : String(name.prefix(64))
    }

    /// The name of a file, or of the checkpoint that it is a part or the index of, without its ending.
    private static func stem(of file: URL) -> String {
        if let part = ShardName(file.lastPathComponent) { return part.stem }
        let stem = file.deletingPathExtension()
        return stem.pathExtension == "index"
            ? stem.deletingPathExtension().deletingPathExtension().lastPathComponent : stem.lastPathComponent
    }

    private func report(_ sources: ModelSources, to progress: (ImportEvent) -> Void) {
        if let found = sources.training {
            progress(.trainingWeights(file: found.file, network: found.network, unusable: found.unusable))
        }
        if let found = sources.synthesis {
            progress(.recognised(file: found.file, network: found.title, evidence: found.evidence))
        }
        if let found = sources.mapping {
            let network = found.network
            let widths = Set(network.configuration.widths).sorted().map(String.init).joined(separator: ", ")
            let classes = network.classCount > 0 ? ", \(network.classCount) classes" : ""
            progress(
                .recognised(
                    file: found.file, network: found.title,
                    evidence:
                        "pixel norm and \(network.biases.count) linear layers of width \(widths)\(classes)"))
        }
        if let fit = sources.fit {
            progress(
                .recognised(
                    file: fit.file, network: "PULSE's fit of the latents", evidence: "the keys mean and std"))
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
