import Degradation
import FaceAlignment
import Foundation
import Imaging
import TestSupport
import Testing

/// One crop that the original procedure made of a picture that is a formula (`Tools/goldens/align.py`).
struct CropCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let width: Int
    let height: Int
    let landmarks: [[Double]]

    var testDescription: String { name }

    static let all = (try? manifest().cases) ?? []

    struct Manifest: Decodable {
        let side: Int
        let cases: [CropCase]
    }

    static func manifest() throws -> Manifest {
        try JSONDecoder().decode(Manifest.self, from: Data(contentsOf: goldenURL("align.json")))
    }
}

@Suite struct FaceCropTests {
    @Test func goldensAreThere() throws {
        #expect(try CropCase.manifest().cases.count == 7)
    }

    @Test(arguments: CropCase.all)
    func equalsTheOriginalProcedure(_ golden: CropCase) throws {
        let side = try CropCase.manifest().side
        let picture = waves(width: golden.width, height: golden.height)
        let crop = try align(picture, to: face(golden.landmarks), side: side).picture
        let expected = try Picture(contentsOf: goldenURL("align_\(golden.name).png"))
        try #require(crop.width == side && crop.height == side && expected.width == side)
        let differences = zip(crop.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
        let mean = Double(differences.reduce(0, +)) / Double(differences.count)
        #expect(mean <= 1, "mean \(mean), max \(differences.max() ?? 0)")
        #expect((differences.max() ?? 0) <= 12, "mean \(mean)")
    }

    @Test func aPlainPictureStaysPlain() throws {
        let picture = plain(width: 90, height: 70, level: 200)
        let crop = try align(picture, to: face(landmarks(centre: [20, 60], scale: 30)), side: 64).picture
        #expect(crop == plain(width: 64, height: 64, level: 200))
    }

    @Test func onePixelIsEnoughToCutFrom() throws {
        let picture = plain(width: 1, height: 1, level: 77)
        let crop = try align(picture, to: face(landmarks(centre: [0, 0], scale: 3)), side: 16).picture
        #expect(crop == plain(width: 16, height: 16, level: 77))
    }

    @Test func fullSizeIsTheCropAndSmallSizesAreDOfIt() throws {
        let picture = waves(width: 200, height: 200)
        let someone = face(landmarks(centre: [100, 100], scale: 30))
        let photo = Photo(picture, file: "waves.png", sha256: "none")
        let crop = try align(picture, to: someone)
        let whole = try alignedFace(photo, someone, size: 1024)
        #expect(whole.picture == crop.picture && whole.transform == crop.transform)
        let small = try alignedFace(photo, someone, size: 20)
        let expected = Picture(Resampling(from: 1024, to: 20).apply(crop.picture.tensor()))
        #expect(small.picture == expected && small.face == someone)
    }

    @Test(
        arguments: [
            ([50, 50], 0.2, LandmarkFault.tooSmall(side: 0.72)),
            ([300, 50], 10, .elsewhere),
            ([-90, 50], 10, .elsewhere),
            ([50, 1e6], 10, .farOutside(index: 0)),
            ([50, -1e300], 10, .farOutside(index: 0)),
        ] as [(SIMD2<Double>, Double, LandmarkFault)])
    func refusesLandmarksThatAreNoFace(centre: SIMD2<Double>, scale: Double, fault: LandmarkFault) throws {
        let error = #expect(throws: AlignmentError.self) {
            try align(plain(width: 100, height: 100), to: face(landmarks(centre: centre, scale: scale)))
        }
        guard case .landmarks(let found) = error else { return }
        if case .tooSmall = fault, case .tooSmall = found { return }
        #expect(found == fault)
    }

    @Test func refusesLandmarksThatAreNotNumbers() throws {
        var points = landmarks(centre: [50, 50], scale: 20)
        points[7] = [.nan, 3]
        #expect(throws: AlignmentError.landmarks(.notAPoint(index: 7))) {
            try align(plain(width: 100, height: 100), to: face(points))
        }
        #expect(throws: AlignmentError.landmarks(.count(3))) {
            try align(plain(width: 100, height: 100), to: face(Array(points[0..<3])))
        }
    }

    @Test func aFaceLargerThanThePictureCostsNoMoreThanOneThatFits() throws {
        // A square 8000 pixels wide around a picture of 2000: shrunk before it is padded.
        let picture = plain(width: 2000, height: 10, level: 9)
        let crop = try align(picture, to: face(landmarks(centre: [1000, 5], scale: 2000)), side: 32).picture
        #expect(crop == plain(width: 32, height: 32, level: 9))
    }
}
