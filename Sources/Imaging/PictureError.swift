import Foundation

/// How large a picture may be before it is declined unread.
public struct PictureLimits: Sendable, Hashable {
    /// Most pixels, width × height.
    public var pixels: Int
    /// Largest file, in bytes.
    public var bytes: Int

    public static let `default` = PictureLimits(pixels: 200_000_000, bytes: 512 << 20)

    public init(pixels: Int = 200_000_000, bytes: Int = 512 << 20) {
        self.pixels = pixels
        self.bytes = bytes
    }
}

/// Why a picture could not be read or written. `name` is the file as the user gave it.
public enum PictureError: Error, Equatable, Sendable {
    case missing(name: String)
    case isDirectory(name: String)
    case unreadable(name: String, reason: String)
    case empty(name: String)
    /// A pipe, a socket or a device.
    case notARegularFile(name: String)
    /// Nothing that is recognised.
    case unknownType(name: String)
    /// A picture, or a document that shows one, in a format that is not read.
    case declined(name: String, format: String)
    case notAPicture(name: String, kind: NotAPicture)
    /// A kind of an accepted format that is not read.
    case variant(name: String, format: String, variant: String)
    /// Numbers that stand for light in another way than sRGB's: high dynamic range, above all.
    case transfer(name: String, format: String, transfer: TransferFunction)
    /// Samples of a kind that is not read, since no rule says which of them is black and which is white.
    case sampleFormat(name: String, format: String, samples: SampleFormat)
    /// Samples in floating point that do not lie about 0…1; `range` says where they lie.
    case sampleRange(name: String, format: String, range: String)
    /// The format is accepted, but the installed decoder cannot read this file.
    case unsupported(name: String, format: String, reason: String)
    case truncated(name: String, format: String, reason: String)
    case fileTooLarge(name: String, bytes: Int, limit: Int)
    case tooManyPixels(name: String, width: Int, height: Int, limit: Int)
    case undecodable(name: String, format: String, reason: String)
    case unencodable(reason: String)
}

extension PictureError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .missing(let name):
            "\(name): there is no such file. Check the path."
        case .isDirectory(let name):
            "\(name): this is a folder. Name the pictures inside it."
        case .unreadable(let name, let reason):
            "\(name): cannot be read (\(reason)). Check its permissions."
        case .empty(let name):
            "\(name): the file is empty. Get a fresh copy."
        case .notARegularFile(let name):
            "\(name): this is a pipe, a socket or a device, not a file. Save the picture to a file first."
        case .unknownType(let name):
            "\(name): not a picture that can be read. The formats are \(acceptedFormats)."
        case .declined(let name, let format):
            "\(name): pictures of the format \(format) are not read. Convert it to PNG or JPEG."
        case .notAPicture(let name, .appleDouble):
            "\(name): macOS metadata, not a picture; the picture is the file without '._' in front of its name."
        case .notAPicture(let name, .webPage):
            "\(name): a web page, not a picture. Download the picture itself."
        case .notAPicture(let name, .gitPointer):
            "\(name): a pointer of Git LFS, not a picture. Fetch the picture: git lfs pull"
        case .notAPicture(let name, .archive):
            "\(name): an archive, not a picture. Unpack it, and name the pictures inside."
        case .notAPicture(let name, .film):
            "\(name): a film, not a picture. Save one of its frames as PNG."
        case .notAPicture(let name, let kind):
            "\(name): \(kind.rawValue), not a picture. Name a picture: \(acceptedFormats)."
        case .variant(let name, let format, let variant):
            "\(name): this kind of \(format) file is not read (\(variant)). Save it as PNG."
        case .transfer(let name, let format, let transfer):
            "\(name): the colours of the \(format) file are not sRGB's (\(transfer.name)), and would come out wrong. "
                + "Export it as an ordinary picture: sRGB, standard dynamic range."
        case .sampleFormat(let name, let format, let samples):
            "\(name): the \(format) file holds \(samples.name), which are not read. "
                + "Save it with 8 or 16 bits a channel."
        case .sampleRange(let name, let format, let range):
            "\(name): the \(format) file holds floating-point numbers (\(range)) where 0 should be black and 1 white. "
                + "Scale them to 0…1, or save it with 8 or 16 bits a channel."
        case .unsupported(let name, let format, let reason):
            "\(name): this installation cannot read this \(format) file\(parenthesised(reason)). Install the "
                + "decoder (for HEIC: libheif with libde265), or convert the picture to JPEG or PNG."
        case .truncated(let name, let format, let reason):
            "\(name): the \(format) file is cut short\(parenthesised(reason)). Get a complete copy."
        case .fileTooLarge(let name, let bytes, let limit):
            "\(name): the file has \(megabytes(bytes)), more than the \(megabytes(limit)) allowed. "
                + "Make it smaller."
        case .tooManyPixels(let name, let width, let height, let limit):
            "\(name): the picture is \(width)×\(height) (\(megapixels(width, height)) megapixels), more than "
                + "the \(Double(limit) / 1e6) megapixels allowed. Make it smaller."
        case .undecodable(let name, let format, let reason):
            "\(name): the \(format) file is damaged\(parenthesised(reason)). Get a fresh copy, or convert it "
                + "with another program."
        case .unencodable(let reason):
            "the picture could not be encoded as PNG\(parenthesised(reason))."
        }
    }
}

private let acceptedFormats = "JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF, BMP, PPM, PGM and PBM"

private func parenthesised(_ reason: String) -> String { reason.isEmpty ? "" : " (\(reason))" }

private func megabytes(_ bytes: Int) -> String {
    bytes < 1 << 20 ? "\(bytes) bytes" : "\((bytes + (1 << 19)) >> 20) MiB"
}

private func megapixels(_ width: Int, _ height: Int) -> String {
    let tenths = (Double(width) * Double(height) / 1e5).rounded()
    return "\(tenths / 10)"
}
