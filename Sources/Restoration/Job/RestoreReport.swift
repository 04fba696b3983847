import FaceAlignment
import Files
import Foundation
import Jobs
import Search

/// What `report.json` says about a restored photograph.
public struct RestoreReport: Codable, Sendable {
    public struct Region: Codable, Sendable, Hashable {
        /// Extents of a block in pixels, and where one of its corners lies.
        public var blockWidth, blockHeight, left, top: Double
        public var blocks: Int
        /// Around it, in pixels of the upright photograph.
        public var box: PixelRectangle
        /// 0…1: of what differs between neighbouring blocks, how much does so on the grid's lines. 0 for a region that was
        /// given and in which none was recognised.
        public var confidence: Double
        /// How far the pixels of a block are from its colour, in grey levels.
        public var deviation: Double

        init(_ region: MosaicRegion) {
            (blockWidth, blockHeight) = (region.grid.width, region.grid.height)
            (left, top) = (region.grid.left, region.grid.top)
            blocks = region.cells.count
            box = region.box
            (confidence, deviation) = (region.confidence, region.deviation)
        }
    }

    public struct Candidate: Codable, Sendable, Hashable {
        /// The aligned face and its latents, by their paths below the report's folder.
        public var file, latents: String
        /// Of the photograph that was written with it.
        public var certificate: BlockCertificate
        public var steps: Int
        public var seconds: Double
        public var accepted: Bool
        public var judgement: Judgement?
    }

    public struct Face: Codable, Sendable {
        /// Counted from 1, as in the overview.
        public var number: Int
        /// How its place was found.
        public var origin: LocatedFace.Origin
        /// From the pixels of its aligned pictures to the upright photograph.
        public var transform: PhotoTransform
        /// How much what is seen of it looks like a face that the generator makes, 0…1.
        public var likeness: Double?
        /// Of `regions`, counted from 1.
        public var regions: [Int]
        public var candidates: [Candidate]
    }

    public var input: PhotoOrigin
    public var model: Report.Model
    public var mode: String
    public var seed: UInt64
    public var request: RestoreRequest
    public var kernels: String
    public var regions: [Region]
    public var faces: [Face]
    /// The photographs written: number k has candidate k of every face.
    public var pictures: [String]
    /// How many times as wide and as high as the photograph they are; nil, of an earlier version, is 1.
    public var scale: Int?
    public var interrupted: Bool?
    public var peakMemoryBytes: Int
    public var seconds: Double
    public var version: String
    /// The SHA-256 of every other file, by its path below the report's folder.
    public var files: [String: String]
}

extension RestoreReport {
    /// Whether every face has an accepted candidate.
    public var hasAccepted: Bool { faces.allSatisfy { $0.candidates.contains(where: \.accepted) } }

    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    public init(contentsOf path: FilePath) throws {
        self = try JSONDecoder().decode(RestoreReport.self, from: Data(try readFile(path, limit: 1 << 26)))
    }
}
