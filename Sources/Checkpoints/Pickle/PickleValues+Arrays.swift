/// NumPy arrays.
///
/// Source: `numpy.ndarray.__reduce__` and `__setstate__`, and the array interface's type strings.
extension PickleValues {
    func numpyArray(_ node: PickleGraph.Node) throws(CheckpointError) -> CheckpointTensor {
        let (shape, type, columnMajor, data): ([Int], NumberFormat, Bool, PickleItem)
        if node.kind == .call(.arrayFromBuffer) {
            let arguments = try arguments(node)
            guard arguments.count >= 4, let order = text(arguments[3]), ["C", "F"].contains(order) else {
                throw unexpected("an array's buffer, type, shape and order")
            }
            (shape, type) = (try integers(arguments[2]), try dataType(arguments[1]))
            (columnMajor, data) = (order == "F", arguments[0])
        } else {
            guard let state = node.state.flatMap(elements), state.count == 5,
                case .bool(let isColumnMajor) = state[3]
            else { throw unexpected("an array's version, shape, type, order and data") }
            (shape, type) = (try integers(state[1]), try dataType(state[2]))
            (columnMajor, data) = (isColumnMajor, state[4])
        }
        let name = place
        let storage = try numbers(data, type)
        guard let expected = type.type.byteCount(ofShape: shape) else {
            throw CheckpointError(file: graph.file.name, problem: .impossibleShape(tensor: name))
        }
        guard storage.byteCount == expected else {
            throw CheckpointError(
                file: graph.file.name,
                problem: .sizeMismatch(tensor: name, expected: expected, found: storage.byteCount))
        }
        let strides: [Int]? =
            columnMajor ? CheckpointTensor.rowMajor(shape.reversed()).reversed() : nil
        return try CheckpointTensor(name: name, shape: shape, strides: strides, storage: storage)
    }

    /// A single number; its type and its bytes are the arguments.
    func numpyScalar(_ node: PickleGraph.Node) throws(CheckpointError) -> CheckpointValue {
        let arguments = try arguments(node)
        guard arguments.count == 2 else { throw unexpected("a number's type and bytes") }
        let type = try dataType(arguments[0])
        let storage = try numbers(arguments[1], type)
        guard storage.count == 1 else { throw unexpected("one number") }
        let tensor = try CheckpointTensor(name: place, shape: [], storage: storage)
        let value = try tensor.tensor(as: Double.self)[0]
        switch type.type {
        case .bool: return .bool(value != 0)
        case .float64, .float32, .float16, .bfloat16, .float8E4M3, .float8E5M2: return .double(value)
        default: return Int(exactly: value).map { .integer($0) } ?? .double(value)
        }
    }

    private struct NumberFormat {
        var type: ElementType
        var isBigEndian: Bool
    }

    private func dataType(_ item: PickleItem) throws(CheckpointError) -> NumberFormat {
        guard case .node(let index) = item, graph[index].kind == .call(.dataType),
            var code = try arguments(graph[index]).first.flatMap({ text($0) })
        else { throw unexpected("an array's type") }
        var order: Character = "<"
        if let mark = code.first, "<>|=".contains(mark) {
            order = mark
            code.removeFirst()
        }
        if let state = graph[index].state.flatMap(elements), state.count > 1, let mark = text(state[1]) {
            order = mark.first ?? order
        }
        guard let type = ElementType(numpy: code), "<>|=".contains(order) else {
            throw CheckpointError(
                file: graph.file.name,
                problem: .unknownElementType(tensor: place, type: code))
        }
        return NumberFormat(type: type, isBigEndian: order == ">")
    }

    private func numbers(
        _ item: PickleItem, _ format: NumberFormat
    ) throws(CheckpointError) -> NumberStorage {
        let bytes = try bytes(item)
        guard bytes.count % format.type.byteCount == 0 else { throw unexpected("bytes of whole numbers") }
        return NumberStorage(
            file: graph.file.name, elementType: format.type, count: bytes.count / format.type.byteCount,
            isBigEndian: format.isBigEndian, source: bytes.source)
    }
}

extension ElementType {
    fileprivate init?(numpy code: String) {
        switch code {
        case "f8": self = .float64
        case "f4": self = .float32
        case "f2": self = .float16
        case "i8": self = .int64
        case "i4": self = .int32
        case "i2": self = .int16
        case "i1": self = .int8
        case "u8": self = .uint64
        case "u4": self = .uint32
        case "u2": self = .uint16
        case "u1": self = .uint8
        case "b1": self = .bool
        default: return nil
        }
    }
}
