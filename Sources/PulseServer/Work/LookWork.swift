import FaceAlignment
import Files
import Foundation
import Imaging
import Models
import Restoration

/// Looks at one picture, in a process of its own: decodes it, draws the copy that the page shows, and finds faces and
/// mosaics. The picture's folder is the current one.
public struct LookWork {
    static let picture = "picture"
    static let shown = "image.png"
    static let survey = "survey.json"
    /// Of what the page shows.
    static let longestSide = 2048
    static let limits = PictureLimits(pixels: 40_000_000, bytes: 32 << 20)

    private let wording: @Sendable (any Error) -> String

    public init(wording: @escaping @Sendable (any Error) -> String) { self.wording = wording }

    /// - Returns: a line for the server where that was not possible.
    public func run() -> Data? {
        do {
            try look()
            return nil
        } catch {
            let kind: ProblemKind =
                switch error {
                case is PictureError: .unreadablePicture
                case is AlignmentError: .failed
                default: isDiskFull(error) ? .diskFull : .failed
                }
            let failure = WorkEvent.Failure(problem: kind, detail: wording(error))
            return try? JSONEncoder().encode(failure)
        }
    }

    private func look() throws {
        let file = try PictureFile(
            contentsOf: FilePath(Self.picture), name: "the picture", limits: Self.limits)
        let picture = try file.decoded()
        try shown(picture).writePNG(to: FilePath(Self.shown), provenance: nil)
        let survey = try survey(of: picture)
        try writeAtomically(try JSONEncoder().encode(survey), to: FilePath(Self.survey))
    }

    private func shown(_ picture: Picture) throws -> Picture {
        let longer = max(picture.width, picture.height)
        guard longer > Self.longestSide else { return picture }
        func reduced(_ side: Int) -> Int { max(1, side * Self.longestSide / longer) }
        return try picture.shrunk(width: reduced(picture.width), height: reduced(picture.height))
    }

    private func survey(of picture: Picture) throws -> PictureSurvey {
        var found = PictureSurvey(width: picture.width, height: picture.height, faces: [], mosaics: [])
        let isTiny = max(picture.width, picture.height) <= 256
        // A picture that is one mosaic is searched for as it is, whatever its size.
        if isTiny || picture.width == picture.height && Mosaic(of: picture) != nil {
            found.suggested = .whole
            return found
        }
        let encoder = try ModelStore().load(ModelStore.defaultModelName).latentSpace().encoder
        let detector = try FaceDetector()
        let survey = try Survey(of: picture, detector: detector, encoder: encoder)
        found.mosaics = survey.hidden.enumerated().map { index, face in
            let regions = face.regions.map { survey.regions[$0] }
            let box = regions.dropFirst().reduce(regions[0].box) { $0.union($1.box) }
            let grid = regions[0].grid
            return PictureSurvey.Mosaic(
                number: index + 1, box: Box(box), block: .init(width: grid.width, height: grid.height),
                columns: Int((box.width / grid.width).rounded()),
                rows: Int((box.height / grid.height).rounded()),
                confidence: regions[0].confidence)
        }
        let hidden = survey.hidden.map { $0.regions.map { survey.regions[$0].box } }.joined()
        found.faces = try detector.faces(in: picture).enumerated().compactMap { index, face in
            let box = face.box
            let centre = SIMD2((box.left + box.right) / 2, (box.top + box.bottom) / 2)
            // What a mosaic hides is offered as such.
            guard !hidden.contains(where: { $0.contains(centre) }) else { return nil }
            return PictureSurvey.Face(
                number: index + 1,
                box: Box(x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top),
                score: face.score ?? 0)
        }
        found.suggested =
            found.mosaics.first.map { .mosaic($0.number) } ?? found.faces.first.map { .face($0.number) }
        return found
    }
}

extension PixelRectangle {
    fileprivate func contains(_ point: SIMD2<Double>) -> Bool {
        left <= point.x && point.x <= right && top <= point.y && point.y <= bottom
    }

    fileprivate func union(_ other: PixelRectangle) -> PixelRectangle {
        PixelRectangle(
            left: min(left, other.left), top: min(top, other.top), right: max(right, other.right),
            bottom: max(bottom, other.bottom))
    }
}
