import FaceAlignment
import Foundation
import Imaging
import Testing

/// A grey photograph with soft white dots, whose centres are known to a fraction of a pixel.
private struct DottedPhoto {
    var photo: Photo
    /// In continuous coordinates: the centre of the first pixel is at (½, ½).
    var marks: [SIMD2<Double>]

    init(width: Int, height: Int, marks: [SIMD2<Double>], sigma: Double) {
        var pixels = [UInt8](repeating: 60, count: width * height * 3)
        for mark in marks {
            let reach = 5 * sigma
            for y in max(Int(mark.y - reach), 0)..<min(Int(mark.y + reach), height) {
                for x in max(Int(mark.x - reach), 0)..<min(Int(mark.x + reach), width) {
                    let offset = SIMD2(Double(x) + 0.5, Double(y) + 0.5) - mark
                    let light = exp(-(offset * offset).sum() / (2 * sigma * sigma))
                    for channel in 0..<3 { pixels[(y * width + x) * 3 + channel] += UInt8(180 * light) }
                }
            }
        }
        self.marks = marks
        photo = Photo(
            Picture(width: width, height: height, pixels: pixels), file: "dots.png", sha256: "none")
    }
}

/// The centre of the light around a point, in continuous coordinates, found without knowing where it should be.
private func centre(in picture: Picture, near start: SIMD2<Double>, radius: Double) -> SIMD2<Double> {
    var centre = start
    for _ in 0..<4 {
        var (sum, weight) = (SIMD2(0.0, 0.0), 0.0)
        for y in max(Int(centre.y - radius), 0)..<min(Int(centre.y + radius) + 1, picture.height) {
            for x in max(Int(centre.x - radius), 0)..<min(Int(centre.x + radius) + 1, picture.width) {
                let point = SIMD2(Double(x) + 0.5, Double(y) + 0.5)
                let offset = point - centre
                let light = Double(picture[x, y].red) - 60
                guard (offset * offset).sum() <= radius * radius, light > 0 else { continue }
                sum += point * light
                weight += light
            }
        }
        guard weight > 0 else { return SIMD2(.nan, .nan) }
        centre = sum / weight
    }
    return centre
}

struct TransformCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var width: Int
    var height: Int
    var centre: SIMD2<Double>
    var scale: Double
    /// In degrees.
    var turn = 0.0
    /// Of the downscaled face; nil for a crop of 256 pixels.
    var size: Int?
    /// Whether the square reaches over an edge.
    var isPadded = true

    static let all = [
        TransformCase(
            testDescription: "enlarged", width: 200, height: 180, centre: [100, 90], scale: 30,
            isPadded: false),
        TransformCase(
            testDescription: "turned", width: 400, height: 400, centre: [200.3, 199.6], scale: 50, turn: 33,
            isPadded: false),
        TransformCase(
            testDescription: "padded", width: 200, height: 200, centre: [60, 150], scale: 40, turn: -20),
        TransformCase(
            testDescription: "made small", width: 1000, height: 1000, centre: [500, 520], scale: 160,
            turn: 10,
            size: 100, isPadded: false),
        TransformCase(
            testDescription: "tiny and padded", width: 900, height: 900, centre: [300, 560], scale: 200,
            size: 32),
        // The square is wider than 1024 pixels, so that the photograph is shrunk by 2, 3 and 4; odd sides round.
        TransformCase(
            testDescription: "shrunk by 2", width: 1177, height: 1101, centre: [588, 550], scale: 260),
        TransformCase(
            testDescription: "shrunk by 3, turned", width: 1177, height: 1100, centre: [575.3, 562.6],
            scale: 400, turn: 15),
        TransformCase(
            testDescription: "shrunk by 4", width: 1177, height: 951, centre: [500, 700], scale: 515, turn: -8
        ),
    ]

    var face: DetectedFace {
        let (sine, cosine) = (sin(turn * .pi / 180), cos(turn * .pi / 180))
        let points = landmarks(centre: [0, 0], scale: scale).map {
            [
                centre.x + cosine * $0[0] - sine * $0[1], centre.y + sine * $0[0] + cosine * $0[1],
            ]
        }
        return FaceAlignmentTests.face(points)
    }
}

