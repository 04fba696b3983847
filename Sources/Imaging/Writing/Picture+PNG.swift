import Files
import Foundation

extension Picture {
    /// The picture as an 8-bit RGB PNG, tagged as sRGB.
    /// - Parameter provenance: written as XMP in an uncompressed `iTXt` chunk before the pixels, where readers
    ///   look for it.
    public func pngData(provenance: Provenance?) throws(PictureError) -> Data {
        try encoded(as: .png, provenance: provenance)
    }

    /// Writes the picture as PNG: complete, or not at all.
    /// - Throws: `PictureError` where it cannot be encoded, `FileError` where it cannot be written.
    public func writePNG(to path: FilePath, provenance: Provenance?) throws {
        try writeAtomically(try pngData(provenance: provenance), to: path)
    }

    /// Writes the picture as PNG; see `writePNG(to:provenance:)` for a path.
    public func writePNG(to url: URL, provenance: Provenance?) throws {
        try writeAtomically(try pngData(provenance: provenance), to: url)
    }
}
