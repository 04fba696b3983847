import Foundation

/// A bare TIFF with what stands beside its pixels: its directory is written once more at the end, with more entries, and
/// those of EXIF and GPS behind it.
///
/// Source: TIFF 6.0 (Adobe, 1992), section 2; Exif 2.32, 4.6.
func tiffFile(_ encoded: Data, _ metadata: FileMetadata) -> Data? {
    var file = encoded
    if file.count % 2 == 1 { file.append(0) }
    let base = file.count
    // Written on this machine: the lowest byte first.
    let own = encoded.withUnsafeBytes { bytes -> [EXIFData.Entry]? in
        let view = ByteView(bytes: bytes)
        guard view.has("II*\0"), let start = view.number(at: 4, bytes: 4, littleEndian: true) else {
            return nil
        }
        return EXIFData.entries(view, at: start, isLittleEndian: true, valueLimit: view.count)
    }
    guard let own, !own.isEmpty else { return nil }

    var directories = metadata.exif ?? EXIFData()
    // The resolution is the photograph's, everything else about the pixels the encoder's.
    let resolution = [282, 283, 296]
    let isSaid = directories.main.contains { resolution.contains($0.tag) }
    let structure = isSaid ? own.filter { !resolution.contains($0.tag) } : own
    let taken = Set(structure.map(\.tag))
    var added = directories.main.filter { !taken.contains($0.tag) }
    func add(_ tag: Int, type: Int, _ value: [UInt8]) {
        added.append(EXIFData.Entry(tag: tag, type: type, count: value.count, value: value))
    }
    let (byte, undefined) = (1, 7)
    if let xmp = metadata.xmp { add(700, type: byte, Array(xmp.utf8)) }
    if let records = metadata.iptc { add(33723, type: undefined, records.bytes) }
    if let profile = metadata.profile { add(34675, type: undefined, profile) }
    directories.main = structure + added
    guard base <= Int(UInt32.max) - 1 << 27 else { return nil }
    file.replaceSubrange(file.startIndex + 4..<file.startIndex + 8, with: littleEndian(base, 4))
    return file + directories.serialised(at: base)
}
