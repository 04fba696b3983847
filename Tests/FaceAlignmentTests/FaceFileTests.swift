import FaceAlignment
import Foundation
import Testing

@Suite struct FaceFileTests {
    private func read(_ text: String) throws -> DetectedFace {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try DetectedFace(contentsOf: url)
    }

    private func reason(_ text: String) throws -> String {
        let error = #expect(throws: AlignmentError.self) { try read(text) }
        guard case .faceFileUnreadable(_, let reason) = error else { return "" }
        return reason
    }

    private func points(_ count: Int, _ point: String = "[1, 2]") -> String {
        "[" + [String](repeating: point, count: count).joined(separator: ", ") + "]"
    }

    @Test func readsWhatItWrites() throws {
        let face = DetectedFace(
            box: FaceBox(left: 1, top: -2, right: 300, bottom: 400), score: 0.75,
            landmarks: landmarks(centre: [300.25, 240], scale: 100))
        let json = try face.jsonData()
        #expect(try read(String(decoding: json, as: UTF8.self)) == face)

        let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(Set(object.keys) == ["box", "score", "landmarks", "quad"])
        #expect(object["box"] as? [Double] == [1, -2, 300, 400])
        #expect((object["landmarks"] as? [[Double]])?.count == 68)
        #expect(object["quad"] as? [[Double]] == face.quad)
        #expect(face.quad == [[100.25, 10], [100.25, 410], [500.25, 410], [500.25, 10]])
    }

    @Test func landmarksAloneAreEnoughAndQuadIsNotBelieved() throws {
        let json = try JSONEncoder().encode(landmarks(centre: [300, 240], scale: 100))
        let text = #"{"landmarks": \#(String(decoding: json, as: UTF8.self)), "quad": [[0, 0]]}"#
        let face = try read(text)
        #expect(face.score == nil)
        #expect(face.box == FaceBox(left: 250, top: 200, right: 350, bottom: 300))
        #expect(face.quad[0] == [100, 10])
        let again = try #require(try JSONSerialization.jsonObject(with: face.jsonData()) as? [String: Any])
        #expect(again["score"] is NSNull)
    }

    @Test func saysWhatIsWrong() throws {
        #expect(try reason("") == "not JSON")
        #expect(try reason("[1, 2") == "not JSON")
        #expect(try reason("[1, 2]") == "'the file' has the wrong form")
        #expect(try reason("{}") == "'landmarks' is missing")
        #expect(try reason(#"{"landmarks": 3}"#) == "'landmarks' has the wrong form")
        #expect(
            try reason(#"{"landmarks": \#(points(68, #"["a", 2]"#))}"#) == "'landmarks' has the wrong form")
        #expect(try reason(#"{"landmarks": \#(points(67))}"#) == "there are 67 landmarks, not 68")
        #expect(
            try reason(#"{"landmarks": \#(points(68, "[1]"))}"#)
                == "landmark 0 is not a pair of finite numbers")
        #expect(
            try reason(#"{"landmarks": \#(points(68)), "box": [1, 2, 3]}"#) == "a box is four finite numbers")
        #expect(try !reason(#"{"landmarks": \#(points(68, "[1e999, 2]"))}"#).isEmpty)
        #expect(try !reason(String(repeating: "[", count: 100_000)).isEmpty)
        #expect(try reason(String(repeating: " ", count: 2 << 20)) == "larger than 1 MiB")
    }

    @Test func namesTheFileAsGiven() throws {
        let missing = URL(fileURLWithPath: "no/such.json")
        let error = #expect(throws: AlignmentError.self) { try DetectedFace(contentsOf: missing) }
        #expect(error == .faceFileUnreadable(name: "no/such.json", reason: "no such file"))
        #expect(error?.description.hasPrefix("no/such.json: ") == true)
    }
}
