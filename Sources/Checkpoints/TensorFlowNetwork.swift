/// A `Network` of NVIDIA's TensorFlow repositories: its variables, and those of its components behind the
/// components' names.
///
/// Source: `dnnlib/tflib/network.py` of NVlabs/stylegan and NVlabs/stylegan2, `__getstate__`.
struct TensorFlowNetwork {
    private(set) var tensors: [(name: String, tensor: CheckpointTensor)] = []
    private(set) var attributes: [String: CheckpointValue] = [:]
    private let file: String
    private let path: String

    init(_ state: CheckpointValue, file: String, path: String) throws(CheckpointError) {
        self.file = file
        self.path = path
        attributes = try collect(state, prefix: "")
    }

    /// Takes the variables of a network and returns its settings.
    private mutating func collect(
        _ state: CheckpointValue, prefix: String
    ) throws(CheckpointError) -> [String: CheckpointValue] {
        guard let variables = state["variables"]?.elements else {
            throw unexpected(prefix + "variables", "a list")
        }
        for variable in variables {
            guard let pair = variable.elements, pair.count == 2, let name = pair[0].string else {
                throw unexpected(prefix + "variables", "pairs of name and value")
            }
            guard let tensor = pair[1].tensor ?? number(pair[1], prefix + name) else {
                throw unexpected(prefix + name, "an array")
            }
            tensors.append((prefix + name, tensor))
        }
        var settings: [String: CheckpointValue] = [:]
        for field in ["name", "version", "build_func_name", "static_kwargs"] {
            settings[field] = state[field]
        }
        var components: [CheckpointValue.Entry] = []
        for component in state["components"]?.entries ?? [] {
            guard case .object(let object) = component.value else {
                throw unexpected(prefix + component.name, "a network")
            }
            let inner = try collect(object.state, prefix: "\(prefix)\(component.name)/")
            let entries = inner.sorted { $0.key < $1.key }
                .map { CheckpointValue.Entry(key: .string($0.key), value: $0.value) }
            components.append(.init(key: .string(component.name), value: .dictionary(entries)))
        }
        settings["components"] = .dictionary(components)
        return settings
    }

    /// A single number, which NumPy does not pickle as an array, as a tensor without extents.
    private func number(_ value: CheckpointValue, _ name: String) -> CheckpointTensor? {
        guard let number = value.double ?? value.bool.map({ $0 ? 1 : 0 }) else { return nil }
        let bytes = withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) }
        let storage = NumberStorage(
            file: file, elementType: .float64, count: 1,
            source: .bytes(FileBytes(bytes, name: file), start: 0))
        return try? CheckpointTensor(name: name, shape: [], storage: storage)
    }

    private func unexpected(_ place: String, _ expected: String) -> CheckpointError {
        CheckpointError(
            file: file, problem: .unexpectedObject(place: "\(path)/\(place)", expected: expected))
    }
}
