import CVips
import Files
import Foundation

extension Picture {
    /// The picture as an 8-bit RGB PNG, tagged as sRGB.
    /// - Parameter provenance: written as XMP in an uncompressed `iTXt` chunk before the pixels, where readers
    ///   look for it.
    public func pngData(provenance: Provenance?) throws(PictureError) -> Data {
        var memory: UnsafeMutableRawPointer?
        var count = 0
        var reason = [CChar](repeating: 0, count: 512)
        let status = cvips_encode_png(
            pixels, Int32(width), Int32(height), &memory, &count, &reason, reason.count)
        guard status == CVIPS_OK, let memory else {
            let bytes = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .unencodable(reason: String(decoding: bytes, as: UTF8.self))
        }
        defer { cvips_free(memory) }
        var data = Data(bytes: memory, count: count)
        let perceptual: [UInt8] = [0]
        var added = pngChunk("sRGB", perceptual)
        if let provenance { added += pngText(keyword: "XML:com.adobe.xmp", text: provenance.xmp) }
        data.insert(contentsOf: added, at: pngHeaderEnd)
        return data
    }

    /// Writes the picture as PNG: complete, or not at all.
    /// - Throws: `PictureError` where it cannot be encoded, `FileError` where it cannot be written.
    public func writePNG(to path: FilePath, provenance: Provenance?) throws {
        try writeAtomically(try pngData(provenance: provenance), to: path)
    }

    /// Writes the picture as PNG; see `writePNG(to:provenance:)` for a path.
    public func writePNG(to url: URL, provenance: Provenance?) throws {
        try writeAtomically(try pngData(provenance: provenance), to: url)
    }
}

/// Bytes of the signature and the IHDR chunk, which comes first and is of fixed size.
let pngHeaderEnd = 8 + 4 + 4 + 13 + 4

/// One PNG chunk: length, type, content, CRC over type and content.
func pngChunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    return bigEndian(UInt32(content.count)) + body + bigEndian(crc32(body))
}

/// An international text chunk: uncompressed, with neither language nor translated keyword.
func pngText(keyword: String, text: String) -> [UInt8] {
    let endOfKeyword: UInt8 = 0
    let (compressionFlag, compressionMethod): (UInt8, UInt8) = (0, 0)
    let (endOfLanguage, endOfTranslation): (UInt8, UInt8) = (0, 0)
    let header = [endOfKeyword, compressionFlag, compressionMethod, endOfLanguage, endOfTranslation]
    return pngChunk("iTXt", Array(keyword.utf8) + header + Array(text.utf8))
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

/// CRC-32 as PNG defines it (polynomial EDB88320, reflected).
private func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = .max
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
}
