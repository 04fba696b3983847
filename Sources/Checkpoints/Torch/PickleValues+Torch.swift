/// PyTorch's tensors and storages.
///
/// Source: `torch._utils`, `torch.serialization` and `torch.storage`.
extension PickleValues {
    /// A tensor as `_rebuild_tensor` and its successors make it: storage, offset, shape, steps; the third
    /// version also says the type of number.
    func torchTensor(_ node: PickleGraph.Node) throws(CheckpointError) -> CheckpointTensor {
        let arguments = try arguments(node)
        guard arguments.count >= 4, case .node(let index) = arguments[0],
            case .integer(let offset) = arguments[1]
        else { throw unexpected("a tensor's storage, offset, shape and steps") }
        var storage = try storage(index)
        if node.kind == .call(.rebuildTensorV3) {
            guard arguments.count >= 7, case .global(let number) = arguments[6],
                case .elementType(let type) = graph.globals[Int(number)]
            else { throw unexpected("a tensor's type") }
            storage = storage.retyped(type)
        }
        // Behind everything else stand the bits of a view that is conjugate or negative.
        let last = node.kind == .call(.rebuildTensorV3) ? 7 : 6
        if node.kind != .call(.rebuildTensor), arguments.count > last {
            guard arguments.count == last + 1, isEmpty(arguments[last]) else {
                throw unexpected("a tensor without conjugate or negative bits")
            }
        }
        return try CheckpointTensor(
            name: place, shape: integers(arguments[2]),
            strides: integers(arguments[3]), offset: offset, storage: storage)
    }

    private func isEmpty(_ item: PickleItem) -> Bool {
        if item == .none { return true }
        guard case .node(let index) = item else { return false }
        let node = graph[index]
        switch node.kind {
        case .dictionary, .call(.orderedDictionary): return node.children.isEmpty && node.state == nil
        default: return false
        }
    }

    /// A tensor of a derived class, which stays a tensor: function, class, arguments, state.
    func rebuiltFromType(_ node: PickleGraph.Node) throws(CheckpointError) -> CheckpointValue {
        let arguments = try arguments(node)
        guard arguments.count == 4, case .global(let number) = arguments[0] else {
            throw unexpected("a tensor's function, class, arguments and state")
        }
        let function = graph.globals[Int(number)]
        switch function {
        case .rebuildTensor, .rebuildTensorV2, .rebuildTensorV3:
            return .tensor(
                try torchTensor(PickleGraph.Node(kind: .call(function), arguments: arguments[2])))
        default: throw unexpected("a function that makes a tensor")
        }
    }

    func whole(_ storage: NumberStorage) throws(CheckpointError) -> CheckpointTensor {
        try CheckpointTensor(
            name: place, shape: [storage.count], storage: storage)
    }

    private func storage(_ index: Int32) throws(CheckpointError) -> NumberStorage {
        let node = graph[index]
        switch node.kind {
        case .persistent: return try storages.storage(reference(node), file: graph.file.name)
        case .call(.loadFromBytes): return try loadedStorage(node, index)
        default: throw unexpected("a storage")
        }
    }

    /// What a persistent id says: 'storage', class, key, device, size, and perhaps a part of it.
    func reference(_ node: PickleGraph.Node) throws(CheckpointError) -> StorageReference {
        guard let fields = elements(node.arguments), (5...6).contains(fields.count),
            text(fields[0]) == "storage", case .global(let type) = fields[1], let key = text(fields[2]),
            case .integer(let count) = fields[4], count >= 0
        else { throw unexpected("a storage's class, key, device and size") }
        var reference = StorageReference(key: key, type: .uint8, count: count)
        switch graph.globals[Int(type)] {
        case .storage(let type): reference.type = type
        case .untypedStorage: break
        default: throw unexpected("a class of storages")
        }
        if fields.count == 6, fields[5] != .none {
            guard let view = elements(fields[5]), view.count == 3, case .integer(let start) = view[1],
                case .integer(let count) = view[2]
            else { throw unexpected("a part of a storage") }
            reference.view = (start, count)
        }
        return reference
    }

    /// A storage that was saved into a byte string, as every tensor is that went through plain `pickle`.
    func loadedStorage(
        _ node: PickleGraph.Node, _ index: Int32
    ) throws(CheckpointError) -> NumberStorage {
        if let known = loaded[index] { return known }
        let arguments = try arguments(node)
        guard arguments.count == 1 else { throw unexpected("bytes") }
        let bytes = try bytes(arguments[0])
        let (file, range): (FileBytes, Range<Int>)
        switch bytes.source {
        case .bytes(let whole, let start): (file, range) = (whole, start..<start + bytes.count)
        case .latin1(let whole, let text, let count):
            let known = decoded[text.lowerBound]
            file =
                known
                ?? FileBytes(
                    whole.withBytes { latin1Bytes(UnsafeRawBufferPointer(rebasing: $0[text]), count) },
                    name: whole.name)
            decoded[text.lowerBound] = file
            range = 0..<count
        case .entry: throw unexpected("bytes")
        }
        let saved = try TorchLegacyFile(file, in: range, budget: &budget)
        guard case .node(let root) = saved.graph.root, saved.graph[root].kind == .persistent else {
            throw unexpected("a saved storage")
        }
        let values = PickleValues(graph: saved.graph, storages: saved.storages, budget: budget)
        let storage = try saved.storages.storage(
            values.reference(saved.graph[root]), file: graph.file.name)
        loaded[index] = storage
        return storage
    }
}
