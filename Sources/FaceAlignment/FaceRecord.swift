import Files
import Foundation

/// What the JSON file beside an aligned face says: the face, the photograph, the way back to it, and which file of
/// pixels it belongs to.
///
/// It is one line with sorted keys: `box`, `score`, `landmarks` and `quad` of the face; `photo` {file, sha256, width,
/// height}; `size`, the side of the face in pixels; `transform`, [[a, b, c], [d, e, f]] of `PhotoTransform`; `picture`
/// {sha256} of the PNG file; `version`; and `digest`, the SHA-256 of this line without `digest`.
public struct FaceRecord: Equatable, Sendable {
    public var face: DetectedFace
    public var photo: PhotoOrigin
    public var size: Int
    public var transform: PhotoTransform
    /// The SHA-256 of the PNG file.
    public var picture: String
    public var version: String

    /// - Parameter png: the file that shows the face.
    public init(of aligned: AlignedFace, png: Data) {
        face = aligned.face
        photo = aligned.photo
        size = aligned.picture.width
        transform = aligned.transform
        picture = sha256(of: png)
        version = pulseVersion
    }

    /// The content of the file.
    public func json() throws -> Data {
        let plain = try encoded(Sealed(record: self, digest: nil))
        return try encoded(Sealed(record: self, digest: sha256(of: plain)))
    }

    /// Reads such a file; nil for anything else, and for one that was changed since it was written.
    public init?(intactFileAt path: FilePath) {
        guard let bytes = try? readFile(path, limit: largestFaceFile),
            let sealed = try? JSONDecoder().decode(Sealed.self, from: Data(bytes)),
            let json = try? sealed.record.json(), json.elementsEqual(bytes)
        else { return nil }
        self = sealed.record
    }
}

private func encoded(_ record: Sealed) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(record) + Data("\n".utf8)
}

/// A record as the file has it.
private struct Sealed: Codable {
    var record: FaceRecord
    var digest: String?

    private enum Key: String, CodingKey { case photo, size, transform, picture, version, digest }
    private struct PictureFile: Codable { var sha256: String }

    init(record: FaceRecord, digest: String?) {
        self.record = record
        self.digest = digest
    }

    init(from decoder: Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        record = FaceRecord(
            face: try DetectedFace(from: decoder),
            photo: try values.decode(PhotoOrigin.self, forKey: .photo),
            size: try values.decode(Int.self, forKey: .size),
            transform: try values.decode(PhotoTransform.self, forKey: .transform),
            picture: try values.decode(PictureFile.self, forKey: .picture).sha256,
            version: try values.decode(String.self, forKey: .version))
        digest = try values.decodeIfPresent(String.self, forKey: .digest)
    }

    func encode(to encoder: Encoder) throws {
        try record.face.encode(to: encoder)
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(record.photo, forKey: .photo)
        try values.encode(record.size, forKey: .size)
        try values.encode(record.transform, forKey: .transform)
        try values.encode(PictureFile(sha256: record.picture), forKey: .picture)
        try values.encode(record.version, forKey: .version)
        try values.encodeIfPresent(digest, forKey: .digest)
    }
}

extension FaceRecord {
    fileprivate init(
        face: DetectedFace, photo: PhotoOrigin, size: Int, transform: PhotoTransform, picture: String,
        version: String
    ) {
        self.face = face
        self.photo = photo
        self.size = size
        self.transform = transform
        self.picture = picture
        self.version = version
    }
}
