import Foundation
import Imaging
import TestSupport
import Testing

@testable import FaceAlignment

@Suite struct FaceDetectorTests {
    /// Reading the model takes a second: once for all tests.
    private static let detector = Result { try FaceDetector() }

    /// The public-domain portrait that `make setup` fetches, 512×512.
    private func astronaut() throws -> Picture {
        try Picture(contentsOf: pulseHome.appendingPathComponent("samples/astronaut.png"))
    }

    @Test func findsTheFaceThatDlibFinds() throws {
        let faces = try Self.detector.get().faces(in: try astronaut())
        let first = try #require(faces.first)
        #expect(first.box == FaceBox(left: 175, top: 76, right: 265, bottom: 166))
        let score = try #require(first.score)
        #expect(score > 1)
        #expect(faces.allSatisfy { ($0.score ?? 0) > 0 && $0.landmarks.count == 68 && $0.quad.count == 4 })
        #expect(faces.compactMap(\.score) == faces.compactMap(\.score).sorted(by: >))
        // Whole pixels, as dlib's predictor gives them on the picture itself.
        #expect(first.landmarks[0] == [179, 104])
        #expect(first.landmarks[16] == [272, 108])
    }

    @Test func findsTheSameFaceInALargePicture() throws {
        // A budget that forbids doubling and asks for half the size stands for a very large photograph.
        let photo = try astronaut()
        let side = 3 * photo.width
        let indices = (0..<side * side).map { ($0 / side / 3) * photo.width + $0 % side / 3 }
        let large = Picture(
            width: side, height: side, pixels: indices.flatMap { photo.pixels[$0 * 3..<$0 * 3 + 3] })
        let scan = Scan(width: large.width, height: large.height, budget: 1_200_000)
        #expect(scan.doublings == 0 && scan.reduction == 2)
        let found = try #require(try Self.detector.get().faces(in: large, scan: scan).first)
        let reference = try #require(try Self.detector.get().faces(in: photo).first)
        for (corner, expected) in zip(found.quad, reference.quad) {
            // Within a twentieth of the face's side, which is about 200 pixels of the small picture.
            #expect(abs(corner[0] / 3 - expected[0]) < 10 && abs(corner[1] / 3 - expected[1]) < 10)
        }
        #expect(FaceDetector.smallestFace(in: photo) == 40)
    }

    @Test(arguments: [(1, 1), (1, 300), (300, 2), (200, 150)])
    func findsNothingWhereNothingIs(width: Int, height: Int) throws {
        #expect(try Self.detector.get().faces(in: plain(width: width, height: height)).isEmpty)
        #expect(try Self.detector.get().faces(in: waves(width: width, height: height)).isEmpty)
    }

    @Test func callsFromSeveralThreadsAgree() async throws {
        let photo = try astronaut()
        let detector = try Self.detector.get()
        let all = try await withThrowingTaskGroup(of: [DetectedFace].self) { group in
            for _ in 0..<3 { group.addTask { try detector.faces(in: photo) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(all.count == 3 && all[0] == all[1] && all[1] == all[2])
    }

    @Test func saysWhichModelIsMissingOrBroken() throws {
        let nowhere = URL(fileURLWithPath: "no/such.dat")
        let missing = #expect(throws: AlignmentError.self) { try FaceDetector(landmarkModel: nowhere) }
        #expect(missing == .landmarkModelMissing(searched: [nowhere.path]))
        let picture = goldenURL("align.json")
        let broken = #expect(throws: AlignmentError.self) { try FaceDetector(landmarkModel: picture) }
        #expect(broken == .landmarkModelUnreadable(path: picture.relativePath))
    }

    @Test func looksForTheModelInTheUsualPlaces() {
        func places(_ environment: [String: String]) -> [String] {
            LandmarkModel.places(environment).map(\.path)
        }
        let file = "shape_predictor_68_face_landmarks.dat"
        #expect(places(["PULSE_LANDMARKS": "/a/b.dat", "PULSE_HOME": "/p"]) == ["/a/b.dat"])
        #expect(places(["PULSE_HOME": "/p", "XDG_DATA_HOME": "/x"]).first == "/p/\(file)")
        #expect(places(["XDG_DATA_HOME": "/x"]).first == "/x/pulse/\(file)")
        #expect(places(["PULSE_LANDMARKS": ""]).contains("/usr/share/dlib/\(file)"))
    }
}
