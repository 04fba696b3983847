import Files

/// A pattern of paths as shells have them: `*`, `?`, `[a-z]` and `[!a-z]` within a name, `**` for folders of any depth,
/// `\` before a character that means itself.
///
/// A name that begins with a dot is matched by a part that begins with one only.
public struct GlobPattern: Sendable {
    /// The folder in front of the first part that is no plain name.
    public let base: FilePath
    let parts: [Part]

    enum Part: Sendable {
        /// `**`: any number of names.
        case folders
        case name(NamePattern)
    }

    /// - Returns: nil for a path in which nothing is a pattern.
    public init?(_ path: FilePath) {
        let bytes = path.bytes
        let names = bytes.split(separator: UInt8(ascii: "/")).map { NamePattern(Array($0)) }
        guard let first = names.firstIndex(where: { $0.isPattern }) else { return nil }
        let start: FilePath = bytes.first == UInt8(ascii: "/") ? "/" : ""
        let base = names[..<first].reduce(start) { $0.appending(bytes: $1.literal) }
        self.base = base.isEmpty ? "." : base
        parts = names[first...].map { $0.isFolders ? .folders : .name($0) }
    }

    /// Where the pattern can stand before the first name: the numbers of the parts that come next.
    var start: Set<Int> { reachable([0]) }

    /// Where the pattern can stand behind a further name; empty where it does not match.
    func states(after name: [UInt8], from states: Set<Int>) -> Set<Int> {
        let characters = NamePattern.characters(name)
        var next: Set<Int> = []
        for state in states where state < parts.count {
            switch parts[state] {
            case .folders: if name.first != UInt8(ascii: ".") { next.insert(state) }
            case .name(let pattern): if pattern.matches(characters) { next.insert(state + 1) }
            }
        }
        return reachable(next)
    }

    /// Whether a path that led here is matched.
    func isMatch(_ states: Set<Int>) -> Bool { states.contains(parts.count) }

    /// `**` stands for no folder as well.
    private func reachable(_ states: Set<Int>) -> Set<Int> {
        var result = states
        for state in states {
            var next = state
            while next < parts.count, case .folders = parts[next] {
                next += 1
                result.insert(next)
            }
        }
        return result
    }
}

/// The part of a pattern between two slashes.
struct NamePattern: Sendable {
    enum Element: Sendable, Equatable {
        case character(UInt32)
        case any
        case run
        case set([ClosedRange<UInt32>], isNegated: Bool)
    }

    let elements: [Element]
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var rest = NamePattern.characters(bytes)[...]
        var elements: [Element] = []
        while let first = rest.popFirst() {
            switch Unicode.Scalar(first) {
            case "*"?: elements.append(.run)
            case "?"?: elements.append(.any)
            case "["?: elements.append(NamePattern.set(&rest) ?? .character(first))
            case "\\"?: elements.append(.character(rest.popFirst() ?? first))
            default: elements.append(.character(first))
            }
        }
        self.elements = elements
    }

    var isFolders: Bool { bytes == Array("**".utf8) }

    var isPattern: Bool {
        elements.contains { if case .character = $0 { false } else { true } }
    }

    /// Of a part that is no pattern, the name that it stands for.
    var literal: [UInt8] {
        elements.flatMap { element -> [UInt8] in
            guard case .character(let value) = element else { return [] }
            if value >= 0x11_0000 { return [UInt8(value - 0x11_0000)] }
            return Unicode.Scalar(value).map { Array(String(Character($0)).utf8) } ?? []
        }
    }

    /// A name's Unicode scalars; bytes that are not UTF-8 lie behind them, so that each is a character of its own.
    static func characters(_ bytes: [UInt8]) -> [UInt32] {
        var result: [UInt32] = []
        var rest = bytes[...]
        while let first = rest.first {
            let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            let piece = rest.prefix(length)
            if let text = String(validating: piece, as: UTF8.self), let scalar = text.unicodeScalars.first {
                result.append(scalar.value)
                rest = rest.dropFirst(length)
            } else {
                result.append(0x11_0000 + UInt32(first))
                rest = rest.dropFirst()
            }
        }
        return result
    }

    func matches(_ name: [UInt32]) -> Bool {
        if name.first == Mark.dot, elements.first != .character(Mark.dot) { return false }
        // One point to return to is enough: a later run can take whatever an earlier one could.
        var (position, element) = (0, 0)
        var last: (position: Int, element: Int)?
        while position < name.count {
            if element < elements.count {
                if elements[element] == .run {
                    element += 1
                    last = (position, element)
                    continue
                }
                if elements[element].matches(name[position]) {
                    position += 1
                    element += 1
                    continue
                }
            }
            guard let point = last else { return false }
            last = (point.position + 1, point.element)
            (position, element) = (point.position + 1, point.element)
        }
        return elements[element...].allSatisfy { $0 == .run }
    }

    /// Reads what stands behind a bracket; nil where it is never closed, and the bracket then a character.
    private static func set(_ rest: inout ArraySlice<UInt32>) -> Element? {
        var body = rest
        let isNegated = body.first == Mark.not || body.first == Mark.caret
        if isNegated { body.removeFirst() }
        var ranges: [ClosedRange<UInt32>] = []
        while let first = body.popFirst() {
            if first == Mark.close && !ranges.isEmpty {
                rest = body
                return .set(ranges, isNegated: isNegated)
            }
            if body.first == Mark.dash, let end = body.dropFirst().first, end != Mark.close {
                body.removeFirst(2)
                ranges.append(min(first, end)...max(first, end))
            } else {
                ranges.append(first...first)
            }
        }
        return nil
    }
}

extension NamePattern.Element {
    fileprivate func matches(_ character: UInt32) -> Bool {
        switch self {
        case .character(let other): other == character
        case .any, .run: true
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(character) } != isNegated
        }
    }
}

private enum Mark {
    static let dot = Unicode.Scalar(".").value
    static let not = Unicode.Scalar("!").value
    static let caret = Unicode.Scalar("^").value
    static let dash = Unicode.Scalar("-").value
    static let close = Unicode.Scalar("]").value
}
