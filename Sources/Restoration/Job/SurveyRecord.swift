import FaceAlignment
import Foundation

/// What was found in a photograph, for scripts.
public struct SurveyRecord: Codable, Sendable {
    public struct Face: Codable, Sendable {
        /// As `--faces` takes it; nil where nothing hides it.
        public var number: Int?
        public var origin: LocatedFace.Origin
        /// From the pixels of an aligned picture of 1024 pixels a side to the upright photograph.
        public var transform: PhotoTransform
        public var likeness: Double?
        /// Of `regions`, counted from 1.
        public var regions: [Int]
    }

    /// The photograph as the user named it.
    public var file: String
    public var regions: [RestoreReport.Region]
    public var faces: [Face]

    public init(of survey: Survey, file: String) {
        self.file = file
        regions = survey.regions.map(RestoreReport.Region.init)
        faces = survey.faces.enumerated().map { index, face in
            Face(
                number: face.regions.isEmpty ? nil : index + 1, origin: face.place.origin,
                transform: face.place.transform, likeness: face.place.likeness,
                regions: face.regions.map { $0 + 1 })
        }
    }

    /// One line with sorted keys.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
