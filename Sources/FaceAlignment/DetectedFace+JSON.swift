import Foundation

extension DetectedFace: Codable {
    private enum Key: String, CodingKey { case box, score, landmarks, quad }

    /// Reads what `encode(to:)` writes. The landmarks decide: `quad` follows from them and is not read, and a
    /// file without `box` or `score` is as good.
    /// - Throws: `AlignmentError.landmarks` besides what the decoder throws.
    public init(from decoder: Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        landmarks = try values.decode([[Double]].self, forKey: .landmarks)
        do { try checkPoints(landmarks) } catch { throw AlignmentError.landmarks(error) }
        box = try values.decodeIfPresent(FaceBox.self, forKey: .box) ?? FaceBox(around: landmarks)
        score = try values.decodeIfPresent(Double.self, forKey: .score)
    }

    public func encode(to encoder: Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(box, forKey: .box)
        try values.encode(score, forKey: .score)
        try values.encode(landmarks, forKey: .landmarks)
        try values.encode(quad, forKey: .quad)
    }

    /// The face as one line of JSON: {box, score, landmarks, quad}.
    public func jsonData() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(self) + Data("\n".utf8)
    }

    /// Reads a face from a JSON file.
    /// - Throws: `AlignmentError`, naming the file as `url` gives it.
    public init(contentsOf url: URL) throws(AlignmentError) {
        let name = url.relativePath
        do {
            let file = try FileHandle(forReadingFrom: url)
            defer { try? file.close() }
            let data = try file.read(upToCount: largestFaceFile + 1) ?? Data()
            guard data.count <= largestFaceFile else {
                throw AlignmentError.faceFileUnreadable(name: name, reason: "larger than 1 MiB")
            }
            self = try JSONDecoder().decode(DetectedFace.self, from: data)
        } catch let error as AlignmentError {
            if case .landmarks(let fault) = error {
                throw .faceFileUnreadable(name: name, reason: "\(fault)")
            }
            throw error
        } catch {
            throw .faceFileUnreadable(name: name, reason: plainReason(error))
        }
    }
}

extension FaceBox: Codable {
    public init(from decoder: Decoder) throws {
        let sides = try [Double](from: decoder)
        guard sides.count == 4, sides.allSatisfy(\.isFinite) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a box is four finite numbers"))
        }
        self.init(left: sides[0], top: sides[1], right: sides[2], bottom: sides[3])
    }

    public func encode(to encoder: Encoder) throws {
        try [left, top, right, bottom].encode(to: encoder)
    }
}

/// A file of landmarks has about 2 KB; more than this is something else.
private let largestFaceFile = 1 << 20

/// What the decoder or the file system said, in a few words.
private func plainReason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
        "'\(context.codingPath.first?.stringValue ?? "the file")' has the wrong form"
    case DecodingError.dataCorrupted(let context):
        context.codingPath.isEmpty ? "not JSON" : context.debugDescription
    default: (error as NSError).code == NSFileReadNoSuchFileError ? "no such file" : "cannot be read"
    }
}
