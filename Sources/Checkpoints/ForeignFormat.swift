/// What a file is that holds no weights in a format read here, told from its content.
public enum ForeignFormat: Equatable, Sendable {
    // Downloads that went wrong.
    case empty
    case zeros
    case webPage
    case webArchive
    case serverError
    case gitLFSPointer(bytes: Int?)
    case gitAnnexPointer

    // Files around files.
    case compressed(by: String)
    case tar
    case archive(kind: String)

    // Weights of other programs.
    case hdf5, onnx, gguf, ggml, tensorFlowLite, tensorFlowSavedModel, tensorFlowIndex, numPy, matlab

    // What is no weights at all.
    case xml(root: String)
    case json
    case text(start: String)
    case picture(kind: String)
    case document(kind: String)
    case recording
    case program
    case database
    case propertyList
    case appleDouble
    case folderSettings
    case shortcut

    /// What the file is; nil where nothing is known of it, or where it may be a format that is read here.
    public init?(_ file: FileBytes) {
        let known = file.withBytes { bytes in
            Self.downloaded(bytes) ?? Self.marked(bytes) ?? Self.protocolBuffer(bytes) ?? Self.written(bytes)
        }
        guard let known else { return nil }
        self = known
    }

    /// How much of a file is looked at for text.
    static let textLimit = 1 << 16

    private static func downloaded(_ bytes: UnsafeRawBufferPointer) -> ForeignFormat? {
        if bytes.isEmpty { return .empty }
        return bytes.count >= 16 && bytes.prefix(4096).allSatisfy { $0 == 0 } ? .zeros : nil
    }

    // MARK: Marks at fixed places

    private static func marked(_ bytes: UnsafeRawBufferPointer) -> ForeignFormat? {
        for (offset, mark, format) in marks where bytes.dropFirst(offset).starts(with: mark) { return format }
        if bytes.dropFirst(4).starts(with: "ftyp".utf8) {
            let brand = String(decoding: bytes.dropFirst(8).prefix(4), as: UTF8.self)
            return ["heic", "heix", "mif1", "avif", "hevc"].contains(brand)
                ? .picture(kind: "HEIC or AVIF") : .recording
        }
        if bytes.starts(with: "RIFF".utf8) {
            return bytes.dropFirst(8).starts(with: "WEBP".utf8) ? .picture(kind: "WebP") : .recording
        }
        if bytes.starts(with: "BM".utf8), bytes.count >= 26, bytes[6..<10].allSatisfy({ $0 == 0 }) {
            return .picture(kind: "BMP")
        }
        // A table of TensorFlow's `.index` ends with this number.
        if bytes.suffix(8).elementsEqual([0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB]) {
            return .tensorFlowIndex
        }
        return nil
    }

    private static let marks: [(offset: Int, mark: [UInt8], format: ForeignFormat)] = [
        (0, [0x1F, 0x8B, 0x08], .compressed(by: "gzip")), (0, Array("BZh".utf8), .compressed(by: "bzip2")),
        (0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .compressed(by: "xz")),
        (0, [0x28, 0xB5, 0x2F, 0xFD], .compressed(by: "zstd")),
        (0, [0x04, 0x22, 0x4D, 0x18], .compressed(by: "lz4")),
        (0, Array("LZIP".utf8), .compressed(by: "lzip")),
        (257, Array("ustar".utf8), .tar), (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .archive(kind: "7-Zip")),
        (0, Array("Rar!".utf8) + [0x1A, 0x07], .archive(kind: "RAR")),
        (0, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], .hdf5), (0, Array("GGUF".utf8), .gguf),
        (0, Array("lmgg".utf8), .ggml), (0, Array("tjgg".utf8), .ggml), (0, Array("fmgg".utf8), .ggml),
        (4, Array("TFL3".utf8), .tensorFlowLite), (0, [0x93] + Array("NUMPY".utf8), .numPy),
        (0, Array("MATLAB ".utf8), .matlab),
        (0, [0x89, 0x50, 0x4E, 0x47], .picture(kind: "PNG")),
        (0, [0xFF, 0xD8, 0xFF], .picture(kind: "JPEG")),
        (0, Array("GIF8".utf8), .picture(kind: "GIF")),
        (0, [0x49, 0x49, 0x2A, 0x00], .picture(kind: "TIFF")),
        (0, [0x4D, 0x4D, 0x00, 0x2A], .picture(kind: "TIFF")), (0, Array("8BPS".utf8), .picture(kind: "PSD")),
        (0, Array("%PDF".utf8), .document(kind: "PDF")),
        (0, Array("%!PS".utf8), .document(kind: "PostScript")),
        (0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1], .document(kind: "Office")),
        (0, Array("{\\rtf".utf8), .document(kind: "RTF")),
        (0, [0x1A, 0x45, 0xDF, 0xA3], .recording), (0, Array("OggS".utf8), .recording),
        (0, Array("fLaC".utf8), .recording), (0, Array("ID3".utf8), .recording),
        (0, [0x7F] + Array("ELF".utf8), .program), (0, [0x4D, 0x5A, 0x90, 0x00], .program),
        (0, [0xCF, 0xFA, 0xED, 0xFE], .program), (0, [0xCA, 0xFE, 0xBA, 0xBE], .program),
        (0, Array("SQLite format 3".utf8), .database), (0, Array("bplist0".utf8), .propertyList),
        (0, [0x00, 0x05, 0x16, 0x07], .appleDouble), (0, [0x00, 0x05, 0x16, 0x00], .appleDouble),
        (0, [0x00, 0x00, 0x00, 0x01] + Array("Bud1".utf8), .folderSettings),
        (0, [0x4C, 0x00, 0x00, 0x00, 0x01, 0x14, 0x02, 0x00], .shortcut),
    ]

    // MARK: Protocol buffers

    /// ONNX and TensorFlow's SavedModel have no mark: a version comes first, then known fields.
    private static func protocolBuffer(_ bytes: UnsafeRawBufferPointer) -> ForeignFormat? {
        guard bytes.count > 4, bytes[0] == 0x08, (1...32).contains(bytes[1]) else { return nil }
        var position = 2
        func number() -> Int? {
            var (value, shift) = (0, 0)
            while position < bytes.count, shift < 56 {
                let byte = bytes[position]
                position += 1
                value |= Int(byte & 0x7F) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            return nil
        }
        // ModelProto: a model of whole fields, of which the eighth says which operators it uses; of a file that
        // is cut the graph, the seventh, reaches beyond the end.
        var fields: Set<Int> = []
        while position < bytes.count, fields.count < 64 {
            guard let key = number(), [0, 2].contains(key & 7), let value = number() else { return nil }
            let field = key >> 3
            guard [2, 3, 4, 5, 6, 7, 8, 14, 20, 25].contains(field), (field == 5) == (key & 7 == 0) else {
                return nil
            }
            if field == 2 {
                let text = bytes[position..<min(position + value, bytes.count)]
                // SavedModel has a whole graph where ONNX has the name of the program that wrote it.
                guard value < 256, text.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
                    return value > 16 && bytes[1] == 1 ? .tensorFlowSavedModel : nil
                }
            }
            fields.insert(field)
            if field == 7 { return .onnx }
            if field != 5 {
                guard value <= bytes.count - position else { return nil }
                position += value
            }
        }
        return fields.contains(8) ? .onnx : nil
    }
}
