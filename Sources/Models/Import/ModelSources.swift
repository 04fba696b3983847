import Checkpoints
import Foundation
import Generators
import Tensors

/// The networks found in the files that a user gives to import.
struct ModelSources {
    private(set) var synthesis: FoundSynthesis?
    private(set) var mapping: FoundMapping?
    private(set) var fit: GaussianFit?
    /// w̄, the average latent that the training kept, [latentSize].
    private(set) var average: Tensor<Float>?
    /// Set where weights in training had to be taken.
    private(set) var training: TrainingWeights?
    /// Names and digests of the files read, in the order of their names.
    private(set) var files: [(name: String, sha256: String)] = []
    /// Names of archive entries and networks that play no part.
    private(set) var skipped: [String] = []
    private let families: [GeneratorFamily]

    /// Reads files: archives that hold networks, descriptions with their weights beside them, checkpoints.
    /// - Parameter families: that the networks can be of.
    /// - Throws: ``ModelError`` for the first file that cannot be used.
    init(_ urls: [URL], families: [GeneratorFamily]) throws {
        self.families = families
        guard !urls.isEmpty else { throw ModelError.noFiles }
        var seen: Set<String> = []
        var parts: [CheckpointParts] = []
        for url in urls {
            // Read once: what is told, decoded and hashed are the same bytes, whatever becomes of the file.
            let file = try FileBytes(reading: url, limit: Checkpoint.sizeLimit)
            switch try FileKind(file, url) {
            case .archive(let archive): try readArchive(archive, file, url)
            case .checkpoint: try readCheckpoint(file, url)
            case .part(let shard): CheckpointParts.add(file, url, shard, to: &parts)
            case .index(let index):
                note(file, url)
                CheckpointParts.add(index, file, url, to: &parts)
            case .description, .weights:
                // Either half names the pair; a pair given in halves is read once.
                let stem = url.deletingPathExtension()
                if seen.insert(stem.standardizedFileURL.path).inserted { try readPair(stem) }
            }
        }
        for part in parts { try read(part) }
        files.sort { $0.name < $1.name }
        guard let synthesis else {
            if let file = mapping?.file {
                throw ModelError.synthesisMissing(file: file, found: "a mapping network")
            }
            if let file = fit?.file {
                throw ModelError.synthesisMissing(file: file, found: "a fit of the latents")
            }
            throw ModelError.nothingFound(archive: urls[0].relativePath, entries: skipped)
        }
        let size = synthesis.configuration.specification.latentSize
        if let mapping, mapping.network.size != size {
            throw ModelError.styleSizesDiffer(mapping: mapping.network.size, synthesis: size)
        }
        if let fit, fit.mean.count != size {
            throw ModelError.tensorShape(
                file: fit.file, tensor: "mean", found: fit.mean.shape, expected: [size],
                network: "the fit of the latents")
        }
    }

    /// One digest for the networks, whatever files they came in.
    var contentSHA256: String {
        var lines = [("synthesis", synthesis?.digest), ("mapping", mapping?.digest)].compactMap {
            role, digest in
            digest.map { "\(role) \($0)\n" }
        }
        if let fit {
            lines.append("fit \(digest(of: [("mean", fit.mean), ("std", fit.standardDeviation)]))\n")
        }
        if let average { lines.append("average \(digest(of: [("average", average)]))\n") }
        return sha256(of: FileBytes(Array(lines.joined().utf8), name: "digests"))
    }

    private mutating func note(_ file: FileBytes, _ url: URL) {
        files.append((url.lastPathComponent, sha256(of: file)))
    }

    private mutating func readCheckpoint(_ file: FileBytes, _ url: URL) throws {
        note(file, url)
        do {
            try add(CheckpointNetworks(Checkpoint(file), families: families))
        } catch let error as CheckpointError where error.problem == .unknownFormat {
            throw ModelError.unrecognised(file: file.name)
        }
    }

    private mutating func read(_ parts: CheckpointParts) throws {
        var parts = parts
        for (url, file) in try parts.complete() { note(file, url) }
        try add(CheckpointNetworks(parts.checkpoint(), families: families))
    }

    private mutating func add(_ found: CheckpointNetworks) throws {
        if let network = found.synthesis { try add(network) }
        if let network = found.mapping { try add(network) }
        if let fit = found.fit {
            if let other = self.fit {
                throw ModelError.twoNetworks(kind: "fit of the latents", files: [other.file, fit.file])
            }
            self.fit = fit
        }
        average = average ?? found.average
        training = training ?? found.training
        skipped += found.skipped
    }

    private mutating func readPair(_ stem: URL) throws {
        let (description, weights) = (
            stem.appendingPathExtension("xml"), stem.appendingPathExtension("bin")
        )
        for (file, other) in [(description, weights), (weights, description)]
        where !FileManager.default.fileExists(atPath: file.path) {
            throw file == weights
                ? ModelError.weightsMissing(
                    description: other.relativePath, expected: file.lastPathComponent)
                : ModelError.descriptionMissing(
                    weights: other.relativePath, expected: file.lastPathComponent)
        }
        let text = try FileBytes(reading: description, limit: OpenVINOGraph.descriptionLimit)
        if let other = ForeignFormat(text) {
            throw CheckpointError(file: text.name, problem: .foreign(other))
        }
        let numbers = try FileBytes(reading: weights, limit: OpenVINOGraph.weightsLimit)
        note(text, description)
        note(numbers, weights)
        guard try add(text, numbers) else {
            throw ModelError.unrecognised(file: description.relativePath)
        }
    }

    private mutating func readArchive(_ archive: ZipArchive, _ file: FileBytes, _ url: URL) throws {
        let names = Set(archive.entries.map(\.name))
        note(file, url)
        var used: Set<String> = []
        let pairs = names.filter { $0.hasSuffix(".xml") && names.contains($0.dropLast(3) + "bin") }
        for description in pairs.sorted().prefix(16) {
            let weights = String(description.dropLast(3) + "bin")
            let text = try archive.read(description, limit: OpenVINOGraph.descriptionLimit)
            let numbers = try archive.read(weights, limit: OpenVINOGraph.weightsLimit)
            if try add(text, numbers) { used.formUnion([description, weights]) }
        }
        skipped += names.subtracting(used).sorted()
        if used.isEmpty {
            throw ModelError.nothingFound(archive: url.relativePath, entries: names.sorted())
        }
    }

    /// Adds a network in OpenVINO's format; false if it is of no known kind.
    private mutating func add(_ description: FileBytes, _ weights: FileBytes) throws -> Bool {
        let graph = try OpenVINOGraph(description: description, weights: weights)
        let digest = sha256(of: weights)
        let pair = "\(sha256(of: description)) \(digest)"
        for family in families {
            guard let found = try family.networks(in: graph) else { continue }
            if let synthesis = found.synthesis {
                try add(
                    FoundSynthesis(
                        synthesis, of: family, file: description.name, digest: pair,
                        known: KnownSource.forWeights(sha256: digest)))
            }
            if let mapping = found.mapping {
                try add(FoundMapping(mapping, file: description.name, digest: pair))
            }
            return true
        }
        return false
    }

    private mutating func add(_ network: FoundSynthesis) throws(ModelError) {
        if let other = synthesis {
            throw .twoNetworks(kind: "synthesis network", files: [other.file, network.file])
        }
        synthesis = network
    }

    private mutating func add(_ network: FoundMapping) throws(ModelError) {
        if let other = mapping {
            throw .twoNetworks(kind: "mapping network", files: [other.file, network.file])
        }
        mapping = network
    }
}
