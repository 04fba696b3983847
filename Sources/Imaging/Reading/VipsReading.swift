import CVips
import Foundation

/// One picture on its way through libvips.
struct VipsReading {
    let view: ByteView
    let format: PictureFormat
    let name: String
    let limits: PictureLimits

    /// What is read of a file.
    enum Result: Equatable {
        case picture(Picture)
        case samples(StoredSamples)
    }

    /// - Throws: `PictureError`, also for what libvips would decode into a wrong picture.
    func picture() throws(PictureError) -> Picture {
        guard case .picture(let picture) = try result(ofKind: .picture) else { throw undecodable }
        return picture
    }

    /// The picture's own samples, upright, and what the file holds beside them. Pictures of other samples than 8 and 16
    /// bits of grey or RGB come as 8-bit sRGB.
    /// - Throws: as `picture()`.
    func samples() throws(PictureError) -> StoredSamples {
        guard case .samples(let samples) = try result(ofKind: .samples) else { throw undecodable }
        return samples
    }

    private enum Kind { case picture, samples }

    private var undecodable: PictureError { .undecodable(name: name, format: format.name, reason: "") }

    private func result(ofKind kind: Kind) throws(PictureError) -> Result {
        switch format {
        case .jpeg where !view.has([0xFF, 0xD9], at: view.count - 2):
            let markers = JPEGMarkers(view)
            return markers.hasEnd ? try decoded(kind) : try withoutEnd(markers, kind)
        case .png:
            try check(transferFunction(ofPNG: view))
        case .heif:
            let item = HEIFItem(view)
            try check(item.transfer)
            // Where the container turns the picture, the decoder has done so, and EXIF merely repeats it.
            return try decoded(kind) {
                item.isTransformed ? 1 : TIFFDirectory.orientation(ofEXIF: $0.exif.view)
            }
        case .tiff:
            if let directory = TIFFDirectory(view) { try check(directory) }
        default: break
        }
        return try decoded(kind)
    }

    private func check(_ transfer: TransferFunction?) throws(PictureError) {
        if let transfer { throw .transfer(name: name, format: format.name, transfer: transfer) }
    }

    private func check(_ directory: TIFFDirectory) throws(PictureError) {
        if let kind = directory.rawKind { throw .declined(name: name, format: kind) }
        if let samples = directory.unscaledSamples {
            throw .sampleFormat(name: name, format: format.name, samples: samples)
        }
    }

    /// A JPEG without the marker at its end, which is whole if every scan is there and no continuation of its data would
    /// change a pixel: a decoder that runs out of data makes up the rest, in the last rows without so much as a warning.
    private func withoutEnd(_ markers: JPEGMarkers, _ kind: Kind) throws(PictureError) -> Result {
        let cut = PictureError.truncated(name: name, format: format.name, reason: "")
        guard markers.scansAreComplete else { throw cut }
        let isHalfMarker = view[view.count - 1] == 0xFF
        let data = Array(view.bytes.dropLast(isHalfMarker ? 1 : 0))
        var whole: Result?
        for continuation: UInt8 in [0x00, 0x55, 0xAA] {
            let continued = data + Array(repeating: continuation, count: 512) + [0xFF, 0xD9]
            let attempt = continued.withUnsafeBytes { bytes in
                Swift.Result { () throws(PictureError) in
                    try VipsReading(view: ByteView(bytes: bytes), format: format, name: name, limits: limits)
                        .decoded(kind)
                }
            }
            guard case .success(let result) = attempt, whole == nil || whole == result else { throw cut }
            whole = result
        }
        guard let whole else { throw cut }
        return whole
    }

