import Foundation

/// A bare WebP with what stands beside its pixels: the profile before them, EXIF and XMP behind.
///
/// Source: WebP container specification, "Extended file format".
func webPFile(_ encoded: Data, _ metadata: FileMetadata, width: Int, height: Int, hasAlpha: Bool) -> Data? {
    guard metadata.profile != nil || metadata.exif != nil || metadata.xmp != nil else { return encoded }
    let content = encoded.withUnsafeBytes { bytes -> (flags: UInt8, chunks: Data)? in
        let view = ByteView(bytes: bytes)
        guard view.has("RIFF"), view.has("WEBP", at: 8) else { return nil }
        var (flags, chunks): (UInt8, Data) = (hasAlpha ? 0x10 : 0, Data())
        var position = 12
        while let size = view.number(at: position + 4, bytes: 4, littleEndian: true) {
            let end = position + 8 + size
            guard end <= view.count else { return nil }
            if view.has("VP8X", at: position) {
                // Alpha and animation stay as they are said to be.
                flags |= (view[position + 8] ?? 0) & 0x12
            } else if ["VP8 ", "VP8L", "ALPH", "ANIM", "ANMF"].contains(where: { view.has($0, at: position) })
            {
                chunks += bytes[position..<end]
                if size % 2 == 1 { chunks.append(0) }
            }
            position = end + size % 2
        }
        return (flags, chunks)
    }
    guard let content, !content.chunks.isEmpty else { return nil }
    var flags = content.flags

    func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        Array(type.utf8) + littleEndian(content.count, 4) + content + (content.count % 2 == 1 ? [0] : [])
    }
    if metadata.profile != nil { flags |= 0x20 }
    if metadata.exif != nil { flags |= 0x08 }
    if metadata.xmp != nil { flags |= 0x04 }
    let canvas = littleEndian(width - 1, 3) + littleEndian(height - 1, 3)
    var body = Data(Array("WEBP".utf8) + chunk("VP8X", [flags, 0, 0, 0] + canvas))
    if let profile = metadata.profile { body += chunk("ICCP", profile) }
    body += content.chunks
    if let exif = metadata.exif { body += chunk("EXIF", exif.bytes) }
    if let xmp = metadata.xmp { body += chunk("XMP ", Array(xmp.utf8)) }
    return Data(Array("RIFF".utf8) + littleEndian(body.count, 4)) + body
}

/// A whole number, the lowest byte first.
func littleEndian(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
