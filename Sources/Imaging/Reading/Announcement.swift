import Files

/// What a file's first bytes say that it is.
package enum Announcement: Equatable, Sendable {
    /// A picture of a format that is read; whether it is whole is not known yet.
    case picture
    case empty
    /// A picture of a format that is not read.
    case otherFormat(String)
    case notAPicture(NotAPicture)
    case unknown
    /// It cannot be opened.
    case unreadable

    package init(of path: FilePath) {
        guard let start = try? readEnds(of: path, count: 512) else {
            self = .unreadable
            return
        }
        do throws(PictureError) {
            _ = try start.withUnsafeBytes { bytes in
                Result { () throws(PictureError) in
                    try recognise(ByteView(bytes: bytes), name: "")
                }
            }.get()
            self = .picture
        } catch {
            switch error {
            case .empty: self = .empty
            case .declined(_, let format): self = .otherFormat(format)
            case .notAPicture(_, let kind): self = .notAPicture(kind)
            default: self = .unknown
            }
        }
    }
}

/// The endings by which people call files of the formats that are read.
package let pictureEndings: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "png", "apng", "webp", "tif", "tiff", "gif", "heic", "heif", "avif", "bmp",
    "dib",
    "pbm", "pgm", "ppm", "pnm",
]
