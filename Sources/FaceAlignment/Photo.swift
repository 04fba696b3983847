import Files
import Foundation
import Imaging

/// A photograph: its upright picture, and what the file was that it was read from.
public struct Photo: Sendable {
    public var picture: Picture
    /// The file as the user named it.
    public var file: String
    /// Of the bytes that the picture was decoded from.
    public var sha256: String

    public init(_ picture: Picture, file: String, sha256: String) {
        self.picture = picture
        self.file = file
        self.sha256 = sha256
    }

    /// Reads a picture file once: what is decoded is what the digest is of.
    /// - Throws: `PictureError`.
    public init(contentsOf path: FilePath) throws(PictureError) {
        let file = try PictureFile(contentsOf: path, name: path.string)
        self.init(try file.decoded(), file: file.name, sha256: file.sha256)
    }

    /// By what the photograph is known again.
    public var origin: PhotoOrigin {
        PhotoOrigin(file: file, sha256: sha256, width: picture.width, height: picture.height)
    }
}

/// The photograph that a face was cut from.
public struct PhotoOrigin: Codable, Equatable, Sendable {
    /// The file as the user named it.
    public var file: String
    /// Of the file's bytes.
    public var sha256: String
    /// Units: pixels of the upright photograph.
    public var width, height: Int

    public init(file: String, sha256: String, width: Int, height: Int) {
        self.file = file
        self.sha256 = sha256
        self.width = width
        self.height = height
    }
}
