/// What a file is that is no picture, although it may be called one.
public enum NotAPicture: Equatable, Sendable, CaseIterable {
    /// What macOS writes beside a file, as `._NAME`, on disks that cannot hold its metadata.
    case appleDouble
    /// What the Finder knows of a folder, `.DS_Store`.
    case finderSettings
    case webPage
    /// What Git LFS leaves in the place of a file that it did not fetch.
    case gitPointer
    case text
    case archive
    /// Of Windows or Office.
    case officeDocument
    case film
    case sound
    case program
}

/// What a file of no accepted format seems to be.
enum Resemblance: Equatable {
    /// A picture, or a document that shows one, in a format that is not read.
    case format(String)
    case notAPicture(NotAPicture)

    init?(_ view: ByteView) {
        if let name = declinedFormat(view) {
            self = .format(name)
        } else if let kind = otherKind(view) {
            self = .notAPicture(kind)
        } else if looksLikeTarga(view) {
            self = .format("TGA")
        } else {
            return nil
        }
    }
}

/// Pictures and documents by their first bytes.
private let formats: [(magic: [UInt8], name: String)] = [
    ([0, 0, 0, 12] + Array("JXL ".utf8), "JPEG XL"), ([0xFF, 0x0A], "JPEG XL"),
    ([0, 0, 0, 12] + Array("jP  ".utf8), "JPEG 2000"), ([0xFF, 0x4F, 0xFF, 0x51], "JPEG 2000"),
    (Array("II".utf8) + [0xBC, 1], "JPEG XR"),
    (Array("8BPS".utf8), "Photoshop (PSD)"), (Array("gimp xcf".utf8), "GIMP (XCF)"),
    (Array("%PDF".utf8), "PDF"), (Array("%!PS".utf8), "PostScript (EPS)"),
    ([0xC5, 0xD0, 0xD3, 0xC6], "PostScript (EPS)"),
    ([0, 0, 1, 0], "Windows icon (ICO)"), (Array("icns".utf8), "macOS icon (ICNS)"),
    (Array("DDS ".utf8), "DDS"), ([0x76, 0x2F, 0x31, 0x01], "OpenEXR"),
    (Array("#?RADIANCE".utf8), "Radiance HDR"), (Array("#?RGBE".utf8), "Radiance HDR"),
    (Array("P7\n".utf8), "PAM"), (Array("PF\n".utf8), "PFM"), (Array("Pf\n".utf8), "PFM"),
    (Array("qoif".utf8), "QOI"), (Array("BPG".utf8) + [0xFB], "BPG"), (Array("FLIF".utf8), "FLIF"),
    (Array("farbfeld".utf8), "farbfeld"), (Array("/* XPM".utf8), "XPM"),
    ([0x8A] + Array("MNG".utf8), "MNG"), ([0x8B] + Array("JNG".utf8), "JNG"),
    ([0xD7, 0xCD, 0xC6, 0x9A], "Windows metafile (WMF)"), (Array("SIMPLE  =".utf8), "FITS"),
    (Array("AT&TFORM".utf8), "DjVu"), ([0x01, 0xDA, 0], "SGI"), ([0x01, 0xDA, 1], "SGI"),
    ([0x59, 0xA6, 0x6A, 0x95], "Sun raster"), ([0x0A, 5, 1], "PCX"), ([0x0A, 3, 1], "PCX"),
    ([0x0A, 2, 1], "PCX"),
    (Array("IIRO".utf8), "camera raw (ORF)"), (Array("IIRS".utf8), "camera raw (ORF)"),
    (Array("MMOR".utf8), "camera raw (ORF)"), (Array("IIU\0".utf8), "camera raw (RW2)"),
    (Array("FUJIFILMCCD-RAW".utf8), "camera raw (RAF)"), (Array("FOVb".utf8), "camera raw (X3F)"),
    (Array("\0MRM".utf8), "camera raw (MRW)"),
]

