/// A JSON document whose form is not known yet.
enum JSONValue: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let array = try? value.decode([JSONValue].self) {
            self = .array(array)
        } else if let object = try? value.decode([String: JSONValue].self) {
            self = .object(object)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if value.decodeNil() {
            self = .null
        } else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "a number out of range")
        }
    }

    var number: Double? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    var array: [JSONValue]? {
        guard case .array(let array) = self else { return nil }
        return array
    }

    var object: [String: JSONValue]? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    var form: JSONForm {
        switch self {
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .object(let object): .object(keys: object.keys.sorted())
        case .array(let array): JSONValue.form(of: array)
        }
    }

    /// Whether it is a list of two numbers.
    var isPair: Bool { array?.count == 2 && array?.allSatisfy { $0.number != nil } == true }

    private static func form(of array: [JSONValue]) -> JSONForm {
        let count = array.count
        if array.allSatisfy({ $0.number != nil }) { return .numbers(count: count) }
        if array.allSatisfy(\.isPair) { return .pairs(count: count) }
        if array.allSatisfy({ $0.object?["landmarks"] != nil }) { return .faces(count: count) }
        if array.allSatisfy({ $0.array?.isEmpty == false && $0.array?.allSatisfy(\.isPair) == true }) {
            return .faces(count: count)
        }
        if let keys = array.first?.object?.keys.sorted(), array.allSatisfy({ $0.object != nil }) {
            return .objects(count: count, keys: keys)
        }
        if let length = array.first?.array?.count, array.allSatisfy({ $0.array?.count == length }) {
            return .rows(count: count, length: length)
        }
        return .mixed(count: count)
    }
}
