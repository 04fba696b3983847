import Foundation
import Imaging
import Restoration
import Search

/// Where a rectangle lies, in pixels of the upright picture.
public struct Box: Codable, Equatable, Sendable {
    public var x, y, width, height: Double

    init(x: Double, y: Double, width: Double, height: Double) {
        (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }

    init(_ box: PixelRectangle) {
        self.init(x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top)
    }

    var rectangle: PixelRectangle { PixelRectangle(left: x, top: y, right: x + width, bottom: y + height) }
}

/// What of a picture is searched for.
public enum JobTarget: Equatable, Sendable {
    /// The picture itself, an aligned face of few pixels.
    case whole
    /// A face of a photograph, by its number.
    case face(Int)
    /// What a mosaic hides, by its number.
    case mosaic(Int)
    case region(Box)
}

extension JobTarget: Codable {
    private enum Key: String, CodingKey { case kind, number, x, y, width, height }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        switch try values.decode(String.self, forKey: .kind) {
        case "whole": self = .whole
        case "face": self = .face(try values.decode(Int.self, forKey: .number))
        case "mosaic": self = .mosaic(try values.decode(Int.self, forKey: .number))
        case "region": self = .region(try Box(from: decoder))
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: values, debugDescription: "'kind' must be whole, face, mosaic or region")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        switch self {
        case .whole: try values.encode("whole", forKey: .kind)
        case .face(let number):
            try values.encode("face", forKey: .kind)
            try values.encode(number, forKey: .number)
        case .mosaic(let number):
            try values.encode("mosaic", forKey: .kind)
            try values.encode(number, forKey: .number)
        case .region(let box):
            try values.encode("region", forKey: .kind)
            try box.encode(to: encoder)
        }
    }
}

/// What was found in a picture.
struct PictureSurvey: Codable, Sendable {
    struct Face: Codable, Sendable {
        var number: Int
        var box: Box
        var score: Double
    }

    struct Mosaic: Codable, Sendable {
        struct Block: Codable, Sendable { var width, height: Double }
        var number: Int
        var box: Box
        var block: Block
        var columns, rows: Int
        var confidence: Double
    }

    var width, height: Int
    var faces: [Face]
    var mosaics: [Mosaic]
    /// nil where nothing was found.
    var suggested: JobTarget?
}

struct PictureBody: Encodable {
    var id: String
    var survey: PictureSurvey
    var created: String

    private enum Key: String, CodingKey { case id, created, width, height, faces, mosaics, suggested }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(id, forKey: .id)
        try values.encode(created, forKey: .created)
        try values.encode(survey.width, forKey: .width)
        try values.encode(survey.height, forKey: .height)
        try values.encode(survey.faces, forKey: .faces)
        try values.encode(survey.mosaics, forKey: .mosaics)
        try values.encode(survey.suggested, forKey: .suggested)
    }
}

/// A candidate, as far as it has come.
struct CandidateBody: Codable, Equatable, Sendable {
    enum State: String, Codable, Sendable { case waiting, searching, done }

    /// Names of its files, which become addresses.
    struct Files: Codable, Equatable, Sendable {
        var picture: String
        var small, difference, latents, photo: String?
    }

    var number: Int
    var state = State.waiting
    var step = 0
    var steps: Int
    var preview: String?
    var rms, max, searchedFaceRMS: Double?
    var accepted: Bool?
    var seconds, priorPercentile: Double?
    var files: Files?

    init(number: Int, steps: Int) { (self.number, self.steps) = (number, steps) }

    private enum Key: String, CodingKey {
        case number, state, step, steps, preview, rms, max, searchedFaceRMS, accepted, seconds,
            priorPercentile, files
    }

    /// With every key, null where there is nothing.
    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(number, forKey: .number)
        try values.encode(state, forKey: .state)
        try values.encode(step, forKey: .step)
        try values.encode(steps, forKey: .steps)
        try values.encode(preview, forKey: .preview)
        try values.encode(rms.finite, forKey: .rms)
        try values.encode(max.finite, forKey: .max)
        try values.encode(searchedFaceRMS.finite, forKey: .searchedFaceRMS)
        try values.encode(accepted, forKey: .accepted)
        try values.encode(seconds.finite, forKey: .seconds)
        try values.encode(priorPercentile.finite, forKey: .priorPercentile)
        try values.encode(files, forKey: .files)
    }
}

extension CandidateBody.Files {
    private enum Key: String, CodingKey { case picture, small, difference, latents, photo }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(picture, forKey: .picture)
        try values.encode(small, forKey: .small)
        try values.encode(difference, forKey: .difference)
        try values.encode(latents, forKey: .latents)
        try values.encode(photo, forKey: .photo)
    }
}

extension Double? {
    /// JSON has no other numbers.
    var finite: Double? { flatMap { $0.isFinite ? $0 : nil } }
}
