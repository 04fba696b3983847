import Foundation

/// As much of JSON Schema as this project's schemas use. A keyword that is not known here is an error, never passed over.
///
/// Source: JSON Schema, draft 2020-12.
public struct JSONSchema {
    public struct Unknown: Error, CustomStringConvertible {
        public var description: String
    }

    private let root: [String: Any]

    public init(contentsOf url: URL) throws {
        let value = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
        guard let root = value as? [String: Any] else { throw Unknown(description: "no schema: \(url.path)") }
        self.root = root
    }

    /// What is wrong with a document, each with its place in it; nothing where it is valid.
    public func faults(of document: Data) throws -> [String] {
        var faults: [String] = []
        try check(JSONSerialization.jsonObject(with: document), against: root, at: "", &faults)
        return faults
    }

    private func check(_ value: Any, against schema: Any, at place: String, _ faults: inout [String]) throws {
        guard let schema = schema as? [String: Any] else {
            if schema as? Bool == false { faults.append("\(place): not allowed") }
            return
        }
        for (keyword, argument) in schema {
            switch keyword {
            case "$schema", "$id", "$defs", "title", "description": continue
            case "$ref": try check(value, against: definition(argument), at: place, &faults)
            case "anyOf":
                let all = argument as? [Any] ?? []
                let holds = try all.contains { option in
                    var inner: [String] = []
                    try check(value, against: option, at: place, &inner)
                    return inner.isEmpty
                }
                if !holds { faults.append("\(place): none of what it may be") }
            case "additionalProperties": try checkOthers(value, argument, schema, at: place, &faults)
            case "properties":
                for (name, inner) in argument as? [String: Any] ?? [:] {
                    guard let member = (value as? [String: Any])?[name] else { continue }
                    try check(member, against: inner, at: "\(place)/\(name)", &faults)
                }
            case "items":
                for (index, item) in (value as? [Any] ?? []).enumerated() {
                    try check(item, against: argument, at: "\(place)/\(index)", &faults)
                }
            default:
                if try !holds(keyword, argument, of: value) { faults.append("\(place): \(keyword)") }
            }
        }
    }

    private func definition(_ reference: Any) throws -> Any {
        let prefix = "#/$defs/"
        guard let reference = reference as? String, reference.hasPrefix(prefix),
            let found = (root["$defs"] as? [String: Any])?[String(reference.dropFirst(prefix.count))]
        else { throw Unknown(description: "\(reference)") }
        return found
    }

    private func checkOthers(
        _ value: Any, _ argument: Any, _ schema: [String: Any], at place: String, _ faults: inout [String]
    ) throws {
        let known = schema["properties"] as? [String: Any] ?? [:]
        for (name, member) in value as? [String: Any] ?? [:] where known[name] == nil {
            try check(member, against: argument, at: "\(place)/\(name)", &faults)
        }
    }

    private func holds(_ keyword: String, _ argument: Any, of value: Any) throws -> Bool {
        let number = isNumber(value) ? (value as? NSNumber)?.doubleValue : nil
        let limit = (argument as? NSNumber)?.doubleValue ?? 0
        let text = value as? String
        switch keyword {
        case "type":
            let names = argument as? [String] ?? [argument as? String ?? ""]
            return try names.contains { try isOfType($0, value) }
        case "const": return same(value, argument)
        case "enum": return (argument as? [Any] ?? []).contains { same(value, $0) }
        case "required":
            guard let object = value as? [String: Any] else { return true }
            return (argument as? [String] ?? []).allSatisfy { object[$0] != nil }
        case "minimum": return number.map { $0 >= limit } ?? true
        case "maximum": return number.map { $0 <= limit } ?? true
        case "exclusiveMinimum": return number.map { $0 > limit } ?? true
        case "minLength": return text.map { Double($0.unicodeScalars.count) >= limit } ?? true
        case "minItems": return (value as? [Any]).map { Double($0.count) >= limit } ?? true
        case "maxItems": return (value as? [Any]).map { Double($0.count) <= limit } ?? true
        case "pattern":
            let pattern = argument as? String ?? ""
            return text.map { $0.range(of: pattern, options: .regularExpression) != nil } ?? true
        default: throw Unknown(description: "the keyword \(keyword)")
        }
    }

    private func isOfType(_ name: String, _ value: Any) throws -> Bool {
        switch name {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": isBoolean(value)
        case "number": isNumber(value)
        case "integer":
            isNumber(value)
                && (value as? NSNumber).map { $0.doubleValue.rounded() == $0.doubleValue } ?? false
        case "null": value is NSNull
        default: throw Unknown(description: "the type \(name)")
        }
    }

    private func isBoolean(_ value: Any) -> Bool {
        // Foundation reads truth values as numbers of one character.
        (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
    }

    private func isNumber(_ value: Any) -> Bool { value is NSNumber && !isBoolean(value) }

    private func same(_ first: Any, _ second: Any) -> Bool {
        if isBoolean(first) != isBoolean(second) { return false }
        if let first = first as? NSNumber, let second = second as? NSNumber { return first == second }
        return (first as? String).map { $0 == second as? String } ?? false
    }
}
