import Foundation

/// A bare JPEG with what stands beside its pixels, in segments behind the first: EXIF, XMP, the profile, IPTC records.
///
/// A segment holds 64 KB. EXIF and IPTC data that are larger stay away; of XMP our own statement stays.
///
/// Source: ITU-T T.81, annex B; Exif 2.32, 4.7; ISO 16684-3, 1.1.3; ICC.1:2010, annex B.4.
func jpegFile(_ encoded: Data, _ metadata: FileMetadata) -> Data? {
    let bytes = [UInt8](encoded.prefix(20))
    guard bytes.count == 20, bytes.starts(with: [0xFF, 0xD8]) else { return nil }
    var added: [UInt8] = []
    func add(_ marker: UInt8, _ content: [UInt8]) {
        let length = content.count + 2
        guard length <= 0xFFFF else { return }
        added += [0xFF, marker, UInt8(length >> 8), UInt8(length & 0xFF)] + content
    }
    if let exif = metadata.exif { add(0xE1, Array("Exif\0\0".utf8) + exif.bytes) }
    let head = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    let packets = [metadata.xmp, metadata.statement].compactMap { $0.map { Array($0.utf8) } }
    if let packet = packets.first(where: { $0.count + head.count + 2 <= 0xFFFF }) { add(0xE1, head + packet) }
    if let profile = metadata.profile {
        let most = 0xFFFF - 2 - 14
        let parts = (profile.count + most - 1) / most
        for part in 0..<(parts <= 255 ? parts : 0) {
            let content = profile[part * most..<min((part + 1) * most, profile.count)]
            add(0xE2, Array("ICC_PROFILE\0".utf8) + [UInt8(part + 1), UInt8(parts)] + content)
        }
    }
    if let records = metadata.iptc {
        let header =
            Array("Photoshop 3.0\08BIM".utf8) + [4, 4, 0, 0] + bigEndian(UInt32(records.bytes.count))
        add(0xED, header + records.bytes + (records.bytes.count % 2 == 1 ? [0] : []))
    }
    var file = encoded
    // JFIF's own segment comes first.
    let isJFIF = bytes[2] == 0xFF && bytes[3] == 0xE0
    let start = isJFIF ? 4 + (Int(bytes[4]) << 8 | Int(bytes[5])) : 2
    guard start <= file.count else { return nil }
    file.insert(contentsOf: added, at: file.startIndex + start)
    return file
}