    /// - Parameter orientation: from the header, where the loader does not know it.
    private func decoded(
        _ kind: Kind, orientation: (cvips_header) -> Int = { Int($0.orientation) }
    ) throws(PictureError) -> Result {
        var reason = [CChar](repeating: 0, count: 512)
        var header = cvips_header()
        var decoder: OpaquePointer?
        let opened = cvips_open(
            view.bytes.baseAddress, view.count, format.loader, &header, &decoder, &reason,
            reason.count)
        guard opened == CVIPS_OK else { throw error(opened, reason) }
        defer { cvips_close(decoder) }
        let turn = orientation(header)
        let (columns, rows) = turn >= 5 ? (header.height, header.width) : (header.width, header.height)
        let (width, height) = (Int(columns), Int(rows))
        guard width > 0, height > 0, width <= limits.pixels / height else {
            throw .tooManyPixels(name: name, width: width, height: height, limit: limits.pixels)
        }
        if let samples = header.unscaledSamples {
            throw .sampleFormat(name: name, format: format.name, samples: samples)
        }
        let isOwn = kind == .samples && header.colours > 0
        // Before the pixels, with which libvips lets go of what it read of the header.
        let metadata =
            kind == .samples ? FileMetadata(header, view, format, isConverted: !isOwn) : FileMetadata()
        if isOwn {
            let samples = try ownSamples(decoder, header, turn, width, height)
            return .samples(StoredSamples(samples: samples, metadata: metadata, isTurned: turn != 1))
        }

        var status = CVIPS_OK
        let size = width * height * 3
        let pixels = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            status = cvips_decode(decoder, Int32(turn), buffer.baseAddress, &reason, reason.count)
            count = status == CVIPS_OK ? size : 0
        }
        guard status == CVIPS_OK else { throw error(status, reason) }
        let picture = Picture(width: width, height: height, pixels: pixels)
        guard kind == .samples else { return .picture(picture) }
        return .samples(
            StoredSamples(samples: Samples(picture), metadata: metadata, isTurned: turn != 1))
    }

    private func ownSamples(
        _ decoder: OpaquePointer?, _ header: cvips_header, _ turn: Int, _ width: Int, _ height: Int
    ) throws(PictureError) -> Samples {
        var reason = [CChar](repeating: 0, count: 512)
        var status = CVIPS_OK
        let count = width * height * Int(header.bands)
        func values<Value>(_ type: Value.Type) -> [Value] {
            [Value](unsafeUninitializedCapacity: count) { buffer, filled in
                status = cvips_decode_samples(
                    decoder, Int32(turn), buffer.baseAddress, &reason, reason.count)
                filled = status == CVIPS_OK ? count : 0
            }
        }
        let all: Samples.Values =
            header.bits == 16 ? .shorts(values(UInt16.self)) : .bytes(values(UInt8.self))
        guard status == CVIPS_OK else { throw error(status, reason) }
        return Samples(
            width: width, height: height, colours: Int(header.colours), bands: Int(header.bands),
            values: all)
    }

    /// Turns libvips' account of a failure into an error the user can act on.
    private func error(_ status: cvips_status, _ reason: [CChar]) -> PictureError {
        let reason = cleaned(reason)
        if status == CVIPS_UNSUPPORTED {
            return .unsupported(name: name, format: format.name, reason: "no decoder is installed")
        }
        if status == CVIPS_RANGE { return .sampleRange(name: name, format: format.name, range: reason) }
        let lowered = reason.lowercased()
        func mentions(_ words: String...) -> Bool { words.contains { lowered.contains($0) } }
        if mentions("unsupported codec", "unsupported feature", "no decoding plugin", "not configured") {
            return .unsupported(name: name, format: format.name, reason: reason)
        }
        if mentions("truncat", "premature", "end of file", "end-of-file") || isCutShort(view, format) {
            return .truncated(name: name, format: format.name, reason: reason)
        }
        return .undecodable(name: name, format: format.name, reason: reason)
    }
}

extension cvips_blob {
    var view: ByteView { ByteView(bytes: UnsafeRawBufferPointer(start: data, count: size)) }
}

extension cvips_header {
    /// The samples, where they are of a kind that is not read.
    fileprivate var unscaledSamples: SampleFormat? {
        switch samples {
        case CVIPS_UNSIGNED: bits > 16 ? SampleFormat(kind: .unsigned, bits: Int(bits)) : nil
        case CVIPS_SIGNED: SampleFormat(kind: .signed, bits: Int(bits))
        case CVIPS_FLOAT: bits != 32 ? SampleFormat(kind: .float, bits: Int(bits)) : nil
        case CVIPS_COMPLEX: SampleFormat(kind: .complex, bits: Int(bits))
        default: nil
        }
    }
}

/// The first line of libvips' message, without the name of the operation that wrote it, in printable ASCII.
func cleaned(_ reason: [CChar]) -> String {
    let bytes = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let text = String(decoding: bytes, as: UTF8.self)
    let line = text.split(whereSeparator: \.isNewline).first ?? ""
    let words = line.split(separator: ":", maxSplits: 1)
    let tail = words.count == 2 && !words[0].contains(" ") ? words[1] : line
    return tail.filter { $0.isASCII && !$0.unicodeScalars.contains { $0.value < 32 } }
        .trimmingCharacters(in: .whitespaces)
}

/// Whether a file that could not be decoded ends before its own account of its length: the marker at the end of
/// JPEG, chunks in PNG, the RIFF size in WebP, boxes in HEIC, the trailer of GIF. TIFF does not say.
private func isCutShort(_ view: ByteView, _ format: PictureFormat) -> Bool {
    switch format {
    case .jpeg: return !JPEGMarkers(view).hasEnd
    case .webp:
        guard let size = view.number(at: 4, bytes: 4, littleEndian: true) else { return true }
        return size + 8 > view.count
    case .gif: return view[view.count - 1] != UInt8(ascii: ";")
    case .png, .heif:
        let isPNG = format == .png
        var position = isPNG ? 8 : 0
        while let size = view.number(at: position, bytes: 4), position + 8 <= view.count {
            if isPNG && view.has("IEND", at: position + 4) { return false }
            // Sizes 0 and 1 of a box mean "to the end" and "in 64 bits".
            let step = size + (isPNG ? 12 : 0)
            if step < 8 { return false }
            position += step
        }
        return isPNG || position != view.count
    default: return false
    }
}
