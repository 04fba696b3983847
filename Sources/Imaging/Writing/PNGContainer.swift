import Foundation

/// A bare PNG with what stands beside its pixels, before them, where readers look for it: the profile, or that the colours
/// are sRGB's; EXIF; and XMP in an uncompressed `iTXt` chunk.
///
/// Source: PNG (third edition), 11.3.
func pngFile(_ encoded: Data, _ metadata: FileMetadata) -> Data? {
    guard encoded.count > pngHeaderEnd else { return nil }
    var added: [UInt8] = []
    if let profile = metadata.profile {
        let endOfName: UInt8 = 0
        let compressionMethod: UInt8 = 0
        added += pngChunk(
            "iCCP", Array("ICC profile".utf8) + [endOfName, compressionMethod] + zlibStored(profile))
    } else {
        let perceptual: [UInt8] = [0]
        added += pngChunk("sRGB", perceptual)
    }
    if let exif = metadata.exif { added += pngChunk("eXIf", exif.bytes) }
    if let xmp = metadata.xmp { added += pngText(keyword: "XML:com.adobe.xmp", text: xmp) }
    var file = encoded
    file.insert(contentsOf: added, at: file.startIndex + pngHeaderEnd)
    return file
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

func bigEndian(_ value: UInt32) -> [UInt8] {
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

/// A zlib stream of blocks that are stored as they are.
///
/// Source: RFC 1950 and RFC 1951, 3.2.4.
private func zlibStored(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
        let end = min(start + 0xFFFF, bytes.count)
        let length = UInt16(end - start)
        stream.append(end == bytes.count ? 1 : 0)
        for half in [length, ~length] { stream += [UInt8(half & 0xFF), UInt8(half >> 8)] }
        stream += bytes[start..<end]
        start = end
    } while start < bytes.count
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
        low = (low + UInt32(byte)) % 65521
        high = (high + low) % 65521
    }
    return stream + bigEndian(high << 16 | low)
}
