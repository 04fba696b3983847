/// A byte string of a pickle, still where it lies in the file.
struct PickledBytes {
    let source: NumberStorage.Source
    let count: Int
}

extension PickleValues {
    /// Bytes however they are written: as themselves, as the `str` of Python 2, or as text to be encoded.
    func bytes(_ item: PickleItem) throws(CheckpointError) -> PickledBytes {
        switch item {
        case .bytes(let slice), .string(let slice):
            let range = graph.range(slice)
            return PickledBytes(source: .bytes(graph.file, start: range.lowerBound), count: range.count)
        case .node(let index): return try bytes(of: graph[index])
        default: throw unexpected("bytes")
        }
    }

    /// The result of `_codecs.encode(text, 'latin1')`, `bytes(…)` or `bytearray(…)`.
    func bytes(of node: PickleGraph.Node) throws(CheckpointError) -> PickledBytes {
        let arguments = try arguments(node)
        switch (node.kind, arguments.count) {
        case (.call(.bytes), 0), (.call(.byteArray), 0):
            return PickledBytes(source: .bytes(graph.file, start: 0), count: 0)
        case (.call(.bytes), 1), (.call(.byteArray), 1): return try bytes(arguments[0])
        case (.call(.encode), 2), (.call(.byteArray), 2):
            guard case .text(let slice) = arguments[0] else { throw unexpected("text") }
            guard isLatin1(arguments[1]) else { throw unexpected("the encoding latin1") }
            let range = graph.range(slice)
            let count = graph.file.withBytes { latin1Count(UnsafeRawBufferPointer(rebasing: $0[range])) }
            guard let count else { throw unexpected("text in latin1") }
            return PickledBytes(source: .latin1(graph.file, range, byteCount: count), count: count)
        default: throw unexpected("bytes")
        }
    }

    private func isLatin1(_ item: PickleItem) -> Bool {
        switch item {
        case .text(let slice), .string(let slice):
            let name = graph.file.withBytes { Array($0[graph.range(slice)]) }
            return name == Array("latin1".utf8) || name == Array("latin-1".utf8)
        default: return false
        }
    }
}