private let kinds: [(magic: [UInt8], kind: NotAPicture)] = [
    ([0, 5, 0x16, 7], .appleDouble), ([0, 5, 0x16, 0], .appleDouble),
    ([0, 0, 0, 1] + Array("Bud1".utf8), .finderSettings),
    (Array("version https://git-lfs".utf8), .gitPointer),
    (Array("PK".utf8) + [3, 4], .archive), (Array("PK".utf8) + [5, 6], .archive), ([0x1F, 0x8B], .archive),
    (Array("Rar!".utf8), .archive), (Array("7z".utf8) + [0xBC, 0xAF], .archive),
    (Array("BZh".utf8), .archive), ([0xFD] + Array("7zXZ".utf8), .archive),
    ([0x28, 0xB5, 0x2F, 0xFD], .archive),
    ([0xD0, 0xCF, 0x11, 0xE0], .officeDocument),
    ([0x1A, 0x45, 0xDF, 0xA3], .film), ([0, 0, 1, 0xBA], .film), ([0, 0, 1, 0xB3], .film),
    (Array("FLV".utf8) + [1], .film), ([0x30, 0x26, 0xB2, 0x75], .film),
    (Array("OggS".utf8), .sound), (Array("ID3".utf8), .sound), (Array("fLaC".utf8), .sound),
    ([0x7F] + Array("ELF".utf8), .program), (Array("MZ".utf8) + [0x90, 0], .program),
    ([0xCF, 0xFA, 0xED, 0xFE], .program),
]

private func declinedFormat(_ view: ByteView) -> String? {
    if view.has("DICM", at: 128) { return "DICOM" }
    if view.has("BA") && view.has("BM", at: 14) { return "OS/2 bitmap array" }
    if brands(view).first == "crx " { return "camera raw (CR3)" }
    if let name = formats.first(where: { view.has($0.magic) })?.name { return name }
    let text = opening(view)
    return text.contains("<svg") ? "SVG" : nil
}

private func otherKind(_ view: ByteView) -> NotAPicture? {
    if view.has("RIFF") && view.has("AVI ", at: 8) { return .film }
    if view.has("RIFF") && view.has("WAVE", at: 8) { return .sound }
    // What is left of this container holds films: MP4, QuickTime, 3GP.
    if view[0] == 0 && ["ftyp", "moov", "mdat", "wide"].contains(where: { view.has($0, at: 4) }) {
        return .film
    }
    if view.has("ustar", at: 257) { return .archive }
    if let kind = kinds.first(where: { view.has($0.magic) })?.kind { return kind }
    let text = opening(view)
    if text.contains("<html") || text.contains("<!doctype html") || text.contains("<head") { return .webPage }
    // The last character may be cut in two.
    let isText = !text.isEmpty && !text.dropLast().contains { $0 == "\u{FFFD}" }
    return isText
        && !text.unicodeScalars.contains { $0.value < 32 && !"\t\n\r\u{C}".unicodeScalars.contains($0) }
        ? .text : nil
}

/// The first bytes as text in lower case, whatever their encoding.
private func opening(_ view: ByteView) -> String {
    String(decoding: view.bytes.prefix(512), as: UTF8.self).lowercased()
}

/// TGA has no magic number, but few headers make sense as one.
private func looksLikeTarga(_ view: ByteView) -> Bool {
    guard view.count > 18, let map = view[1], let kind = view[2], let depth = view[16],
        let mapDepth = view[7],
        let width = view.number(at: 12, bytes: 2, littleEndian: true), width > 0,
        let height = view.number(at: 14, bytes: 2, littleEndian: true), height > 0,
        let descriptor = view[17], descriptor & 0xC0 == 0
    else { return false }
    switch (kind, map) {
    case (1, 1), (9, 1): return depth == 8 && [15, 16, 24, 32].contains(mapDepth)
    case (2, 0), (10, 0): return [15, 16, 24, 32].contains(depth) && view.has([0, 0, 0, 0, 0], at: 3)
    case (3, 0), (11, 0): return depth == 8 && view.has([0, 0, 0, 0, 0], at: 3)
    default: return false
    }
}
