/// A name that a pickle may refer to. The list is closed: a name that is not here is refused, and what is here
/// only tells the reader what the values around it mean; nothing is ever called.
enum PickleGlobal: Hashable {
    // Python itself.
    case orderedDictionary, set, list, dictionary, tuple, bytes, byteArray
    case object, reconstructor, newObject, encode
    case namespace

    // NumPy.
    case array, dataType, arrayReconstruct, arrayFromBuffer, scalar

    // PyTorch.
    case rebuildTensor, rebuildTensorV2, rebuildTensorV3, rebuildParameter, rebuildParameterWithState
    case rebuildFromType, tensorClass, parameterClass
    case loadFromBytes, storage(ElementType), untypedStorage, elementType(ElementType)
    case size, device

    // NVIDIA's StyleGAN repositories.
    case persistentObject, easyDictionary, network

    /// The meaning of a name, or nil for every name that weights have no use for.
    init?(module: String, name: String) {
        if let global = Self.table["\(module) \(name)"] {
            self = global
        } else if module == "torch", let type = Self.torchTypes[name] {
            self = .elementType(type)
        } else if module == "torch" || module == "torch.cuda", name.hasSuffix("Storage"),
            let type = Self.torchStorages[String(name.dropLast(7))]
        {
            self = .storage(type)
        } else {
            return nil
        }
    }

    private static let table: [String: PickleGlobal] = {
        var table: [String: PickleGlobal] = [
            "collections OrderedDict": .orderedDictionary,
            "copyreg _reconstructor": .reconstructor, "copy_reg _reconstructor": .reconstructor,
            "copyreg __newobj__": .newObject, "copy_reg __newobj__": .newObject,
            "_codecs encode": .encode,
            "argparse Namespace": .namespace,
            "numpy ndarray": .array, "numpy dtype": .dataType,
            "torch._utils _rebuild_tensor": .rebuildTensor,
            "torch._utils _rebuild_tensor_v2": .rebuildTensorV2,
            "torch._utils _rebuild_tensor_v3": .rebuildTensorV3,
            "torch._utils _rebuild_parameter": .rebuildParameter,
            "torch._utils _rebuild_parameter_with_state": .rebuildParameterWithState,
            "torch._tensor _rebuild_from_type_v2": .rebuildFromType,
            "torch Tensor": .tensorClass, "torch.nn.parameter Parameter": .parameterClass,
            "torch.storage _load_from_bytes": .loadFromBytes,
            "torch.storage UntypedStorage": .untypedStorage, "torch UntypedStorage": .untypedStorage,
            "torch Size": .size, "torch device": .device,
            "torch_utils.persistence _reconstruct_persistent_obj": .persistentObject,
            "dnnlib.util EasyDict": .easyDictionary, "dnnlib EasyDict": .easyDictionary,
            "dnnlib.tflib.network Network": .network,
        ]
        for module in ["builtins", "__builtin__"] {
            let names: [String: PickleGlobal] = [
                "set": .set, "list": .list, "dict": .dictionary, "tuple": .tuple, "bytes": .bytes,
                "bytearray": .byteArray, "object": .object,
            ]
            for (name, global) in names { table["\(module) \(name)"] = global }
        }
        for core in ["numpy.core", "numpy._core"] {
            table["\(core).multiarray _reconstruct"] = .arrayReconstruct
            table["\(core).multiarray scalar"] = .scalar
            table["\(core).numeric _frombuffer"] = .arrayFromBuffer
        }
        return table
    }()

    private static let torchStorages: [String: ElementType] = [
        "Double": .float64, "Float": .float32, "Half": .float16, "BFloat16": .bfloat16, "Long": .int64,
        "Int": .int32, "Short": .int16, "Char": .int8, "Byte": .uint8, "Bool": .bool,
    ]

    private static let torchTypes: [String: ElementType] = [
        "float64": .float64, "float32": .float32, "float16": .float16, "bfloat16": .bfloat16,
        "float8_e4m3fn": .float8E4M3, "float8_e5m2": .float8E5M2, "int64": .int64, "int32": .int32,
        "int16": .int16, "int8": .int8, "uint64": .uint64, "uint32": .uint32, "uint16": .uint16,
        "uint8": .uint8, "bool": .bool,
    ]
}
