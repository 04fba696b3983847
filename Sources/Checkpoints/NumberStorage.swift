/// Numbers of one type in a row, somewhere in a file, into which tensors are views.
struct NumberStorage: Sendable {
    enum Source: Sendable {
        /// Bytes of a file from `start` on.
        case bytes(FileBytes, start: Int)
        /// Bytes written as text, one character U+0000…U+00FF each, in UTF-8: `byteCount` bytes of them.
        case latin1(FileBytes, Range<Int>, byteCount: Int)
        /// An entry of an archive.
        case entry(ZipArchive, name: String)
    }

    /// The file, for messages.
    let file: String
    let elementType: ElementType
    /// How many numbers there are.
    let count: Int
    /// Whether they are stored with the most significant byte first.
    var isBigEndian = false
    let source: Source

    var byteCount: Int { count * elementType.byteCount }

    /// The numbers at these positions, little-endian.
    func withBytes<R>(
        of range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> R
    ) throws(CheckpointError) -> R {
        let size = elementType.byteCount
        let bytes = range.lowerBound * size..<range.upperBound * size
        let swapped = isBigEndian && size > 1
        switch source {
        case .bytes(let file, let start):
            return file.withBytes { all in
                let part = UnsafeRawBufferPointer(
                    rebasing: all[start + bytes.lowerBound..<start + bytes.upperBound])
                return swapped ? reversed(part, size).withUnsafeBytes(body) : body(part)
            }
        case .latin1(let file, let text, let count):
            var decoded = file.withBytes { latin1Bytes(UnsafeRawBufferPointer(rebasing: $0[text]), count) }
            if swapped { decoded = decoded.withUnsafeBytes { reversed($0, size) } }
            return decoded.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[bytes])) }
        case .entry(let archive, let name):
            let part = try archive.readStored(name, range: bytes)
            return part.withBytes { swapped ? reversed($0, size).withUnsafeBytes(body) : body($0) }
        }
    }

    /// Every number with its bytes in the opposite order.
    private func reversed(_ bytes: UnsafeRawBufferPointer, _ size: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes.count) { target, filled in
            for i in bytes.indices { target[i] = bytes[i - i % size + (size - 1 - i % size)] }
            filled = bytes.count
        }
    }
}

/// How many bytes a text stands for, one for each character; nil if one is beyond U+00FF or it is not UTF-8.
func latin1Count(_ text: UnsafeRawBufferPointer) -> Int? {
    var (count, position) = (0, 0)
    while position < text.count {
        let byte = text[position]
        if byte >= 0x80 {
            guard byte == 0xC2 || byte == 0xC3, position + 1 < text.count, text[position + 1] & 0xC0 == 0x80
            else { return nil }
            position += 1
        }
        position += 1
        count += 1
    }
    return count
}

/// The bytes that a text stands for; it must have passed ``latin1Count(_:)``.
func latin1Bytes(_ text: UnsafeRawBufferPointer, _ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { target, filled in
        var position = 0
        while position < text.count {
            let byte = text[position]
            if byte >= 0x80 {
                target[filled] = byte << 6 | text[position + 1] & 0x3F
                position += 1
            } else {
                target[filled] = byte
            }
            position += 1
            filled += 1
        }
    }
}
