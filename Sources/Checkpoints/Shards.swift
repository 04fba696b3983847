import Foundation

/// The name of one of the files into which a saver splits a checkpoint: `model-00001-of-00002.safetensors`.
public struct ShardName: Hashable, Sendable {
    /// What stands before and behind the numbers.
    public let stem, ending: String
    public let number, total: Int
    private let digits: [Int]

    /// - Returns: nil for a name that is not of this form.
    public init?(_ name: String) {
        guard let match = name.wholeMatch(of: /(.*)-([0-9]{1,6})-of-([0-9]{1,6})(\.[A-Za-z0-9.]+)/),
            let number = Int(match.2), let total = Int(match.3), total > 1, (1...total).contains(number)
        else { return nil }
        (stem, ending) = (String(match.1), String(match.4))
        (self.number, self.total) = (number, total)
        digits = [match.2.count, match.3.count]
    }

    /// The names of all parts, this one among them, in their order.
    public var siblings: [String] {
        (1...total).map { "\(stem)-\(padded($0, digits[0]))-of-\(padded(total, digits[1]))\(ending)" }
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        String(repeating: "0", count: max(width - String(number).count, 0)) + String(number)
    }
}

/// The index of a checkpoint in parts: which tensor is in which file.
///
/// Source: `model.safetensors.index.json` of huggingface/transformers.
public struct ShardIndex: Sendable {
    /// Names of the files, each once, in the order of their names.
    public let files: [String]
    private let places: [String: String]

    static let sizeLimit = 64 << 20

    private struct Content: Decodable {
        var weight_map: [String: String]
    }

    /// - Returns: nil for a file that is no index.
    /// - Throws: ``CheckpointError`` for an index that names files of other folders.
    public init?(_ file: FileBytes) throws(CheckpointError) {
        guard file.count <= Self.sizeLimit,
            file.withBytes({ $0.first { !" \t\r\n".utf8.contains($0) } }) == UInt8(ascii: "{"),
            let content = try? JSONDecoder().decode(Content.self, from: file.withBytes { Data($0) }),
            !content.weight_map.isEmpty
        else { return nil }
        places = content.weight_map
        files = Set(places.values).sorted()
        for name in files
        where name.isEmpty || name.contains("/") || name.contains("\\") || [".", ".."].contains(name) {
            throw CheckpointError(file: file.name, problem: .unsafeEntryName(name))
        }
    }

    /// Checks that the tensors that the index lists are there.
    /// - Throws: ``CheckpointError`` naming the first that is not.
    public func check(_ checkpoint: Checkpoint) throws(CheckpointError) {
        var known: Set<String> = []
        for network in checkpoint.networks { known.formUnion(network.tensors.map(\.name)) }
        guard
            let (tensor, file) = places.sorted(by: { $0.key < $1.key }).first(where: {
                !known.contains($0.key)
            })
        else { return }
        throw CheckpointError(file: file, problem: .missingTensor(tensor))
    }
}

extension Checkpoint {
    /// Opens a checkpoint that lies in parts, each a table of tensors.
    /// - Throws: ``CheckpointError`` for the first part that cannot be read or is no table, and for a tensor that
    ///   is in two.
    public init(parts: [FileBytes]) throws(CheckpointError) {
        var (entries, size): ([CheckpointValue.Entry], Int) = ([], 0)
        var format = Format.safetensors
        for part in parts {
            let checkpoint = try Checkpoint(part)
            guard case .dictionary(let more) = checkpoint.root else {
                throw CheckpointError(
                    file: part.name, problem: .unexpectedObject(place: "", expected: "a dictionary"))
            }
            entries += more
            size += part.count
            format = checkpoint.format
        }
        try self.init(
            .dictionary(entries), format: format, file: parts.first?.name ?? "", size: size, attributes: [:])
    }
}
