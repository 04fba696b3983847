/// One network of a checkpoint: its tensors by name, and the settings that were saved with it.
public struct CheckpointNetwork: Sendable {
    public enum Kind: String, Sendable {
        /// PyTorch's or safetensors' flat table of tensors.
        case stateDict
        /// `dnnlib.tflib.network.Network` of NVIDIA's TensorFlow repositories.
        case tensorFlowNetwork
        /// A class that was pickled with its source, of NVIDIA's PyTorch repositories.
        case persistentModule
    }

    /// Where it is in the file, keys joined with dots: empty for the file itself, `g_ema`, `G_ema`, `Gs`.
    public let path: String
    public let kind: Kind
    /// In the order of the file. Names are those of a state dictionary (`synthesis.b4.const`), or TensorFlow's
    /// behind the names of the components (`synthesis/4x4/Const/const`). Each occurs once.
    public let tensors: [(name: String, tensor: CheckpointTensor)]
    /// What was saved beside the tensors: plain numbers and texts; for persistent modules `class_name`,
    /// `init_args` and `init_kwargs`; for TensorFlow `name`, `version`, `build_func_name`, `static_kwargs` and
    /// `components`, the last three also for every component.
    public let attributes: [String: CheckpointValue]

    private let positions: [String: Int]

    init(
        path: String, kind: Kind, tensors: [(name: String, tensor: CheckpointTensor)],
        attributes: [String: CheckpointValue], file: String
    ) throws(CheckpointError) {
        self.path = path
        self.kind = kind
        self.attributes = attributes
        var positions: [String: Int] = [:]
        for (index, item) in tensors.enumerated() {
            guard item.name.utf8.count <= PickleLimits.name else {
                throw CheckpointError(file: file, problem: .nameTooLong(bytes: item.name.utf8.count))
            }
            guard positions.updateValue(index, forKey: item.name) == nil else {
                throw CheckpointError(file: file, problem: .duplicateTensor(item.name))
            }
        }
        self.positions = positions
        self.tensors = tensors.map { item in
            var tensor = item.tensor
            tensor.name = path.isEmpty ? item.name : "\(path).\(item.name)"
            return (item.name, tensor)
        }
    }

    /// The tensor of that name, or nil where there is none.
    public subscript(name: String) -> CheckpointTensor? { positions[name].map { tensors[$0].tensor } }
}
