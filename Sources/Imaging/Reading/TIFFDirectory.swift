/// The first directory of a TIFF file, or of EXIF data, which are one.
///
/// Source: TIFF 6.0 (Adobe, 1992); BigTIFF.
struct TIFFDirectory {
    enum Tag: Int {
        case newSubfileType = 254
        case bitsPerSample = 258
        case compression = 259
        case photometric = 262
        case orientation = 274
        case subdirectories = 330
        case sampleFormat = 339
        case dngVersion = 50706
    }

    private let view: ByteView
    private let isLittleEndian: Bool
    private let isBig: Bool
    /// Where each entry begins, by its tag.
    private var entries: [Int: Int] = [:]

    /// - Returns: nil where the bytes do not begin as a TIFF, or the directory lies outside them.
    init?(_ view: ByteView) {
        guard view.has("II") || view.has("MM") else { return nil }
        self.view = view
        isLittleEndian = view.has("II")
        isBig = view.number(at: 2, bytes: 2, littleEndian: isLittleEndian) == 43
        guard let start = number(at: isBig ? 8 : 4, bytes: isBig ? 8 : 4), start > 0, start < view.count,
            let count = number(at: start, bytes: isBig ? 8 : 2), count <= 4096
        else { return nil }
        let (first, size) = (start + (isBig ? 8 : 2), isBig ? 20 : 12)
        for i in 0..<count {
            guard let tag = number(at: first + i * size, bytes: 2) else { break }
            if entries[tag] == nil { entries[tag] = first + i * size }
        }
    }

    func has(_ tag: Tag) -> Bool { entries[tag.rawValue] != nil }

    /// The numbers of an entry, if they are whole and few.
    func values(_ tag: Tag) -> [Int] {
        guard let entry = entries[tag.rawValue], let type = number(at: entry + 2, bytes: 2),
            let count = number(at: entry + 4, bytes: isBig ? 8 : 4), count > 0, count <= 64,
            let width = [1: 1, 3: 2, 4: 4, 13: 4, 16: 8][type]
        else { return [] }
        let inline = entry + (isBig ? 12 : 8)
        let room = isBig ? 8 : 4
        guard let start = count * width <= room ? inline : number(at: inline, bytes: room), start < view.count
        else {
            return []
        }
        return (0..<count).compactMap { number(at: start + $0 * width, bytes: width) }
    }

    func value(_ tag: Tag) -> Int? { values(tag).first }

    private func number(at position: Int, bytes width: Int) -> Int? {
        view.number(at: position, bytes: width, littleEndian: isLittleEndian)
    }
}

extension TIFFDirectory {
    /// The orientation of EXIF data, which may have their six bytes in front; 1 where it makes no sense.
    static func orientation(ofEXIF view: ByteView) -> Int {
        let isPrefixed = view.has(Array("Exif\0\0".utf8))
        guard let data = view.slice(from: isPrefixed ? 6 : 0), let directory = TIFFDirectory(data),
            let orientation = directory.value(.orientation), (1...8).contains(orientation)
        else { return 1 }
        return orientation
    }

    /// Of which kind of camera file this is, whose first directory shows a thumbnail at best.
    var rawKind: String? {
        if view.has("CR", at: 8) { return "camera raw (CR2)" }
        if has(.dngVersion) { return "camera raw (DNG)" }
        let photometric = value(.photometric)
        // Colour filter array, linear raw.
        if photometric == 32803 || photometric == 34892 { return "camera raw" }
        let isReduced = value(.newSubfileType).map { $0 & 1 == 1 } ?? false
        return isReduced && has(.subdirectories) ? "camera raw" : nil
    }

    /// The samples, where they are of a kind that is not read: it has no black and no white of its own, or not every
    /// libvips can.
    var unscaledSamples: SampleFormat? {
        let bits = values(.bitsPerSample).max() ?? 1
        let photometric = value(.photometric)
        // SGI's LogL and LogLuv.
        if photometric == 32844 || photometric == 32845 {
            return SampleFormat(kind: .logarithmic, bits: bits)
        }
        switch value(.sampleFormat) ?? 1 {
        case 1, 4: return [1, 2, 4, 8, 16].contains(bits) ? nil : SampleFormat(kind: .unsigned, bits: bits)
        case 2:
            let isLab = [8, 9, 10].contains(photometric)
            return isLab ? nil : SampleFormat(kind: .signed, bits: bits)
        case 3:
            // Where 0 is white, 1 need not be black.
            if photometric == 0 { return SampleFormat(kind: .invertedFloat, bits: bits) }
            let isInk = photometric == 5
            return bits == 32 && !isInk ? nil : SampleFormat(kind: .float, bits: bits)
        case 5, 6: return SampleFormat(kind: .complex, bits: bits)
        default: return nil
        }
    }
}

/// What the numbers of a picture are.
public struct SampleFormat: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        case unsigned, signed, float, invertedFloat, complex, logarithmic
    }

    public var kind: Kind
    /// Bits of one number.
    public var bits: Int

    public init(kind: Kind, bits: Int) {
        self.kind = kind
        self.bits = bits
    }
}
