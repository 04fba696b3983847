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
    /// A picture of a size that is read would have too many pixels as it is to be written.
    case enlargedTooFar(name: String, width: Int, height: Int, limit: Int)
    case undecodable(name: String, format: String, reason: String)
    case unencodable(format: String, reason: String)
}
