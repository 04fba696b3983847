/// One of the losses that an expression can name.
public enum LossName: String, CaseIterable, Sendable {
    /// Mean squared difference between the downscaled picture and the target, no less than eps.
    case l2 = "L2"
    /// Ten times the mean absolute difference, no less than ten times eps.
    case l1 = "L1"
    /// How far apart the layers' latents point from each other.
    case geocross = "GEOCROSS"
}

/// A weighted sum of losses, written as PULSE writes it: "100*L2+0.05*GEOCROSS".
///
/// A loss named twice counts with the sum of its weights.
public struct LossExpression: Sendable, Hashable {
    public struct Term: Sendable, Hashable {
        public var weight: Double
        public var name: LossName

        public init(weight: Double, name: LossName) {
            self.weight = weight
            self.name = name
        }
    }

    /// In the order of first mention, each name once.
    public let terms: [Term]

    public static let pulse = LossExpression([
        Term(weight: 100, name: .l2), Term(weight: 0.05, name: .geocross),
    ])

    init(_ terms: [Term]) { self.terms = terms }

    /// - Throws: `LossExpressionError`, with the position of the first character that does not fit.
    public init(_ text: String) throws(LossExpressionError) {
        var scanner = LossScanner(text)
        var terms: [Term] = []
        repeat {
            let start = scanner.skipSpaces()
            let weight = try scanner.number()
            try scanner.expect("*")
            let name = try scanner.name()
            if let known = terms.firstIndex(where: { $0.name == name }) {
                terms[known].weight += weight
                guard terms[known].weight.isFinite else { throw scanner.error(.weightNotFinite, at: start) }
            } else {
                terms.append(Term(weight: weight, name: name))
            }
        } while try scanner.another()
        self.terms = terms
    }
}

/// As its text.
extension LossExpression: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        do {
            try self.init(value.decode(String.self))
        } catch let error as LossExpressionError {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: value.codingPath,
                    debugDescription:
                        "'\(error.text)' is no loss expression from character \(error.position) on",
                    underlyingError: error))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(description)
    }
}

extension LossExpression: CustomStringConvertible {
    public var description: String {
        terms.map { term in
            let whole = Int(exactly: term.weight).map(String.init)
            return "\(whole ?? String(term.weight))*\(term.name.rawValue)"
        }.joined(separator: "+")
    }
}

/// What is wrong with a loss expression, and where.
public struct LossExpressionError: Error, Equatable, Sendable {
    public enum Problem: Equatable, Sendable {
        case numberExpected
        case weightNotFinite
        case starExpected
        case nameExpected
        case unknownName(String)
        case plusExpected
    }

    public let text: String
    /// Of the character that does not fit, counted from 1; one past the end where something is missing.
    public let position: Int
    public let problem: Problem
}

/// Reads an expression from left to right.
private struct LossScanner {
    let text: String
    let characters: [Character]
    var position = 0

    init(_ text: String) {
        self.text = text
        characters = Array(text)
    }

    var current: Character? { position < characters.count ? characters[position] : nil }

    func error(_ problem: LossExpressionError.Problem, at position: Int) -> LossExpressionError {
        LossExpressionError(text: text, position: position + 1, problem: problem)
    }

    /// - Returns: where the next token starts.
    @discardableResult
    mutating func skipSpaces() -> Int {
        while current == " " { position += 1 }
        return position
    }

    mutating func number() throws(LossExpressionError) -> Double {
        let start = skipSpaces()
        takeSign()
        if let character = current, character.isLetter {
            // Some readers take "nan" and "inf" for numbers: say why they are declined here.
            while current?.isLetter == true { position += 1 }
            let word = Double(String(characters[start..<position]))
            throw error(word == nil ? .numberExpected : .weightNotFinite, at: start)
        }
        takeDigits()
        if current == "." {
            position += 1
            takeDigits()
        }
        if current == "e" || current == "E" {
            position += 1
            takeSign()
            takeDigits()
        }
        guard let value = Double(String(characters[start..<position])) else {
            throw error(.numberExpected, at: start)
        }
        guard value.isFinite else { throw error(.weightNotFinite, at: start) }
        return value
    }

    mutating func expect(_ character: Character) throws(LossExpressionError) {
        let start = skipSpaces()
        guard current == character else { throw error(.starExpected, at: start) }
        position += 1
    }

    mutating func name() throws(LossExpressionError) -> LossName {
        let start = skipSpaces()
        while let character = current, character.isLetter || character.isNumber { position += 1 }
        guard position > start else { throw error(.nameExpected, at: start) }
        let name = String(characters[start..<position])
        guard let known = LossName(rawValue: name) else { throw error(.unknownName(name), at: start) }
        return known
    }

    /// Whether a '+' announces another term.
    mutating func another() throws(LossExpressionError) -> Bool {
        let start = skipSpaces()
        guard let character = current else { return false }
        guard character == "+" else { throw error(.plusExpected, at: start) }
        position += 1
        return true
    }

    private mutating func takeSign() {
        if current == "+" || current == "-" { position += 1 }
    }

    private mutating func takeDigits() {
        while let character = current, character.isASCII, character.isNumber { position += 1 }
    }
}
