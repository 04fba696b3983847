/// Whether a file begins as a PBM, PGM or PPM, in text or in bytes.
func isPortableAnymap(_ view: ByteView) -> Bool {
    guard view[0] == UInt8(ascii: "P"), let kind = view[1],
        (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(kind),
        let next = view[2]
    else { return false }
    var reader = AnymapReader(view: view, position: 2)
    return (isSpace(next) || next == hash) && (try? reader.number()) != nil
}

/// Decodes a PBM, PGM or PPM file: the first picture in it.
///
/// Source: the manual pages of Netpbm. Its levels are taken for sRGB, as every program does.
/// - Parameter limit: most pixels.
func decodePortableAnymap(_ view: ByteView, limit: Int) throws(PictureFault) -> Picture {
    var reader = AnymapReader(view: view, position: 2)
    let kind = (view[1] ?? 0) - UInt8(ascii: "0")
    let (isText, isBilevel, isColour) = (kind <= 3, kind == 1 || kind == 4, kind == 3 || kind == 6)
    let (width, height) = (try reader.number(), try reader.number())
    guard width > 0, height > 0 else { throw .damaged("a size of \(width)×\(height)") }
    guard width <= limit / height else { throw .tooManyPixels(width: width, height: height) }
    let peak = isBilevel ? 1 : try reader.number()
    guard (1...65535).contains(peak) else { throw .damaged("a maximum of \(peak)") }

    let samples = width * height * (isColour ? 3 : 1)
    var levels: [UInt8]
    if isText {
        // No sample takes less than a byte, so that a short file claims no memory.
        guard samples <= view.count else { throw .cutShort }
        levels = []
        levels.reserveCapacity(samples)
        for _ in 0..<samples {
            levels.append(try level(isBilevel ? try reader.bit() : try reader.number(), peak))
        }
    } else {
        // One white character ends the header.
        guard let data = view.slice(from: reader.position + 1) else { throw .cutShort }
        levels = try isBilevel ? bits(data, width, height) : numbers(data, samples, peak)
    }
    if isBilevel { for i in levels.indices { levels[i] = 255 - levels[i] } }
    return Picture(width: width, height: height, pixels: isColour ? levels : tripled(levels))
}

private func tripled(_ levels: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: levels.count * 3) { buffer, count in
        for i in levels.indices {
            (buffer[3 * i], buffer[3 * i + 1], buffer[3 * i + 2]) = (levels[i], levels[i], levels[i])
        }
        count = levels.count * 3
    }
}

private func level(_ value: Int, _ peak: Int) throws(PictureFault) -> UInt8 {
    guard value <= peak else { throw .damaged("a level of \(value), more than \(peak)") }
    return UInt8((value * 255 + peak / 2) / peak)
}

private func numbers(_ data: ByteView, _ samples: Int, _ peak: Int) throws(PictureFault) -> [UInt8] {
    let width = peak < 256 ? 1 : 2
    guard samples * width <= data.count else { throw .cutShort }
    var levels: [UInt8] = []
    levels.reserveCapacity(samples)
    for i in 0..<samples {
        let value = width == 1 ? Int(data.bytes[i]) : Int(data.bytes[2 * i]) << 8 | Int(data.bytes[2 * i + 1])
        levels.append(try level(value, peak))
    }
    return levels
}

private func bits(_ data: ByteView, _ width: Int, _ height: Int) throws(PictureFault) -> [UInt8] {
    let stride = (width + 7) / 8
    guard stride * height <= data.count else { throw .cutShort }
    var levels: [UInt8] = []
    levels.reserveCapacity(width * height)
    for y in 0..<height {
        for x in 0..<width { levels.append(data.bytes[y * stride + x / 8] >> (7 - x % 8) & 1 == 1 ? 255 : 0) }
    }
    return levels
}

private let hash = UInt8(ascii: "#")

private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

/// Reads decimal numbers between white space and comments.
private struct AnymapReader {
    let view: ByteView
    var position: Int

    /// A number that is followed by anything but a digit.
    mutating func number() throws(PictureFault) -> Int {
        skipSpace()
        var value = 0
        let start = position
        while let byte = view[position], (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            position += 1
            guard value <= Int32.max else { throw .damaged("a number too large") }
        }
        if position == start { throw position >= view.count ? .cutShort : .damaged("a number is missing") }
        return value
    }

    /// A 0 or 1, which need not be set apart.
    mutating func bit() throws(PictureFault) -> Int {
        skipSpace()
        guard let byte = view[position] else { throw .cutShort }
        guard byte == UInt8(ascii: "0") || byte == UInt8(ascii: "1") else {
            throw .damaged("a bit is missing")
        }
        position += 1
        return Int(byte - UInt8(ascii: "0"))
    }

    private mutating func skipSpace() {
        while let byte = view[position], isSpace(byte) || byte == hash {
            if byte == hash {
                while let next = view[position], next != 10 && next != 13 { position += 1 }
            } else {
                position += 1
            }
        }
    }
}
