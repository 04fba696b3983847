import FaceAlignment
import Files
import Foundation
import Imaging
import TestSupport
import Testing

@Suite struct FaceFileTests {
    private func read(_ text: String) throws -> DetectedFace {
        try withTemporaryDirectory { folder in
            let path = FilePath(folder).appending("face.json")
            try writeFile(Data(text.utf8), to: path)
            return try DetectedFace(contentsOf: path)
        }
    }

    private func fault(_ text: String) throws -> FaceFileFault? {
        let error = #expect(throws: AlignmentError.self) { try read(text) }
        guard case .faceFile(_, let fault) = error else { return nil }
        return fault
    }

    private func list(_ count: Int, of item: String = "[1, 2]") -> String {
        "[" + [String](repeating: item, count: count).joined(separator: ", ") + "]"
    }

    private func someone(_ scale: Double = 100) throws -> (face: DetectedFace, pairs: String) {
        let points = landmarks(centre: [300.25, 240], scale: scale)
        let face = DetectedFace(
            box: FaceBox(left: 1, top: -2, right: 300, bottom: 400), score: 0.75, landmarks: points)
        return (face, String(decoding: try JSONEncoder().encode(points), as: UTF8.self))
    }

    @Test func readsWhatItWrites() throws {
        let face = try someone().face
        let aligned = AlignedFace(
            picture: plain(width: 8, height: 8), face: face,
            transform: PhotoTransform(right: [0.1, 0.3], down: [-0.3, 0.1], origin: [1.0 / 3, 1e9]),
            photo: PhotoOrigin(file: "é/a.png", sha256: "abc", width: 600, height: 400))
        let png = Data("pixels".utf8)
        let record = FaceRecord(of: aligned, png: png)
        let json = try record.json()
        #expect(try read(String(decoding: json, as: UTF8.self)) == face)
        try withTemporaryDirectory { folder in
            let path = FilePath(folder).appending("a.json")
            try writeFile(json, to: path)
            #expect(FaceRecord(intactFileAt: path) == record)
        }

        let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(object["box"] as? [Double] == [1, -2, 300, 400])
        #expect((object["landmarks"] as? [[Double]])?.count == 68)
        #expect(object["quad"] as? [[Double]] == face.quad)
        #expect(face.quad == [[100.25, 10], [100.25, 410], [500.25, 410], [500.25, 10]])
        #expect(object["transform"] as? [[Double]] == [[0.1, -0.3, 1.0 / 3], [0.3, 0.1, 1e9]])
        #expect(object["size"] as? Int == 8)
        #expect((object["picture"] as? [String: String]) == ["sha256": sha256(of: png)])
        let photo = try #require(object["photo"] as? [String: Any])
        #expect(photo["file"] as? String == "é/a.png" && photo["sha256"] as? String == "abc")
        #expect(photo["width"] as? Int == 600 && photo["height"] as? Int == 400)
        #expect(object["version"] as? String == pulseVersion)
    }

