/// Turns the graph of a pickle into values. The graph must have passed
/// ``PickleGraph/checkWalkable()``, so that plain recursion is short and ends.
///
/// A class, because a value type would be copied, tables and all, in the midst of a million small steps.
final class PickleValues {
    let graph: PickleGraph
    /// What lies beside the pickle.
    let storages: TorchStorages
    var budget: PickleBudget
    /// The keys on the way to the value that is being read, for messages.
    var path: [String] = []

    private var strings: [Int32: String] = [:]
    /// Storages inside byte strings, by the node that loads them.
    var loaded: [Int32: NumberStorage] = [:]
    /// Bytes that were written as text, by where the text begins.
    var decoded: [Int: FileBytes] = [:]

    init(graph: PickleGraph, storages: TorchStorages, budget: PickleBudget) {
        self.graph = graph
        self.storages = storages
        self.budget = budget
    }

    /// - Throws: ``CheckpointError`` if a call has other arguments than its function takes, or if a tensor does
    ///   not fit its storage.
    func value(_ item: PickleItem) throws(CheckpointError) -> CheckpointValue {
        switch item {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .double(let value): return .double(value)
        case .text(let slice), .string(let slice): return .string(try string(slice, item))
        case .bytes(let slice), .long(let slice): return .bytes(count: graph.range(slice).count)
        case .global(let index): return named(graph.globals[Int(index)])
        case .node(let index): return try value(ofNode: index)
        }
    }

    private func value(ofNode index: Int32) throws(CheckpointError) -> CheckpointValue {
        let node = graph[index]
        switch node.kind {
        case .list, .set: return .list(try values(node.children))
        case .tuple: return .tuple(try values(node.children))
        case .dictionary: return .dictionary(try entries(node.children))
        case .persistent:
            let storage = try storages.storage(reference(node), file: graph.file.name)
            return .tensor(try whole(storage))
        case .call(let global), .object(let global): return try made(by: global, node, index)
        }
    }

    private func made(
        by global: PickleGlobal, _ node: PickleGraph.Node, _ index: Int32
    ) throws(CheckpointError) -> CheckpointValue {
        switch global {
        case .orderedDictionary, .easyDictionary, .dictionary: return try dictionary(node)
        case .set, .list: return .list(try values(onlyContainer(node)))
        case .tuple, .size: return .tuple(try values(onlyContainer(node)))
        case .bytes, .byteArray, .encode: return .bytes(count: try bytes(of: node).count)
        case .reconstructor, .newObject: return try reconstructed(node)
        case .namespace, .network, .object:
            return .object(try object(global, state: node.state ?? .none))
        case .persistentObject: return try persistentObject(node)
        case .dataType, .device:
            return try arguments(node).first.map { item throws(CheckpointError) in
                try value(item)
            } ?? .none
        case .scalar: return try numpyScalar(node)
        case .arrayReconstruct, .arrayFromBuffer: return .tensor(try numpyArray(node))
        case .loadFromBytes: return .tensor(try whole(loadedStorage(node, index)))
        case .rebuildTensor, .rebuildTensorV2, .rebuildTensorV3: return .tensor(try torchTensor(node))
        case .rebuildParameter, .rebuildParameterWithState:
            guard let data = try arguments(node).first else { throw unexpected("a tensor") }
            return try value(data)
        case .rebuildFromType: return try rebuiltFromType(node)
        case .array, .tensorClass, .parameterClass, .storage, .untypedStorage, .elementType:
            throw unexpected("a function")
        }
    }

    // MARK: Containers

    private func values(_ items: [PickleItem]) throws(CheckpointError) -> [CheckpointValue] {
        var values: [CheckpointValue] = []
        values.reserveCapacity(items.count)
        for item in items { values.append(try value(item)) }
        return values
    }

    private func entries(
        _ items: [PickleItem]
    ) throws(CheckpointError) -> [CheckpointValue.Entry] {
        var entries: [CheckpointValue.Entry] = []
        entries.reserveCapacity(items.count / 2)
        for pair in stride(from: 0, to: items.count - 1, by: 2) {
            let key = try value(items[pair])
            // Keys become parts of many names.
            guard key.string?.utf8.count ?? 0 <= PickleLimits.name else { throw unexpected("a shorter key") }
            path.append(key.string ?? key.integer.map(String.init) ?? "?")
            entries.append(.init(key: key, value: try value(items[pair + 1])))
            path.removeLast()
        }
        return entries
    }

    /// A dictionary made by a call: from nothing, a dictionary or a list of pairs, then filled.
    private func dictionary(_ node: PickleGraph.Node) throws(CheckpointError) -> CheckpointValue {
        var all: [CheckpointValue.Entry] = []
        if let start = try arguments(node).first { all = try initialEntries(start) }
        return .dictionary(all + (try entries(node.children)))
    }

    private func initialEntries(
        _ item: PickleItem
    ) throws(CheckpointError) -> [CheckpointValue.Entry] {
        guard case .node(let index) = item else { throw unexpected("a dictionary") }
        let node = graph[index]
        switch node.kind {
        case .dictionary: return try entries(node.children)
        case .list:
            var flat: [PickleItem] = []
            for pair in node.children {
                guard let two = elements(pair), two.count == 2 else { throw unexpected("a pair") }
                flat += two
            }
            return try entries(flat)
        default: throw unexpected("a dictionary")
        }
    }

