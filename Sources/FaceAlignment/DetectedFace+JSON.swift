import Files
import Foundation

extension DetectedFace: Codable {
    private enum Key: String, CodingKey { case box, score, landmarks, quad }

    /// Reads what `encode(to:)` writes, or the landmarks alone: see `init(contentsOf:)`.
    public init(from decoder: Decoder) throws {
        try self.init(JSONValue(from: decoder))
    }

    public func encode(to encoder: Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(box, forKey: .box)
        try values.encode(score, forKey: .score)
        try values.encode(landmarks, forKey: .landmarks)
        try values.encode(quad, forKey: .quad)
    }

    /// Reads a face from a JSON file: {"landmarks": [68][2], …}, or the 68 pairs alone.
    ///
    /// The landmarks decide: `quad` follows from them and is not read, and a file without `box` or `score` is as good.
    /// - Throws: `AlignmentError`, naming the file.
    public init(contentsOf path: FilePath) throws(AlignmentError) {
        do throws(FaceFileFault) {
            try self.init(JSONValue(fileAt: path))
        } catch {
            throw .faceFile(name: path.description, error)
        }
    }

    private init(_ value: JSONValue) throws(FaceFileFault) {
        let values = value.object ?? ["landmarks": value]
        guard let points = values["landmarks"] else { throw .landmarksMissing(keys: values.keys.sorted()) }
        landmarks = try DetectedFace.landmarks(points)
        switch values["box"] {
        case nil, .null: box = FaceBox(around: landmarks)
        case .some(let value): box = try FaceBox(value)
        }
        switch values["score"] {
        case nil, .null: score = nil
        case .number(let number): score = number
        case .some(let value): throw .scoreForm(value.form)
        }
    }

    private static func landmarks(_ value: JSONValue) throws(FaceFileFault) -> [[Double]] {
        guard let points = value.array else { throw .landmarksForm(value.form) }
        let landmarks = points.map { $0.isPair ? $0.array?.compactMap(\.number) ?? [] : [] }
        // One point that is none is named; where all are something else, what they are.
        let strange = landmarks.filter(\.isEmpty).count
        guard strange == 0 || points.count == 68 && strange < 68 else { throw .landmarksForm(value.form) }
        do throws(LandmarkFault) { try checkPoints(landmarks) } catch { throw .landmarks(error) }
        return landmarks
    }
}

extension FaceBox: Codable {
    public init(from decoder: Decoder) throws {
        try self.init(JSONValue(from: decoder))
    }

    fileprivate init(_ value: JSONValue) throws(FaceFileFault) {
        let sides = value.array?.compactMap(\.number) ?? []
        guard sides.count == 4, value.array?.count == 4, sides.allSatisfy(\.isFinite) else {
            throw .boxForm(value.form)
        }
        self.init(left: sides[0], top: sides[1], right: sides[2], bottom: sides[3])
    }

    public func encode(to encoder: Encoder) throws {
        try [left, top, right, bottom].encode(to: encoder)
    }
}

/// A file of landmarks has about 2 KB; more than this is something else.
let largestFaceFile = 1 << 20

extension JSONValue {
    /// Reads a JSON file.
    fileprivate init(fileAt path: FilePath) throws(FaceFileFault) {
        let bytes: [UInt8]
        do { bytes = try readFile(path, limit: largestFaceFile) } catch { throw .file(error.problem) }
        guard !bytes.isEmpty else { throw .empty }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
            let start = String(decoding: bytes.prefix(200), as: UTF8.self).drop(while: \.isWhitespace)
            let likeness: FaceFileFault.Resemblance? =
                start.hasPrefix("<") ? .xml : start.hasPrefix("version:") ? .points : nil
            throw .notJSON(resemblance: likeness)
        }
        self = value
    }
}
