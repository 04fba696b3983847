import CVips

/// The formats that are read.
enum PictureFormat: Equatable, Sendable {
    case jpeg, png, webp, tiff, gif
    /// HEIC and AVIF, which are one container with two codecs.
    case heif(isAV1: Bool)
    /// Read here, without libvips.
    case bmp, portableAnymap

    /// Told by the first bytes of a file, whatever it is called.
    init?(sniffing view: ByteView) {
        guard let start = view.bytes.baseAddress, view.count > 0 else { return nil }
        switch cvips_sniff(start.assumingMemoryBound(to: UInt8.self), view.count) {
        case CVIPS_JPEG: self = .jpeg
        case CVIPS_PNG: self = .png
        case CVIPS_WEBP: self = .webp
        case CVIPS_TIFF: self = .tiff
        case CVIPS_GIF: self = .gif
        case CVIPS_HEIF: self = .heif(isAV1: brands(view).contains { $0 == "avif" || $0 == "avis" })
        default:
            if isBitmap(view) {
                self = .bmp
            } else if isPortableAnymap(view) {
                self = .portableAnymap
            } else {
                return nil
            }
        }
    }

    var name: String {
        switch self {
        case .jpeg: "JPEG"
        case .png: "PNG"
        case .webp: "WebP"
        case .tiff: "TIFF"
        case .gif: "GIF"
        case .heif(let isAV1): isAV1 ? "AVIF" : "HEIC"
        case .bmp: "BMP"
        case .portableAnymap: "PNM"
        }
    }

    /// What libvips' shim calls it; unknown where libvips has no part in it.
    var loader: cvips_format {
        switch self {
        case .jpeg: CVIPS_JPEG
        case .png: CVIPS_PNG
        case .webp: CVIPS_WEBP
        case .tiff: CVIPS_TIFF
        case .gif: CVIPS_GIF
        case .heif: CVIPS_HEIF
        case .bmp, .portableAnymap: CVIPS_UNKNOWN
        }
    }
}

/// The brands of an ISO base media file: the major one, then those it is compatible with.
func brands(_ view: ByteView) -> [String] {
    guard view.has("ftyp", at: 4), let size = view.number(at: 0, bytes: 4) else { return [] }
    let ends = [8] + Array(stride(from: 16, to: min(size, view.count, 512) - 3, by: 4))
    return ends.compactMap { position in
        view.slice(position..<position + 4).map { String(decoding: $0.bytes, as: UTF8.self) }
    }
}
