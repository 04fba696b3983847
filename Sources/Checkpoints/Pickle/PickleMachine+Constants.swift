extension PickleMachine {
    /// Pushes a constant; false if the instruction is of another kind.
    func constant(_ opcode: PickleOpcode) throws(CheckpointError) -> Bool {
        switch opcode {
        case .none: try push(.none)
        case .newTrue: try push(.bool(true))
        case .newFalse: try push(.bool(false))
        case .integer32: try push(.integer(Int(Int32(truncatingIfNeeded: unsigned(4)))))
        case .integer8: try push(.integer(unsigned(1)))
        case .integer16: try push(.integer(unsigned(2)))
        case .long8: try pushLong(unsigned(1))
        case .long32: try pushLong(unsigned(4))
        case .integerLine, .longLine, .doubleLine: try pushNumberLine(opcode)
        case .double:
            let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            try push(.double(Double(bitPattern: bits)))
        default: return try characters(opcode)
        }
        return true
    }

    private func characters(_ opcode: PickleOpcode) throws(CheckpointError) -> Bool {
        switch opcode {
        case .stringLine: try pushQuotedLine()
        case .textLine:
            let range = try line()
            guard isPlain(range) else { throw syntax("plain text") }
            try push(.text(slice(range)))
        case .string8: try push(.string(slice(counted(1))))
        case .string32: try push(.string(slice(counted(4))))
        case .text8: try push(.text(slice(counted(1))))
        case .text32: try push(.text(slice(counted(4))))
        case .text64: try push(.text(slice(counted(8))))
        case .bytes8: try push(.bytes(slice(counted(1))))
        case .bytes32: try push(.bytes(slice(counted(4))))
        case .bytes64, .byteArray64: try push(.bytes(slice(counted(8))))
        default: return false
        }
        return true
    }

    /// The range of bytes whose number stands before them.
    private func counted(_ lengthBytes: Int) throws(CheckpointError) -> Range<Int> {
        let length = try unsigned(lengthBytes)
        let start = position
        _ = try take(length)
        return start..<start + length
    }

    private func slice(_ range: Range<Int>) throws(CheckpointError) -> Int32 {
        guard graph.slices.count < PickleLimits.slices else {
            throw error(.pickleLimit(.slices, limit: PickleLimits.slices))
        }
        graph.slices.append(range)
        return Int32(graph.slices.count - 1)
    }

    /// A two's complement integer of any length.
    private func pushLong(_ count: Int) throws(CheckpointError) {
        guard count <= PickleLimits.integerBytes else {
            throw error(.pickleLimit(.integerBytes, limit: PickleLimits.integerBytes))
        }
        let start = position
        let digits = try take(count)
        guard count <= 8 else { return try push(.long(slice(start..<start + count))) }
        var value: UInt64 = digits.last.map { $0 & 0x80 != 0 ? .max : 0 } ?? 0
        for digit in digits.reversed() { value = value << 8 | UInt64(digit) }
        try push(.integer(Int(Int64(bitPattern: value))))
    }

    private func pushNumberLine(_ opcode: PickleOpcode) throws(CheckpointError) {
        var text = try text(line())
        if opcode == .doubleLine {
            guard let value = Double(text) else { throw syntax("a number") }
            return try push(.double(value))
        }
        if opcode == .integerLine, text == "00" || text == "01" { return try push(.bool(text == "01")) }
        if opcode == .longLine, text.hasSuffix("L") { text.removeLast() }
        guard let value = Int(text) else { throw syntax("an integer of 64 bits") }
        try push(.integer(value))
    }

    /// A string in quotes, as protocol 0 writes it; without escapes.
    private func pushQuotedLine() throws(CheckpointError) {
        let range = try line()
        let quote = bytes[range].first
        guard range.count >= 2, quote == 0x22 || quote == 0x27, bytes[range].last == quote, isPlain(range)
        else {
            throw syntax("a plain string in quotes")
        }
        try push(.string(slice(range.lowerBound + 1..<range.upperBound - 1)))
    }

    /// Whether these bytes are ASCII without a backslash, and so mean themselves.
    private func isPlain(_ range: Range<Int>) -> Bool {
        bytes[range].allSatisfy { $0 < 0x80 && $0 != 0x5C }
    }
}
