import Checkpoints
import Foundation

/// The networks found in the files that a user gives to import.
struct ModelSources {
    struct Network {
        var graph: OpenVINOGraph
        /// The description's name: a path, or an entry of an archive.
        var file: String
        /// The SHA-256 of its two files.
        var descriptionSHA256: String
        var weightsSHA256: String
    }

    private(set) var synthesis: Network?
    private(set) var mapping: Network?
    /// Names and digests of the files read, in the order of their names.
    private(set) var files: [(name: String, sha256: String)] = []
    /// Names of archive entries and networks that play no part.
    private(set) var skipped: [String] = []

    /// Reads files: archives that hold networks, descriptions with their weights beside them.
    /// - Throws: ``ModelError`` for the first file that cannot be used.
    init(_ urls: [URL]) throws {
        guard !urls.isEmpty else { throw ModelError.noFiles }
        var seen: Set<String> = []
        for url in urls {
            switch try FileKind(of: url) {
            case .archive: try readArchive(url)
            case .description, .weights:
                // Either half names the pair; a pair given in halves is read once.
                let stem = url.deletingPathExtension()
                if seen.insert(stem.standardizedFileURL.path).inserted { try readPair(stem) }
            }
        }
        files.sort { $0.name < $1.name }
        guard synthesis != nil else {
            if let mapping { throw ModelError.synthesisMissing(files: [mapping.file]) }
            throw ModelError.nothingFound(archive: urls[0].relativePath, entries: skipped)
        }
    }

    /// One digest for the networks, whatever files they came in.
    var contentSHA256: String {
        let lines = [("synthesis", synthesis), ("mapping", mapping)].compactMap { role, network in
            network.map { "\(role) \($0.descriptionSHA256) \($0.weightsSHA256)\n" }
        }
        return sha256(of: FileBytes(Array(lines.joined().utf8), name: "digests"))
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
        let numbers = try FileBytes(reading: weights, limit: OpenVINOGraph.weightsLimit)
        files.append((description.lastPathComponent, sha256(of: text)))
        files.append((weights.lastPathComponent, sha256(of: numbers)))
        guard try add(text, numbers) else {
            throw ModelError.unrecognised(file: description.relativePath)
        }
    }

    private mutating func readArchive(_ url: URL) throws {
        let archive = try ZipArchive(contentsOf: url)
        let names = Set(archive.entries.map(\.name))
        if names.contains(where: { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }) {
            throw ModelError.unsupportedFormat(file: url.relativePath, format: "a PyTorch checkpoint")
        }
        files.append((url.lastPathComponent, try sha256(contentsOf: url)))
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

    /// Adds a network; false if it is of no known kind.
    private mutating func add(_ description: FileBytes, _ weights: FileBytes) throws -> Bool {
        let graph = try OpenVINOGraph(description: description, weights: weights)
        let network = Network(
            graph: graph, file: description.name, descriptionSHA256: sha256(of: description),
            weightsSHA256: sha256(of: weights))
        if MobileStyleGANGraph.detect(graph) {
            if let other = synthesis {
                throw ModelError.twoNetworks(kind: "synthesis", files: [other.file, network.file])
            }
            synthesis = network
        } else if MappingNetwork.detect(graph) {
            if let other = mapping {
                throw ModelError.twoNetworks(kind: "mapping", files: [other.file, network.file])
            }
            mapping = network
        } else {
            return false
        }
        return true
    }
}

/// What a file is, by its first bytes; the name counts only for weights, which have no mark.
private enum FileKind {
    case archive, description, weights

    init(of url: URL) throws {
        let file = try FileBytes(mapping: url)
        let start = file.withBytes { Array($0.prefix(16)) }
        let name = url.relativePath
        func declined(_ format: String) -> ModelError { .unsupportedFormat(file: name, format: format) }
        if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || start.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
            self = .archive
        } else if url.pathExtension.lowercased() == "bin" {
            self = .weights
        } else if start.first == UInt8(ascii: "<") || start.starts(with: [0xEF, 0xBB, 0xBF, 0x3C]) {
            self = .description
        } else if start.count > 1, start[0] == 0x80, (2...5).contains(start[1]) {
            throw declined("a Python pickle (StyleGAN .pkl, or a PyTorch checkpoint of the older format)")
        } else if start.count > 8, start[8] == UInt8(ascii: "{"), start[7] == 0 {
            // Checked like any other before anything is said of it.
            let safetensors = try SafetensorsFile(file)
            throw safetensors.metadata["format"] == ModelMetadata.format
                ? ModelError.isModelFile(file: name) : declined("a safetensors checkpoint")
        } else {
            throw ModelError.unrecognised(file: name)
        }
    }
}