    /// Elements of the one container that a call was given; none if it was given nothing.
    private func onlyContainer(_ node: PickleGraph.Node) throws(CheckpointError) -> [PickleItem] {
        guard let first = try arguments(node).first else { return [] }
        guard let elements = elements(first) else { throw unexpected("a container") }
        return elements
    }

    // MARK: Objects

    /// What `copyreg` makes: an object of the class that it is given.
    private func reconstructed(_ node: PickleGraph.Node) throws(CheckpointError) -> CheckpointValue {
        let arguments = try arguments(node)
        guard case .global(let index)? = arguments.first else { throw unexpected("a class") }
        let type = graph.globals[Int(index)]
        switch type {
        case .easyDictionary, .orderedDictionary, .dictionary:
            var all: [CheckpointValue.Entry] = []
            if arguments.count == 3, arguments[2] != .none { all = try initialEntries(arguments[2]) }
            return .dictionary(all + (try entries(node.children)))
        case .network, .namespace, .object: return .object(try object(type, state: node.state ?? .none))
        default: throw unexpected("a class of plain objects")
        }
    }

    private func object(
        _ global: PickleGlobal, state: PickleItem
    ) throws(CheckpointError) -> CheckpointObject {
        let (module, name) = global.pythonName
        return CheckpointObject(module: module, name: name, arguments: [], state: try value(state))
    }

    private func named(_ global: PickleGlobal) -> CheckpointValue {
        let (module, name) = global.pythonName
        return .object(CheckpointObject(module: module, name: name, arguments: [], state: .none))
    }

    /// An object that carries the source of its class with it; the source is passed over.
    private func persistentObject(
        _ node: PickleGraph.Node
    ) throws(CheckpointError) -> CheckpointValue {
        guard let meta = try arguments(node).first, let fields = fields(meta),
            let name = fields["class_name"].flatMap(text), fields["type"].flatMap(text) == "class",
            let state = fields["state"]
        else { throw unexpected("a persistent object") }
        let (module, _) = PickleGlobal.persistentObject.pythonName
        return .object(CheckpointObject(module: module, name: name, arguments: [], state: try value(state)))
    }

    /// The fields of a dictionary whose keys are text, unread.
    private func fields(_ item: PickleItem) -> [String: PickleItem]? {
        guard case .node(let index) = item else { return nil }
        let node = graph[index]
        switch node.kind {
        case .dictionary, .call(.easyDictionary), .object(.easyDictionary): break
        default: return nil
        }
        var fields: [String: PickleItem] = [:]
        for pair in stride(from: 0, to: node.children.count - 1, by: 2) {
            guard let key = text(node.children[pair]) else { return nil }
            fields[key] = node.children[pair + 1]
        }
        return fields
    }

    // MARK: Parts

    /// The arguments of a call or of a new object.
    func arguments(_ node: PickleGraph.Node) throws(CheckpointError) -> [PickleItem] {
        guard let elements = elements(node.arguments) else { throw unexpected("arguments") }
        return elements
    }

    func elements(_ item: PickleItem) -> [PickleItem]? {
        guard case .node(let index) = item else { return nil }
        let node = graph[index]
        switch node.kind {
        case .list, .tuple, .set: return node.children
        case .call(.size): return elements(node.arguments).flatMap { $0.first.flatMap(elements) }
        default: return nil
        }
    }

    func integers(_ item: PickleItem) throws(CheckpointError) -> [Int] {
        guard let elements = elements(item) else { throw unexpected("a list of integers") }
        var values: [Int] = []
        for element in elements {
            guard case .integer(let value) = element else { throw unexpected("an integer") }
            values.append(value)
        }
        return values
    }

    /// A name or another short text, or nil if it is something else.
    func text(_ item: PickleItem) -> String? {
        switch item {
        case .text(let slice), .string(let slice):
            let range = graph.range(slice)
            guard range.count <= PickleLimits.name else { return nil }
            return graph.file.withBytes { String(validating: $0[range], as: UTF8.self) }
        default: return nil
        }
    }

    /// Text in UTF-8; where Python 2 wrote bytes, one character for each.
    private func string(_ slice: Int32, _ item: PickleItem) throws(CheckpointError) -> String {
        if let known = strings[slice] { return known }
        let text: String? = graph.file.withBytes { bytes in
            let part = bytes[graph.range(slice)]
            if let text = String(validating: part, as: UTF8.self) { return text }
            guard case .string = item else { return nil }
            return String(String.UnicodeScalarView(part.map { Unicode.Scalar($0) }))
        }
        guard let text else { throw unexpected("text in UTF-8") }
        strings[slice] = text
        return text
    }

    func unexpected(_ expected: String) -> CheckpointError {
        CheckpointError(
            file: graph.file.name,
            problem: .unexpectedObject(place: place, expected: expected))
    }

    /// The keys that lead to the value being read, for messages.
    var place: String { path.joined(separator: ".") }
}

extension PickleGlobal {
    /// Module and name of what may remain as an object.
    var pythonName: (module: String, name: String) {
        switch self {
        case .namespace: ("argparse", "Namespace")
        case .network: ("dnnlib.tflib.network", "Network")
        case .persistentObject: ("torch_utils.persistence", "_reconstruct_persistent_obj")
        case .elementType(let type): ("torch", type.rawValue)
        case .storage(let type): ("torch", "\(type.rawValue) storage")
        default: ("builtins", "\(self)")
        }
    }
}
