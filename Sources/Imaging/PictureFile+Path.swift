import Files
import Foundation

extension Picture {
    /// Reads a picture file; see `init(contentsOf:limits:)` for a URL.
    public init(contentsOf path: FilePath, limits: PictureLimits = .default) throws(PictureError) {
        let name = path.string
        self = try Picture(data: try readPictureFile(at: path, name: name, limits: limits), name: name, limits: limits)
    }

    /// Writes the picture as PNG: complete, or not at all.
    public func writePNG(to path: FilePath, provenance: Provenance?) throws {
        try writeAtomically(try pngData(provenance: provenance), to: path)
    }
}

public struct PictureFile: Sendable {
    public let bytes: [UInt8]
    let name: String
    public init(contentsOf path: FilePath, name: String, limits: PictureLimits = .default) throws(PictureError) {
        self.name = name
        bytes = try readPictureFile(at: path, name: name, limits: limits)
    }
    public var sha256: String { Files.sha256(of: bytes) }
    public func decoded() throws(PictureError) -> Picture { try Picture(data: bytes, name: name) }
}
