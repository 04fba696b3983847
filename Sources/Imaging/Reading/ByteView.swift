/// The bytes of a file, read at positions that the file itself names: what lies outside is nil, never a trap.
struct ByteView {
    let bytes: UnsafeRawBufferPointer

    var count: Int { bytes.count }

    subscript(position: Int) -> UInt8? { bytes.indices.contains(position) ? bytes[position] : nil }

    /// The bytes of a range that lies inside.
    func slice(_ range: Range<Int>) -> ByteView? {
        guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
        return ByteView(bytes: UnsafeRawBufferPointer(rebasing: bytes[range]))
    }

    func slice(from start: Int) -> ByteView? { start <= count ? slice(start..<count) : nil }

    /// An unsigned number of 1, 2, 4 or 8 bytes; nil where it is larger than `Int` holds, too.
    func number(at position: Int, bytes width: Int, littleEndian: Bool = false) -> Int? {
        guard position >= 0, position <= count - width else { return nil }
        var value: UInt64 = 0
        for i in 0..<width {
            value = value << 8 | UInt64(bytes[littleEndian ? position + width - 1 - i : position + i])
        }
        return Int(exactly: value)
    }

    /// A signed number of 32 bits, the lowest byte first.
    func signed32(at position: Int) -> Int? {
        number(at: position, bytes: 4, littleEndian: true).map { Int(Int32(truncatingIfNeeded: $0)) }
    }

    func has(_ text: String, at position: Int = 0) -> Bool { has(Array(text.utf8), at: position) }

    func has(_ magic: [UInt8], at position: Int = 0) -> Bool {
        guard position >= 0, position <= count - magic.count else { return false }
        return bytes[position..<position + magic.count].elementsEqual(magic)
    }
}
