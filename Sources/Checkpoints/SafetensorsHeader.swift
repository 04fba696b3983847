import Foundation

/// One tensor's line in a safetensors header.
struct SafetensorsEntry: Equatable {
    var name: String
    var type: String
    var shape: [Int]
    /// Byte range inside the data section.
    var begin: Int
    var end: Int
}

/// The JSON header of a safetensors file, read strictly: only what the format defines, nothing twice.
///
/// The grammar has a fixed depth, so the reader needs no recursion, and a general JSON reader would not
/// notice a name that occurs twice.
struct SafetensorsHeader {
    private(set) var metadata: [String: String] = [:]
    private(set) var entries: [SafetensorsEntry] = []

    private let bytes: UnsafeRawBufferPointer
    private let file: String
    private var position = 0

    /// - Parameters:
    ///   - bytes: the header alone, without the length before it.
    ///   - file: name for messages.
    /// - Throws: ``CheckpointError`` at the first byte that is not what the format wants.
    init(parsing bytes: UnsafeRawBufferPointer, file: String) throws(CheckpointError) {
        self.bytes = bytes
        self.file = file
        var seen: Set<String> = []
        try expect(UInt8(ascii: "{"))
        skipSpace()
        if peek() == UInt8(ascii: "}") {
            position += 1
        } else {
            repeat {
                skipSpace()
                let name = try string()
                guard seen.insert(name).inserted else { throw error(.duplicateTensor(name)) }
                try colon()
                if name == "__metadata__" { try readMetadata() } else { try readEntry(name) }
            } while try another()
        }
        skipSpace()
        if position < bytes.count { throw syntax("the end of the header") }
    }

    private mutating func readMetadata() throws(CheckpointError) {
        try expect(UInt8(ascii: "{"))
        skipSpace()
        if peek() == UInt8(ascii: "}") {
            position += 1
            return
        }
        repeat {
            skipSpace()
            let key = try string()
            try colon()
            guard metadata.updateValue(try string(), forKey: key) == nil else {
                throw syntax("each metadata key once")
            }
        } while try another()
    }

    private mutating func readEntry(_ name: String) throws(CheckpointError) {
        var (type, shape, offsets): (String?, [Int]?, [Int]?) = (nil, nil, nil)
        try expect(UInt8(ascii: "{"))
        repeat {
            skipSpace()
            let key = try string()
            try colon()
            switch key {
            case "dtype" where type == nil: type = try string()
            case "shape" where shape == nil: shape = try integers()
            case "data_offsets" where offsets == nil: offsets = try integers()
            default: throw syntax("one each of dtype, shape and data_offsets")
            }
        } while try another()
        guard let type, let shape, let offsets, offsets.count == 2 else {
            throw syntax("dtype, shape and two data_offsets")
        }
        entries.append(
            SafetensorsEntry(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1]))
    }

    // MARK: Tokens

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            position += 1
        }
    }

    private mutating func expect(_ byte: UInt8) throws(CheckpointError) {
        guard peek() == byte else { throw syntax("'\(Character(UnicodeScalar(byte)))'") }
        position += 1
    }

    private mutating func colon() throws(CheckpointError) {
        skipSpace()
        try expect(UInt8(ascii: ":"))
        skipSpace()
    }

    /// After one member of an object: true at a comma, false at the closing brace.
    private mutating func another() throws(CheckpointError) -> Bool {
        skipSpace()
        if peek() == UInt8(ascii: ",") {
            position += 1
            return true
        }
        try expect(UInt8(ascii: "}"))
        return false
    }

    /// An array of non-negative integers.
    private mutating func integers() throws(CheckpointError) -> [Int] {
        var values: [Int] = []
        try expect(UInt8(ascii: "["))
        skipSpace()
        if peek() == UInt8(ascii: "]") {
            position += 1
            return values
        }
        while true {
            skipSpace()
            values.append(try integer())
            guard values.count <= 64 else { throw syntax("fewer than 65 numbers") }
            skipSpace()
            if peek() == UInt8(ascii: ",") {
                position += 1
            } else {
                try expect(UInt8(ascii: "]"))
                return values
            }
        }
    }

    private mutating func integer() throws(CheckpointError) -> Int {
        let start = position
        var value = 0
        while let byte = peek(), (0x30...0x39).contains(byte) {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(Int(byte - 0x30))
            guard !overflow, !carry else { throw syntax("a smaller number") }
            value = sum
            position += 1
        }
        guard position > start, position == start + 1 || bytes[start] != 0x30 else {
            position = start
            throw syntax("a non-negative integer")
        }
        return value
    }

    private mutating func string() throws(CheckpointError) -> String {
        try expect(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while let byte = peek(), byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw syntax("no control character inside a string") }
            position += 1
            if byte == UInt8(ascii: "\\") { text += try escape() } else { text.append(byte) }
        }
        try expect(UInt8(ascii: "\""))
        guard let result = String(bytes: text, encoding: .utf8) else { throw syntax("text in UTF-8") }
        return result
    }

    /// What follows a backslash, as UTF-8.
    private mutating func escape() throws(CheckpointError) -> [UInt8] {
        guard let byte = peek() else { throw syntax("an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): break
        default: throw syntax("an escape")
        }
        var code = try hexadecimal()
        if (0xD800..<0xDC00).contains(code) {  // the first half of a surrogate pair
            try expect(UInt8(ascii: "\\"))
            try expect(UInt8(ascii: "u"))
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else { throw syntax("the second half of a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = UnicodeScalar(code) else { throw syntax("a Unicode scalar") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws(CheckpointError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 0x80
            else {
                throw syntax("four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private func syntax(_ expected: String) -> CheckpointError {
        error(.headerSyntax(offset: 8 + position, expected: expected))
    }

    private func error(_ problem: CheckpointError.Problem) -> CheckpointError {
        CheckpointError(file: file, problem: problem)
    }
}
