import Generators
import Checkpoints
import Foundation

/// What a file is, by its content; the name counts only for OpenVINO's weights, which have no mark, and for the
/// parts of a checkpoint.
enum FileKind {
    /// A zip archive that holds no PyTorch file, perhaps OpenVINO's networks.
    case archive(ZipArchive)
    case description, weights
    case checkpoint
    /// One of the parts of a checkpoint.
    case part(ShardName)
    case index(ShardIndex)

    /// - Throws: ``ModelError/isModelFile(file:)``; ``CheckpointError`` for a file that is known not to be one of
    ///   weights.
    init(_ file: FileBytes, _ url: URL) throws {
        let start = file.withBytes { Array($0.prefix(9)) }
        let hasDescription = FileManager.default.fileExists(
            atPath: url.deletingPathExtension().appendingPathExtension("xml").path)
        let isBinary = url.pathExtension.lowercased() == "bin"
        let shard = ShardName(url.lastPathComponent)
        if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || start.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
            let archive = try ZipArchive(file)
            let isTorch = archive.entries.contains { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
            self = isTorch ? shard.map { .part($0) } ?? .checkpoint : .archive(archive)
        } else if start.count == 9, start[8] == UInt8(ascii: "{"), start[6] == 0, start[7] == 0 {
            // Checked like any other before anything is said of it.
            do {
                let safetensors = try SafetensorsFile(file)
                guard safetensors.metadata["format"] != ModelMetadata.format else {
                    throw ModelError.isModelFile(file: file.name)
                }
            } catch  where isBinary && hasDescription && error is CheckpointError {
                self = .weights
                return
            }
            self = shard.map { .part($0) } ?? .checkpoint
        } else if isBinary, hasDescription || ForeignFormat(file) == nil && start.first != 0x80 {
            // Numbers may begin like anything; only a whole text or nothing at all cannot be meant.
            switch ForeignFormat(file) {
            case .some(let other) where other == .empty || other == .webPage || other.isPointer:
                throw CheckpointError(file: file.name, problem: .foreign(other))
            default: self = .weights
            }
        } else if let index = try ShardIndex(file) {
            self = .index(index)
        } else if let other = ForeignFormat(file), start.first != 0x80, !Self.isEarlyPickle(start) {
            throw CheckpointError(file: file.name, problem: .foreign(other))
        } else if start.first == UInt8(ascii: "<") || start.starts(with: [0xEF, 0xBB, 0xBF, 0x3C]) {
            self = .description
        } else {
            self = shard.map { .part($0) } ?? .checkpoint
        }
    }

    /// Whether a text may be a pickle of protocol 0, which the reader finds out.
    private static func isEarlyPickle(_ start: [UInt8]) -> Bool {
        start.first.map { "(c]}i".utf8.contains($0) } ?? false
    }
}

extension ForeignFormat {
    fileprivate var isPointer: Bool {
        switch self {
        case .gitLFSPointer, .gitAnnexPointer: true
        default: false
        }
    }
}
