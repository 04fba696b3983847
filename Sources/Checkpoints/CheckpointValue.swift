/// A value of a checkpoint, as data: whatever a class of the original would have done with it is left undone.
public indirect enum CheckpointValue: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case double(Double)
    case string(String)
    /// A byte string; only its length is of interest.
    case bytes(count: Int)
    case list([CheckpointValue])
    case tuple([CheckpointValue])
    /// Keys and values in the order of the file.
    case dictionary([Entry])
    case tensor(CheckpointTensor)
    case object(CheckpointObject)

    public struct Entry: Sendable {
        public let key: CheckpointValue
        public let value: CheckpointValue
    }
}

/// An instance of a class, or the call of a function: its name and what it was given.
public struct CheckpointObject: Sendable {
    /// The module and the name as the file has them, for example `argparse` and `Namespace`.
    public let module: String
    public let name: String
    public let arguments: [CheckpointValue]
    /// Usually a dictionary of the object's fields; none if it was given nothing.
    public let state: CheckpointValue
}

extension CheckpointValue {
    /// The value under a key of a dictionary, or of an object's state; nil if there is none.
    public subscript(key: String) -> CheckpointValue? {
        switch self {
        case .dictionary(let entries): entries.last { $0.key.string == key }?.value
        case .object(let object): object.state[key]
        default: nil
        }
    }

    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    public var integer: Int? {
        if case .integer(let value) = self { value } else { nil }
    }

    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// A number, whole or not.
    public var double: Double? {
        switch self {
        case .double(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    public var tensor: CheckpointTensor? {
        if case .tensor(let tensor) = self { tensor } else { nil }
    }

    /// The elements of a list or tuple.
    public var elements: [CheckpointValue]? {
        switch self {
        case .list(let values), .tuple(let values): values
        default: nil
        }
    }

    /// The entries of a dictionary whose keys are text.
    public var entries: [(name: String, value: CheckpointValue)]? {
        guard case .dictionary(let all) = self else { return nil }
        let named = all.compactMap { entry in entry.key.string.map { (name: $0, value: entry.value) } }
        return named.count == all.count ? named : nil
    }
}
