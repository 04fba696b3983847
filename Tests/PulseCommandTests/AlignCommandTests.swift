import FaceAlignment
import Files
import Foundation
import Imaging
import TestSupport
import Testing

/// What `pulse align` writes, prints and says.
@Suite struct AlignCommandTests {
    @Test func writesEveryFaceWithTheWayBack() throws {
        try AlignScene.with { scene in
            try scene.addSample(as: "me.png")
            let output = try scene.align(["me.png", "--output", "out", "--size", "64"])
            output.expectStatus(0)
            #expect(output.standardOutput == "out/me_0.png\nout/me_1.png\n")
            #expect(output.standardError.isEmpty, "\(output)")
            #expect(try scene.names("out") == ["me_0.json", "me_0.png", "me_1.json", "me_1.png"])
            #expect(scene.isWhole("out/me_0") && scene.isWhole("out/me_1"))
            let record = try #require(FaceRecord(intactFileAt: FilePath(scene.url("out/me_0.json"))))
            #expect(
                record.photo
                    == PhotoOrigin(
                        file: "me.png", sha256: sha256(of: try scene.bytes("me.png")), width: 512, height: 512
                    ))
            #expect(
                record.size == 64 && record.face.box == FaceBox(left: 175, top: 76, right: 265, bottom: 166))
            // The middle of the face lies between the eyes and the mouth.
            let middle = record.transform.inPhoto([32, 32])
            #expect(abs(middle.x - 223) < 10 && abs(middle.y - 110) < 20)
            #expect(try Picture(contentsOf: scene.url("out/me_0.png")).width == 64)

            // Its own files are landmarks again, for the same pixels.
            try scene.align(
                ["me.png", "--output", "again", "--size", "64", "--landmarks", "out/me_1.json"]
            ).expectStatus(0)
            #expect(try scene.bytes("again/me_0.png") == scene.bytes("out/me_1.png"))

            // Another run on the photograph replaces the faces, and one face does not leave the other behind.
            try FileManager.default.copyItem(at: scene.url("out/me_1.json"), to: scene.url("kept.json"))
            let one = try scene.align(["me.png", "--output", "out", "--landmarks", "kept.json"])
            one.expectStatus(0)
            #expect(one.standardError.contains("me.png: the earlier faces were replaced"), "\(one)")
            #expect(try scene.names("out") == ["me_0.json", "me_0.png"])
            #expect(scene.isWhole("out/me_0"))
        }
    }

    @Test func landmarksAreAllThatADrawnPhotoNeeds() throws {
        try AlignScene.with { scene in
            try scene.draw("a.png")
            try scene.addLandmarks()
            try scene.add("bad.json", Data("[{\"x\": 1, \"y\": 2}]".utf8))
            try scene.align(["a.png", "--output", "deep/er", "--landmarks", "points.json"]).expectStatus(0)
            #expect(scene.isWhole("deep/er/a_0"))
            let bad = try scene.align(["a.png", "--output", "out", "--landmarks", "bad.json"])
            bad.expectStatus(2)
            #expect(bad.standardError.contains("a list of 1 objects with 'x', 'y'"), "\(bad)")
            #expect(try scene.names(".") == ["a.png", "bad.json", "deep", "points.json"])
        }
    }

    @Test func namesNeedNotBeText() throws {
        try AlignScene.with { scene in
            try scene.draw("a.png")
            try scene.addLandmarks()
            let composed = "caf\u{E9}.png"
            let decomposed = "cafe\u{301}.png"
            for name in ["-dash.png", composed, decomposed] {
                try FileManager.default.copyItem(at: scene.url("a.png"), to: scene.url(name))
            }
            try scene.align(["./-dash.png", "--output", "out", "--landmarks", "points.json"]).expectStatus(0)
            let both = try scene.align([composed, decomposed, "--output", "both"])
            both.expectStatus(1)
            #expect(both.standardError.components(separatedBy: "no face found").count == 3, "\(both)")

            let odd = scene.path.appending(bytes: [0x62, 0xFF, 0xFE, 0x2E, 0x70])
            try writeFile(try scene.bytes("a.png"), to: odd)
            let run = try PulseBinary.shell(
                #""$0" align b*.p --output out --landmarks points.json"#, in: scene.folder)
            run.expectStatus(0)
            let written = scene.path.appending("out").appending(
                bytes: [0x62, 0xFF, 0xFE] + Array("_0.png".utf8))
            #expect(try !readFile(written, limit: 1 << 20).isEmpty)
        }
    }

    /// What is said helps with a picture of its size, and does not lead back to where it came from.
    @Test func adviceCanHelp() throws {
        try AlignScene.with { scene in
            try scene.draw("small.png", width: 60, height: 60)
            try scene.draw("large.png", width: 1024, height: 1024)
            try scene.draw("wide.png", width: 1200, height: 800)
            let run = try scene.align(["small.png", "large.png", "wide.png", "--output", "out"])
            run.expectStatus(1)
            #expect(run.standardOutput.isEmpty && !run.standardError.contains("error"), "\(run)")
            let lines = run.standardError.split(separator: "\n").map(String.init)
            try #require(lines.count == 3)
            for line in lines {
                #expect(line.contains("pulse upsample"))
            }
            #expect(lines[0].contains("enlarge the picture") && !lines[0].contains("cut out"), "\(run)")
            #expect(lines[1].contains("'pulse restore' finds it"), "\(run)")
            #expect(lines[2].contains("--smallest 20"), "\(run)")

            let refused = try PulseBinary.run(
                ["upsample", "large.png", "--output", "faces"], in: scene.folder)
            refused.expectStatus(2)
            #expect(refused.standardError.contains("one pixel for each block"), "\(refused)")
        }
    }
}
