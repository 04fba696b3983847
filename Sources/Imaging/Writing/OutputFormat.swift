import CVips
import Files
import Foundation

/// The formats in which pictures are written.
public enum OutputFormat: String, CaseIterable, Sendable, Codable {
    case png, jpeg, webp, tiff

    /// By the ending of a file's name, in lower or upper case.
    public init?(ending: String) {
        switch ending.lowercased() {
        case "png": self = .png
        case "jpg", "jpeg": self = .jpeg
        case "webp": self = .webp
        case "tif", "tiff": self = .tiff
        default: return nil
        }
    }

    /// What the name of such a file ends in, without the dot.
    public var ending: String { self == .jpeg ? "jpg" : rawValue }

    /// How errors call it.
    var name: String { self == .webp ? "WebP" : rawValue.uppercased() }

    private var saver: cvips_format {
        switch self {
        case .png: CVIPS_PNG
        case .jpeg: CVIPS_JPEG
        case .webp: CVIPS_WEBP
        case .tiff: CVIPS_TIFF
        }
    }

    /// Samples and what stands beside them, as a file.
    /// - Throws: `PictureError`.
    func file(of samples: Samples, _ metadata: FileMetadata) throws(PictureError) -> Data {
        let encoded = try encoded(samples)
        let file =
            switch self {
            case .png: pngFile(encoded, metadata)
            case .jpeg: jpegFile(encoded, metadata)
            case .webp:
                webPFile(
                    encoded, metadata, width: samples.width, height: samples.height,
                    hasAlpha: samples.bands > samples.colours)
            case .tiff: tiffFile(encoded, metadata)
            }
        guard let file else { throw .unencodable(format: name, reason: "") }
        return file
    }

    /// Without anything beside the pixels.
    private func encoded(_ samples: Samples) throws(PictureError) -> Data {
        var samples = samples
        if self == .jpeg || self == .webp { samples = samples.narrowed() }
        if self == .jpeg { samples = samples.overWhite() }
        var memory: UnsafeMutableRawPointer?
        var count = 0
        var reason = [CChar](repeating: 0, count: 512)
        let status = samples.withRaw { cvips_encode($0, saver, &memory, &count, &reason, reason.count) }
        guard status == CVIPS_OK, let memory else {
            throw .unencodable(format: name, reason: cleaned(reason))
        }
        defer { cvips_free(memory) }
        return Data(bytes: memory, count: count)
    }
}

extension Samples {
    /// Lends the samples as the shim of libvips takes them.
    fileprivate func withRaw<R>(_ body: (cvips_raw) -> R) -> R {
        func raw(_ bytes: UnsafeRawBufferPointer) -> cvips_raw {
            cvips_raw(
                samples: bytes.baseAddress, width: Int32(width), height: Int32(height), bands: Int32(bands),
                bits: Int32(bits))
        }
        return switch values {
        case .bytes(let bytes): bytes.withUnsafeBytes { body(raw($0)) }
        case .shorts(let shorts): shorts.withUnsafeBytes { body(raw($0)) }
        }
    }
}

extension Picture {
    /// The picture as a file, 8 bits a channel in sRGB: PNG, WebP and TIFF without loss, JPEG at quality 95 with its
    /// colours at full resolution.
    /// - Parameter provenance: what the file says of where the picture comes from, as XMP.
    /// - Throws: `PictureError` where it cannot be encoded.
    public func encoded(as format: OutputFormat, provenance: Provenance?) throws(PictureError) -> Data {
        var metadata = FileMetadata()
        metadata.xmp = provenance?.xmp
        return try format.file(of: Samples(self), metadata)
    }
}
