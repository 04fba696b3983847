import Files
import Foundation

extension Picture {
    /// Reads a picture file: JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF, BMP, PBM, PGM or PPM, told apart by content.
    ///
    /// EXIF orientation is applied, colours are converted from the embedded profile to sRGB, grey and CMYK
    /// become RGB, transparency is laid over white, and 16 bits are rounded to 8. Of several frames or pages
    /// the first is read. Floating point is linear light from 0, black, to 1, white, as in scRGB; with an embedded
    /// profile it is what the profile says, and numbers that are all n/255 are the levels of an 8-bit picture.
    /// - Throws: `PictureError`, naming the file as `url` gives it.
    public init(contentsOf url: URL, limits: PictureLimits = .default) throws(PictureError) {
        self = try PictureFile(contentsOf: url, limits: limits).decoded()
    }

    /// Reads a picture file; see `init(contentsOf:limits:)` for a URL.
    public init(contentsOf path: FilePath, limits: PictureLimits = .default) throws(PictureError) {
        self = try PictureFile(contentsOf: path, name: path.string, limits: limits).decoded()
    }

    /// Reads a picture in memory.
    /// - Parameter name: what error messages call it.
    public init(data: Data, name: String, limits: PictureLimits = .default) throws(PictureError) {
        self = try data.withUnsafeBytes { decodePicture($0, name: name, limits: limits) }.get()
    }

    /// Reads a picture in memory.
    /// - Parameter name: what error messages call it.
    public init(data: [UInt8], name: String, limits: PictureLimits = .default) throws(PictureError) {
        self = try data.withUnsafeBytes { decodePicture($0, name: name, limits: limits) }.get()
    }
}

/// The format of a file, of which the first 512 bytes suffice.
@discardableResult
func recognise(_ view: ByteView, name: String) throws(PictureError) -> PictureFormat {
    guard view.count > 0 else { throw .empty(name: name) }
    if let format = PictureFormat(sniffing: view) { return format }
    switch Resemblance(view) {
    case .format(let format): throw .declined(name: name, format: format)
    case .notAPicture(let kind): throw .notAPicture(name: name, kind: kind)
    case nil: throw .unknownType(name: name)
    }
}

private func decodePicture(
    _ bytes: UnsafeRawBufferPointer, name: String, limits: PictureLimits
) -> Result<Picture, PictureError> {
    Result { () throws(PictureError) in
        let view = ByteView(bytes: bytes)
        guard view.count <= limits.bytes else {
            throw .fileTooLarge(name: name, bytes: view.count, limit: limits.bytes)
        }
        let format = try recognise(view, name: name)
        do {
            switch format {
            case .bmp: return try decodeBitmap(view, limit: limits.pixels)
            case .portableAnymap: return try decodePortableAnymap(view, limit: limits.pixels)
            default: return try VipsReading(view: view, format: format, name: name, limits: limits).picture()
            }
        } catch let fault as PictureFault {
            throw pictureError(fault, format: format, name: name, limits: limits)
        } catch let error as PictureError {
            throw error
        } catch {
            throw .undecodable(name: name, format: format.name, reason: "\(error)")
        }
    }
}

private func pictureError(
    _ fault: PictureFault, format: PictureFormat, name: String, limits: PictureLimits
) -> PictureError {
    switch fault {
    case .cutShort: .truncated(name: name, format: format.name, reason: "")
    case .damaged(let reason): .undecodable(name: name, format: format.name, reason: reason)
    case .notRead(let variant): .variant(name: name, format: format.name, variant: variant)
    case .tooManyPixels(let width, let height):
        .tooManyPixels(name: name, width: width, height: height, limit: limits.pixels)
    }
}