    /// What the user changed in it is the user's.
    @Test(arguments: [
        ("300.25", "300.5"), ("0.75", "0.7"), (#"{"box""#, #"{ "box""#), (#""size""#, #""note":1,"size""#),
    ])
    func knowsWhenItWasChanged(old: String, new: String) throws {
        let aligned = AlignedFace(
            picture: plain(width: 8, height: 8), face: try someone().face,
            transform: PhotoTransform(right: [1, 0], down: [0, 1], origin: [0, 0]),
            photo: PhotoOrigin(file: "a.png", sha256: "abc", width: 600, height: 400))
        let text = String(decoding: try FaceRecord(of: aligned, png: Data()).json(), as: UTF8.self)
        let changed = text.replacing(old, with: new, maxReplacements: 1)
        try #require(changed != text)
        try withTemporaryDirectory { folder in
            let path = FilePath(folder).appending("a.json")
            try writeFile(Data(changed.utf8), to: path)
            #expect(FaceRecord(intactFileAt: path) == nil)
            #expect(throws: Never.self) { try DetectedFace(contentsOf: path) }
        }
    }

    @Test func readsFilesOfEarlierVersionsAndBareLists() throws {
        let (face, pairs) = try someone()
        let early = #"{"box":[1,-2,300,400],"landmarks":\#(pairs),"quad":[[0,0]],"score":0.75}"#
        #expect(try read(early) == face)
        for text in [pairs, #"{"landmarks": \#(pairs), "author": {"name": [1]}}"#] {
            let read = try read(text)
            #expect(read.landmarks == face.landmarks && read.score == nil)
            #expect(read.box == FaceBox(left: 250.25, top: 200, right: 350.25, bottom: 300))
            #expect(read.quad == face.quad)
        }
    }

    @Test func namesTheFormThatIsWrong() throws {
        let (_, pairs) = try someone()
        let point = #"{"x": 1, "y": 2}"#
        let cases: [(String, FaceFileFault)] = [
            ("", .empty),
            ("[1, 2", .notJSON(resemblance: nil)),
            ("\n<?xml version='1.0'?><dataset/>", .notJSON(resemblance: .xml)),
            ("version: 1\nn_points: 68\n{\n1 2\n}", .notJSON(resemblance: .points)),
            (#""text""#, .landmarksForm(.string)),
            ("{}", .landmarksMissing(keys: [])),
            (#"{"faces": [], "a": 1}"#, .landmarksMissing(keys: ["a", "faces"])),
            (#"{"landmarks": null}"#, .landmarksForm(.null)),
            (
                #"{"landmarks": {"chin": [[1, 2]], "nose": []}}"#,
                .landmarksForm(.object(keys: ["chin", "nose"]))
            ),
            (list(68, of: point), .landmarksForm(.objects(count: 68, keys: ["x", "y"]))),
            (list(136, of: "5"), .landmarksForm(.numbers(count: 136))),
            (#"{"landmarks": \#(list(136, of: "5"))}"#, .landmarksForm(.numbers(count: 136))),
            ("[\(pairs), \(pairs)]", .landmarksForm(.faces(count: 2))),
            ("[\(pairs)]", .landmarksForm(.faces(count: 1))),
            (list(3, of: #"{"landmarks": \#(pairs), "score": 1}"#), .landmarksForm(.faces(count: 3))),
            (list(68, of: "[1, 2, 3]"), .landmarksForm(.rows(count: 68, length: 3))),
            (list(2, of: list(68, of: "1")), .landmarksForm(.rows(count: 2, length: 68))),
            (list(68, of: #"["1", "2"]"#), .landmarksForm(.rows(count: 68, length: 2))),
            (#"[[1, 2], 3, "a"]"#, .landmarksForm(.mixed(count: 3))),
            (list(5), .landmarks(.count(5))),
            ("[]", .landmarks(.count(0))),
            (list(67).dropLast() + ", [1]]", .landmarks(.notAPoint(index: 67))),
            (list(67).dropLast() + #", ["a", 1, 2]]"#, .landmarks(.notAPoint(index: 67))),
            (#"{"landmarks": \#(pairs), "box": [1, 2, 3]}"#, .boxForm(.numbers(count: 3))),
            (#"{"landmarks": \#(pairs), "score": "high"}"#, .scoreForm(.string)),
        ]
        for (text, expected) in cases {
            #expect(try fault(text) == expected, "\(text.prefix(60))")
        }
    }

    @Test func hostileFilesAreRefused() throws {
        #expect(try fault(#"{"landmarks": \#(list(68, of: "[1e999, 2]"))}"#) != nil)
        #expect(try fault(String(repeating: "[", count: 100_000)) == .notJSON(resemblance: nil))
        #expect(
            try fault(String(repeating: " ", count: 2 << 20))
                == .file(.tooLarge(bytes: 2 << 20, limit: 1 << 20)))
    }

    @Test func namesTheFileAsGiven() throws {
        let missing = FilePath("no/such.json")
        let error = #expect(throws: AlignmentError.self) { try DetectedFace(contentsOf: missing) }
        #expect(error == .faceFile(name: "no/such.json", .file(.missing)))
    }
}
