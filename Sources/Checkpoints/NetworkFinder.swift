/// Finds the networks in the values of a checkpoint, by their layout alone.
struct NetworkFinder {
    let file: String
    private(set) var networks: [CheckpointNetwork] = []
    private(set) var looseTensors: [(name: String, tensor: CheckpointTensor)] = []
    private(set) var otherEntries: [String] = []
    /// Lists of tensors, whose names are lost.
    private(set) var unnamed: [(place: String, count: Int)] = []

    /// How deep dictionaries inside dictionaries are searched.
    private static let depthLimit = 4

    init(file: String) { self.file = file }

    /// Searches the value of a whole file.
    ///
    /// - Parameter attributes: what the file says beside its values.
    mutating func search(
        _ root: CheckpointValue, attributes: [String: CheckpointValue]
    ) throws(CheckpointError) {
        if try take(root, path: [], attributes: attributes) { return }
        let entries: [(name: String, value: CheckpointValue)]
        if case .dictionary(let all) = root {
            entries = all.map { ($0.key.string ?? $0.key.integer.map(String.init) ?? "?", $0.value) }
        } else if let elements = root.elements {
            let names = Self.names(of: elements)
            entries = zip(names, elements).map { (name: $0, value: $1) }
        } else {
            return
        }
        for entry in entries where try !descend(entry.value, path: [entry.name]) {
            otherEntries.append(entry.name)
        }
    }

    /// Names for the elements of a list: those that NVIDIA's triple of networks goes by, or their numbers.
    private static func names(of elements: [CheckpointValue]) -> [String] {
        if elements.count == 3, elements.allSatisfy(\.isTensorFlowNetwork) { return ["G", "D", "Gs"] }
        return elements.indices.map(String.init)
    }

    /// Searches a value; false if nothing was found in it. What lies beside a find is listed.
    private mutating func descend(_ value: CheckpointValue, path: [String]) throws(CheckpointError) -> Bool {
        if try take(value, path: path, attributes: [:]) { return true }
        let place = path.joined(separator: ".")
        if let count = value.elements?.count(where: { $0.tensor != nil }), count > 0 {
            unnamed.append((place, count))
            return false
        }
        guard path.count < Self.depthLimit, let entries = value.entries else { return false }
        var others: [String] = []
        for entry in entries where try !descend(entry.value, path: path + [entry.name]) {
            others.append("\(place).\(entry.name)")
        }
        guard others.count < entries.count else { return false }
        otherEntries += others
        return true
    }

    /// Takes a value that is a network or a tensor; false if it is neither.
    private mutating func take(
        _ value: CheckpointValue, path: [String], attributes: [String: CheckpointValue]
    ) throws(CheckpointError) -> Bool {
        let name = path.joined(separator: ".")
        switch value {
        case .tensor(var tensor):
            tensor.name = name
            looseTensors.append((name, tensor))
        case .object(let object) where value.isTensorFlowNetwork:
            let parts = try TensorFlowNetwork(object.state, file: file, path: name)
            try add(name, .tensorFlowNetwork, parts.tensors, parts.attributes)
        case .object(let object) where value.isPersistentModule:
            let parts = try PersistentModule(object, file: file, path: name)
            try add(name, .persistentModule, parts.tensors, parts.attributes)
        case .dictionary:
            guard let entries = value.entries, value.isStateDictionary else { return false }
            let tensors = entries.compactMap { entry in
                entry.value.tensor.map { (name: entry.name, tensor: $0) }
            }
            let settings = entries.filter { $0.value.tensor == nil }.map { ($0.name, $0.value) }
            otherEntries += settings.map { name.isEmpty ? $0.0 : "\(name).\($0.0)" }
            try add(name, .stateDict, tensors, attributes.merging(settings) { $1 })
        default: return false
        }
        return true
    }

    private mutating func add(
        _ path: String, _ kind: CheckpointNetwork.Kind, _ tensors: [(name: String, tensor: CheckpointTensor)],
        _ attributes: [String: CheckpointValue]
    ) throws(CheckpointError) {
        networks.append(
            try CheckpointNetwork(
                path: path, kind: kind, tensors: tensors, attributes: attributes, file: file))
    }

    /// Checks that the tensors together are not much more than the file: many views into one storage would
    /// otherwise make a small file large.
    func checkTotal(fileSize: Int) throws(CheckpointError) {
        let limit = 16 * fileSize + 64 << 20
        var total = 0
        for tensor in networks.lazy.flatMap(\.tensors) + looseTensors {
            total += tensor.tensor.count * MemoryLayout<Float>.size
            guard total <= limit else {
                throw CheckpointError(file: file, problem: .tensorsExceedFile(bytes: total, limit: limit))
            }
        }
    }
}

extension CheckpointValue {
    fileprivate var isTensorFlowNetwork: Bool {
        guard case .object(let object) = self else { return false }
        return object.module == "dnnlib.tflib.network" && object.name == "Network"
    }

    /// Whether this is an instance of a class pickled with its source, and a PyTorch module.
    fileprivate var isPersistentModule: Bool {
        guard case .object(let object) = self else { return false }
        return object.module == "torch_utils.persistence" && object.state["_parameters"] != nil
    }

    /// Whether this is a table of tensors, with nothing but plain settings among them.
    fileprivate var isStateDictionary: Bool {
        guard let entries else { return false }
        var tensors = 0
        for entry in entries {
            if entry.value.tensor != nil { tensors += 1 } else if !entry.value.isPlain { return false }
        }
        return tensors > 0
    }

    /// Whether this is a single number, text or nothing.
    var isPlain: Bool {
        switch self {
        case .none, .bool, .integer, .double, .string, .bytes: true
        case .list(let values), .tuple(let values): values.allSatisfy { $0.isScalar }
        case .dictionary(let entries): entries.isEmpty
        case .tensor, .object: false
        }
    }

    private var isScalar: Bool {
        switch self {
        case .none, .bool, .integer, .double, .string, .bytes: true
        default: false
        }
    }
}
