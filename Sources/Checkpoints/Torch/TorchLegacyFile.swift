/// PyTorch's format before version 1.6, which is also the one of tensors in other pickles: four pickles
/// (a magic number, the protocol, facts about the writer, the value), a fifth with the keys of the storages,
/// then the storages in that order, each a count and its numbers.
///
/// Source: `torch.serialization._legacy_save` and `_legacy_load`.
struct TorchLegacyFile {
    let graph: PickleGraph
    let storages: TorchStorages

    /// The magic number, little-endian.
    static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

    /// Whether this pickle is only the magic number.
    static func begins(_ graph: PickleGraph) -> Bool {
        guard case .long(let slice) = graph.root else { return false }
        return graph.file.withBytes { Array($0[graph.range(slice)]) == magic }
    }

    /// - Throws: ``CheckpointError`` for anything the format does not allow, and for bytes behind the last
    ///   storage.
    init(_ file: FileBytes, in range: Range<Int>, budget: inout PickleBudget) throws(CheckpointError) {
        func malformed(_ reason: String, _ key: String = "") -> CheckpointError {
            CheckpointError(file: file.name, problem: .malformedStorage(storage: key, reason: reason))
        }
        func expected(_ what: String) -> CheckpointError {
            CheckpointError(file: file.name, problem: .unexpectedObject(place: "", expected: what))
        }
        var position = range.lowerBound
        func next() throws(CheckpointError) -> PickleGraph {
            let graph = try PickleMachine.graph(
                of: file, in: position..<range.upperBound, budget: &budget)
            position = graph.end
            return graph
        }
        guard Self.begins(try next()) else { throw expected("PyTorch's magic number") }
        guard try next().root == .integer(1001) else { throw expected("PyTorch's protocol 1001") }
        let facts = PickleValues(graph: try next(), storages: .none, budget: budget)
        guard try facts.value(facts.graph.root)["little_endian"]?.bool == true else {
            throw expected("a file written on a little-endian machine")
        }
        graph = try next()
        let keys = try next()
        storages = .table(
            try Self.table(graph, keys: Self.keys(keys), file, position..<range.upperBound))
    }

    private static func keys(_ graph: PickleGraph) throws(CheckpointError) -> [String] {
        let values = PickleValues(graph: graph, storages: .none, budget: PickleBudget())
        let keys = try values.value(graph.root).elements?.compactMap(\.string)
        guard let keys, keys.count == values.elements(graph.root)?.count else {
            throw values.unexpected("the keys of the storages")
        }
        return keys
    }

    /// Finds every storage: each begins with a count, and how wide its numbers are, only the pickle says.
    private static func table(
        _ graph: PickleGraph, keys: [String], _ file: FileBytes, _ range: Range<Int>
    ) throws(CheckpointError) -> [String: NumberStorage] {
        func malformed(_ reason: String, _ key: String) -> CheckpointError {
            CheckpointError(file: file.name, problem: .malformedStorage(storage: key, reason: reason))
        }
        var references: [String: StorageReference] = [:]
        let values = PickleValues(graph: graph, storages: .none, budget: PickleBudget())
        for node in graph.nodes where node.kind == .persistent {
            let reference = try values.reference(node)
            if references[reference.key] == nil { references[reference.key] = reference }
        }
        var table: [String: NumberStorage] = [:]
        var position = range.lowerBound
        for key in keys {
            guard let reference = references[key] else { throw malformed("nothing refers to it", key) }
            let available = range.upperBound - position
            guard available >= 8 else {
                throw CheckpointError(file: file.name, problem: .truncated(needed: 8, available: available))
            }
            let count = file.withBytes {
                Int64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Int64.self))
            }
            let (bytes, overflow) = Int(count).multipliedReportingOverflow(by: reference.type.byteCount)
            guard count == reference.count, !overflow else {
                throw malformed("it has \(count) numbers and claims \(reference.count)", key)
            }
            guard bytes <= available - 8 else {
                throw CheckpointError(
                    file: file.name, problem: .truncated(needed: bytes, available: available - 8))
            }
            let storage = NumberStorage(
                file: file.name, elementType: reference.type, count: Int(count),
                source: .bytes(file, start: position + 8))
            guard table.updateValue(storage, forKey: key) == nil else {
                throw malformed("its key occurs twice", key)
            }
            position += 8 + bytes
        }
        guard position == range.upperBound else {
            throw CheckpointError(file: file.name, problem: .strayBytes(range.upperBound - position))
        }
        return table
    }
}
