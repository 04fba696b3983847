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
    /// `resemblance` names what the content looks like, where it is recognised.
    case unknownType(name: String, resemblance: String?)
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
        case .unknownType(let name, let resemblance):
            "\(name): not a picture that can be read\(resemblance.map { " (it looks like \($0))" } ?? ""). "
                + "Convert it to JPEG, PNG, WebP, TIFF or HEIC."
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

private func parenthesised(_ reason: String) -> String { reason.isEmpty ? "" : " (\(reason))" }

private func megabytes(_ bytes: Int) -> String {
    bytes < 1 << 20 ? "\(bytes) bytes" : "\((bytes + (1 << 19)) >> 20) MiB"
}

private func megapixels(_ width: Int, _ height: Int) -> String {
    let tenths = (Double(width) * Double(height) / 1e5).rounded()
    return "\(tenths / 10)"
}