@Suite struct PhotoTransformTests {
    /// Dots are drawn in the photograph, found in the face, and mapped back: within half a pixel of the photograph.
    @Test(arguments: TransformCase.all)
    func marksMapBack(_ test: TransformCase) throws {
        let side = test.scale * 4
        // Wide enough to be seen in the photograph, in the shrunken one and in the face.
        let sigma = max(2.5, side / Double(test.size ?? 128))
        // Near a padded edge the picture is blurred more and more, which moves what is seen there.
        let inside = test.isPadded ? 0.13 * side + 4 * sigma : 5 * sigma
        var marks: [SIMD2<Double>] = []
        for row in -2...2 {
            for column in -2...2 {
                let offset = SIMD2(Double(column) + 0.13, Double(row) - 0.27) * 8 * sigma
                let (mark, reach) = (test.centre + offset, test.scale * 1.3)
                guard mark.x > inside, mark.y > inside, mark.x < Double(test.width) - inside,
                    mark.y < Double(test.height) - inside, abs(offset.x) < reach, abs(offset.y) < reach
                else { continue }
                marks.append(mark)
            }
        }
        try #require(marks.count >= 3)
        let dots = DottedPhoto(width: test.width, height: test.height, marks: marks, sigma: sigma)
        let (picture, transform) = try aligned(dots.photo, test)
        let pixel = transform.determinant.squareRoot()
        for mark in marks {
            let radius = 4 * sigma / pixel
            let found = centre(in: picture, near: transform.inFace(mark), radius: radius)
            let error = transform.inPhoto(found) - mark
            #expect((error * error).sum().squareRoot() < 0.5, "\(mark): off by \(error)")
        }
    }

    private func aligned(_ photo: Photo, _ test: TransformCase) throws -> (Picture, PhotoTransform) {
        guard let size = test.size else {
            let crop = try align(photo.picture, to: test.face, side: 256)
            return (crop.picture, crop.transform)
        }
        let face = try alignedFace(photo, test.face, size: size)
        #expect(face.picture.width == size && face.photo == photo.origin)
        return (face.picture, face.transform)
    }

    @Test func cornersAreTheQuadHalfAPixelOn() throws {
        let picture = plain(width: 300, height: 240)
        let someone = face(landmarks(centre: [20, 200], scale: 31))
        let photo = Photo(picture, file: "a.png", sha256: "none")
        for size in [8, 32, 1024] {
            let transform = try alignedFace(photo, someone, size: size).transform
            let side = Double(size)
            let corners: [SIMD2<Double>] = [[0, 0], [0, side], [side, side], [side, 0]]
            for (corner, expected) in zip(corners, someone.quad) {
                let error = transform.inPhoto(corner) - SIMD2(expected[0] + 0.5, expected[1] + 0.5)
                #expect(abs(error.x) < 1e-9 && abs(error.y) < 1e-9)
            }
        }
    }

    @Test func theInverseIsOne() throws {
        let transform = PhotoTransform(right: [0.3, 0.7], down: [-0.9, 0.2], origin: [12, -40])
        let point = SIMD2(3.25, 99.5)
        let back = transform.inFace(transform.inPhoto(point)) - point
        #expect(abs(back.x) < 1e-12 && abs(back.y) < 1e-12)
        let json = try JSONEncoder().encode(transform)
        #expect(
            try JSONDecoder().decode([[Double]].self, from: json) == [[0.3, -0.9, 12], [0.7, 0.2, -40]])
        #expect(try JSONDecoder().decode(PhotoTransform.self, from: json) == transform)
        for bad in ["[]", "[[1,2],[3,4]]", "[[1,2,3]]"] {
            #expect(throws: (any Error).self) {
                try JSONDecoder().decode(PhotoTransform.self, from: Data(bad.utf8))
            }
        }
    }
}
