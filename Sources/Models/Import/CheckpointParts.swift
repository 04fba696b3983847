import Generators
import Checkpoints
import Foundation

/// The parts of one checkpoint that a user gave, or that lie beside an index that a user gave.
struct CheckpointParts {
    private let folder: URL
    /// The folder as the user named it, with a slash at its end, for messages.
    private let path: String
    private var index: (content: ShardIndex, file: String)?
    /// All names that belong together.
    private var names: [String]
    /// Those that were given, as they were read.
    private var given: [String: FileBytes] = [:]

    private init(besides url: URL, names: [String]) {
        (folder, self.names) = (Self.folder(of: url), names)
        path = String(url.relativePath.dropLast(url.lastPathComponent.count))
    }

    private func url(_ name: String) -> URL { URL(fileURLWithPath: path + name) }

    static func add(_ file: FileBytes, _ url: URL, _ shard: ShardName, to parts: inout [CheckpointParts]) {
        let folder = Self.folder(of: url)
        let known = parts.firstIndex { $0.folder == folder && $0.names.contains(url.lastPathComponent) }
        if let known {
            parts[known].given[url.lastPathComponent] = file
        } else {
            parts.append(CheckpointParts(besides: url, names: shard.siblings))
            parts[parts.count - 1].given[url.lastPathComponent] = file
        }
    }

    static func add(_ index: ShardIndex, _ file: FileBytes, _ url: URL, to parts: inout [CheckpointParts]) {
        let folder = Self.folder(of: url)
        let known = parts.firstIndex { $0.folder == folder && !Set($0.names).isDisjoint(with: index.files) }
        if let known {
            parts[known].index = (index, file.name)
            parts[known].names = index.files
        } else {
            var new = CheckpointParts(besides: url, names: index.files)
            new.index = (index, file.name)
            parts.append(new)
        }
    }

    private static func folder(of url: URL) -> URL { url.deletingLastPathComponent().standardizedFileURL }

    /// The parts in their order; with an index, those that were not given are read from beside it.
    /// - Throws: ``CheckpointError`` if one is missing or cannot be read.
    mutating func complete() throws(CheckpointError) -> [(url: URL, file: FileBytes)] {
        func missing(_ name: String) -> Bool {
            given[name] == nil
                && (index == nil || !FileManager.default.fileExists(atPath: url(name).path))
        }
        let absent = names.filter(missing)
        guard absent.isEmpty else {
            if let index { throw CheckpointError(file: index.file, problem: .indexedMissing(absent)) }
            let first = given.keys.sorted().first ?? ""
            throw CheckpointError(
                file: given[first]?.name ?? first, problem: .partsMissing(total: names.count, missing: absent)
            )
        }
        for name in names where given[name] == nil {
            given[name] = try FileBytes(reading: url(name), limit: Checkpoint.sizeLimit)
        }
        return names.compactMap { name in given[name].map { (url(name), $0) } }
    }

    /// All of them as one checkpoint; they must be complete.
    func checkpoint() throws(CheckpointError) -> Checkpoint {
        let checkpoint = try Checkpoint(parts: names.compactMap { given[$0] })
        try index?.content.check(checkpoint)
        return checkpoint
    }
}
