/// The headers of a BMP file: Windows 2 to 5 and OS/2 1 and 2.
///
/// Source: Microsoft, "Bitmap Storage"; IBM, "Bitmap File Format" (OS/2 2.0).
struct BitmapHeader {
    enum Packing: Equatable { case plain, runs8, runs4, masks }

    var width: Int
    var height: Int
    var isTopDown: Bool
    var bits: Int
    var packing: Packing
    /// Red, green, blue, and alpha or 0, of pixels of 16 and 32 bits.
    var masks: [UInt32]
    /// Red, green and blue of each index.
    var palette: [(UInt8, UInt8, UInt8)] = []
    /// Where the pixels begin.
    var start: Int

    static let sizes = [12, 16, 40, 52, 56, 64, 108, 124]

    init(_ view: ByteView) throws(PictureFault) {
        func number(_ position: Int, _ width: Int) throws(PictureFault) -> Int {
            guard let value = view.number(at: position, bytes: width, littleEndian: true) else {
                throw .cutShort
            }
            return value
        }
        let size = try number(14, 4)
        let isOld = size == 12
        guard view.count >= 14 + size else { throw .cutShort }
        if isOld {
            (width, height) = (try number(18, 2), try number(20, 2))
            (bits, isTopDown) = (try number(24, 2), false)
        } else {
            let (columns, rows) = (view.signed32(at: 18) ?? 0, view.signed32(at: 22) ?? 0)
            (width, height, isTopDown) = (columns, abs(rows), rows < 0)
            bits = try number(28, 2)
        }
        guard width > 0, height > 0 else { throw .damaged("a size of \(width)×\(height)") }

        let code = size > 16 ? try number(30, 4) : 0
        packing = try Self.packing(code, bits: bits, isOS2: size == 64)
        guard !isTopDown || packing == .plain || packing == .masks else {
            throw .damaged("runs of pixels from the top down")
        }
        let isPaletted = bits <= 8
        masks = bits == 16 ? [0x7C00, 0x03E0, 0x001F, 0] : [0xFF0000, 0x00FF00, 0x0000FF, 0]
        var position = 14 + size
        if packing == .masks {
            // The older header is followed by the masks; the newer ones hold them.
            let count = size == 40 ? (code == 6 ? 4 : 3) : size >= 56 ? 4 : 3
            masks = [0, 0, 0, 0]
            for i in 0..<count { masks[i] = UInt32(truncatingIfNeeded: try number(54 + 4 * i, 4)) }
            if size == 40 { position += 4 * count }
        }
        let declared = try number(10, 4)
        start = declared > position ? declared : position
        guard isPaletted else { return }
        let used = size >= 40 ? try number(46, 4) : 0
        let entry = isOld ? 3 : 4
        var colours = used > 0 && used < 1 << bits ? used : 1 << bits
        // Where the file leaves less room than the colours need, it has that many.
        if declared > position { colours = min(colours, (declared - position) / entry) }
        for i in 0..<colours {
            guard let colour = view.slice(position + i * entry..<position + i * entry + 3) else {
                throw .cutShort
            }
            palette.append((colour.bytes[2], colour.bytes[1], colour.bytes[0]))
        }
        if declared <= position { start = position + colours * entry }
    }

    private static func packing(_ code: Int, bits: Int, isOS2: Bool) throws(PictureFault) -> Packing {
        switch (code, bits) {
        case (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (0, 24), (0, 32): return .plain
        case (1, 8): return .runs8
        case (2, 4): return .runs4
        case (3, 16) where !isOS2, (3, 32) where !isOS2, (6, 16), (6, 32): return .masks
        case (4, 0) where !isOS2: throw .notRead("a JPEG inside a BMP")
        case (5, 0): throw .notRead("a PNG inside a BMP")
        case (3, 1) where isOS2, (4, 24) where isOS2: throw .notRead("compression of OS/2")
        default: throw .damaged("\(bits) bits a pixel with compression \(code)")
        }
    }
}

/// Whether a file begins as a BMP of a known kind.
func isBitmap(_ view: ByteView) -> Bool {
    guard view.has("BM"), let size = view.number(at: 14, bytes: 4, littleEndian: true) else { return false }
    return BitmapHeader.sizes.contains(size)
}

/// What is wrong with a picture that is read here.
enum PictureFault: Error, Equatable {
    case cutShort
    case damaged(String)
    /// A variant that is not read.
    case notRead(String)
    case tooManyPixels(width: Int, height: Int)
}
