import CVips
import Files
import Foundation

extension Picture {
    /// Reads a picture file: JPEG, PNG, WebP, TIFF or HEIC, told apart by content.
    ///
    /// EXIF orientation is applied, colours are converted from the embedded profile to sRGB, grey and CMYK
    /// become RGB, transparency is laid over white, and 16 bits are rounded to 8. Of several frames or pages
    /// the first is read.
    /// - Throws: `PictureError`, naming the file as `url` gives it.
    public init(contentsOf url: URL, limits: PictureLimits = .default) throws(PictureError) {
        let name = url.relativePath
        let bytes = try readPictureFile(at: FilePath(url), name: name, limits: limits)
        try self.init(data: bytes, name: name, limits: limits)
    }

    /// Reads a picture in memory.
    /// - Parameter name: what error messages call it.
    public init(data: Data, name: String, limits: PictureLimits = .default) throws(PictureError) {
        let result: Result<Picture, PictureError> = data.withUnsafeBytes { bytes in
            decodePicture(bytes, name: name, limits: limits)
        }
        self = try result.get()
    }

    /// Reads a picture in memory.
    /// - Parameter name: what error messages call it.
    public init(data: [UInt8], name: String, limits: PictureLimits = .default) throws(PictureError) {
        let result: Result<Picture, PictureError> = data.withUnsafeBytes { bytes in
            decodePicture(bytes, name: name, limits: limits)
        }
        self = try result.get()
    }
}

private func decodePicture(
    _ bytes: UnsafeRawBufferPointer, name: String, limits: PictureLimits
) -> Result<Picture, PictureError> {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return .failure(.empty(name: name)) }
    guard bytes.count <= limits.bytes else {
        return .failure(.fileTooLarge(name: name, bytes: bytes.count, limit: limits.bytes))
    }
    let format = cvips_sniff(start.assumingMemoryBound(to: UInt8.self), bytes.count)
    guard format != CVIPS_UNKNOWN else {
        return .failure(.unknownType(name: name, resemblance: resemblance(of: bytes)))
    }
    var reason = [CChar](repeating: 0, count: 512)
    func failure(_ status: cvips_status) -> Result<Picture, PictureError> {
        .failure(pictureError(status, reason: reason, name: name, format: format, bytes: bytes))
    }

    var (width, height): (Int32, Int32) = (0, 0)
    var decoder: OpaquePointer?
    let opened = cvips_open(start, bytes.count, format, &width, &height, &decoder, &reason, reason.count)
    guard opened == CVIPS_OK else { return failure(opened) }
    defer { cvips_close(decoder) }
    let (columns, rows) = (Int(width), Int(height))
    guard columns > 0, rows > 0, columns <= limits.pixels / rows else {
        return .failure(.tooManyPixels(name: name, width: columns, height: rows, limit: limits.pixels))
    }

    var decoded = CVIPS_OK
    let size = columns * rows * 3
    let pixels = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        decoded = cvips_decode(decoder, buffer.baseAddress, &reason, reason.count)
        count = decoded == CVIPS_OK ? size : 0
    }
    guard decoded == CVIPS_OK else { return failure(decoded) }
    return .success(Picture(width: columns, height: rows, pixels: pixels))
}

/// Turns libvips' account of a failure into an error the user can act on.
private func pictureError(
    _ status: cvips_status, reason: [CChar], name: String, format: cvips_format, bytes: UnsafeRawBufferPointer
) -> PictureError {
    let formatName =
        switch format {
        case CVIPS_JPEG: "JPEG"
        case CVIPS_PNG: "PNG"
        case CVIPS_WEBP: "WebP"
        case CVIPS_TIFF: "TIFF"
        default: "HEIC"
        }
    let reason = cleaned(reason)
    if status == CVIPS_UNSUPPORTED {
        return .unsupported(name: name, format: formatName, reason: "no decoder is installed")
    }
    let lowered = reason.lowercased()
    func mentions(_ words: String...) -> Bool { words.contains { lowered.contains($0) } }
    if mentions("unsupported codec", "unsupported feature", "no decoding plugin", "not configured") {
        return .unsupported(name: name, format: formatName, reason: reason)
    }
    if mentions("truncat", "premature", "end of file", "end-of-file") || isCutShort(bytes, format) {
        return .truncated(name: name, format: formatName, reason: reason)
    }
    return .undecodable(name: name, format: formatName, reason: reason)
}

/// The first line of libvips' message, without the name of the operation that wrote it, in printable ASCII.
private func cleaned(_ reason: [CChar]) -> String {
    let bytes = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let text = String(decoding: bytes, as: UTF8.self)
    let line = text.split(whereSeparator: \.isNewline).first ?? ""
    let words = line.split(separator: ":", maxSplits: 1)
    let tail = words.count == 2 && !words[0].contains(" ") ? words[1] : line
    return tail.filter { $0.isASCII && !$0.unicodeScalars.contains { $0.value < 32 } }
        .trimmingCharacters(in: .whitespaces)
}

/// What a file that is not accepted seems to be.
private func resemblance(of bytes: UnsafeRawBufferPointer) -> String? {
    let head = Array(bytes.prefix(512))
    let text = String(decoding: head, as: UTF8.self).lowercased()
    let signatures: [(String, String)] = [
        ("gif8", "GIF"), ("%pdf", "PDF"), ("bm", "BMP"), ("8bps", "a Photoshop file"),
        ("pk", "a zip archive"),
    ]
    for (prefix, name) in signatures where text.hasPrefix(prefix) { return name }
    if text.contains("<svg") { return "SVG" }
    if text.contains("<html") || text.contains("<!doctype html") { return "a web page" }
    if head.starts(with: [0xFF, 0x0A]) || head.starts(with: [0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20]) {
        return "JPEG XL"
    }
    let isText = head.allSatisfy { $0 >= 32 && $0 < 127 || $0 == 9 || $0 == 10 || $0 == 13 }
    return isText ? "text" : nil
}

/// Whether a file that could not be decoded ends before its own account of its length: the marker at the end of
/// JPEG, chunks in PNG, the RIFF size in WebP, boxes in HEIC. TIFF does not say.
private func isCutShort(_ bytes: UnsafeRawBufferPointer, _ format: cvips_format) -> Bool {
    func number(at position: Int) -> Int {
        Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
    }
    switch format {
    case CVIPS_JPEG:
        // A scan (FF DA) that no end of image (FF D9) follows. Neither occurs within coded data.
        for position in (0..<bytes.count - 1).reversed() where bytes[position] == 0xFF {
            if bytes[position + 1] == 0xD9 { return false }
            if bytes[position + 1] == 0xDA { return true }
        }
        return true
    case CVIPS_WEBP:
        let size = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        return Int(size) + 8 > bytes.count
    case CVIPS_PNG, CVIPS_HEIF:
        let isPNG = format == CVIPS_PNG
        var position = isPNG ? 8 : 0
        while position + 8 <= bytes.count {
            if isPNG && bytes[position + 4..<position + 8].elementsEqual("IEND".utf8) { return false }
            let size = number(at: position) + (isPNG ? 12 : 0)
            // Sizes 0 and 1 of a box mean "to the end" and "in 64 bits".
            if size < 8 { return false }
            position += size
        }
        return isPNG || position != bytes.count
    default:
        return false
    }
}
