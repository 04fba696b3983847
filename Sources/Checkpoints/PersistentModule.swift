/// A PyTorch module that was pickled with its source: its tensors in the order and under the names of its
/// state dictionary.
///
/// Source: `torch_utils/persistence.py` of NVlabs/stylegan2-ada-pytorch; `torch.nn.Module.state_dict`.
struct PersistentModule {
    private(set) var tensors: [(name: String, tensor: CheckpointTensor)] = []
    let attributes: [String: CheckpointValue]
    private let file: String
    private let path: String

    init(_ object: CheckpointObject, file: String, path: String) throws(CheckpointError) {
        self.file = file
        self.path = path
        var attributes: [String: CheckpointValue] = ["class_name": .string(object.name)]
        for entry in object.state.entries ?? [] {
            switch entry.name {
            case "_init_args": attributes["init_args"] = entry.value
            case "_init_kwargs": attributes["init_kwargs"] = entry.value
            case let name where !name.hasPrefix("_") && entry.value.isPlain: attributes[name] = entry.value
            default: break
            }
        }
        self.attributes = attributes
        try collect(.object(object), prefix: "")
    }

    private mutating func collect(_ module: CheckpointValue, prefix: String) throws(CheckpointError) {
        let passing = Set(module["_non_persistent_buffers_set"]?.elements?.compactMap(\.string) ?? [])
        for field in ["_parameters", "_buffers"] {
            for entry in try entries(of: module, field, prefix)
            where field == "_parameters" || !passing.contains(entry.name) {
                switch entry.value {
                case .tensor(let tensor): tensors.append((prefix + entry.name, tensor))
                case .none: break
                default: throw unexpected(prefix + entry.name, "a tensor")
                }
            }
        }
        for entry in try entries(of: module, "_modules", prefix) {
            if case .none = entry.value { continue }
            try collect(entry.value, prefix: "\(prefix)\(entry.name).")
        }
    }

    private func entries(
        of module: CheckpointValue, _ field: String, _ prefix: String
    ) throws(CheckpointError) -> [(name: String, value: CheckpointValue)] {
        guard let entries = module[field]?.entries else { throw unexpected(prefix + field, "a dictionary") }
        return entries
    }

    private func unexpected(_ place: String, _ expected: String) -> CheckpointError {
        CheckpointError(
            file: file, problem: .unexpectedObject(place: "\(path).\(place)", expected: expected))
    }
}
