import Foundation
import Imaging
import TestSupport
import Testing

/// Inputs that cannot be searched for: each named, with what is wrong and what to do, before any work.
@Suite struct UpsampleInputTests {
    @Test func badInputsAreNamedAndTheOthersDone() throws {
        try UpsampleScene.with { scene in
            try scene.add("good.png")
            let png = try scene.bytes("good.png")
            try Data().write(to: scene.url("empty.png"))
            try png.prefix(png.count - 60).write(to: scene.url("cut.png"))
            try Data("not a picture".utf8).write(to: scene.url("text.png"))
            try scene.add("large.png", side: 300)
            try scene.add("tiny.png", side: 7)
            try Picture.canvas(width: 20, height: 16).writePNG(to: scene.url("oblong.png"), provenance: nil)
            let bad = [
                "missing.png", "empty.png", "cut.png", "text.png", "large.png", "tiny.png", "oblong.png",
            ]
            let output = try scene.upsample(bad + ["good.png"], ["--tolerance", "255"])
            #expect(output.status == 2, "\(output)")
            let errors = output.standardError.split(separator: "\n").filter { $0.hasPrefix("pulse: error: ") }
            for name in bad {
                #expect(errors.filter { $0.contains(name) }.count == 1, "\(name): \(output)")
            }
            #expect(
                output.standardError.contains("pulse align large.png --output aligned --size 32"), "\(output)"
            )
            #expect(try scene.names("out") == ["good"])
            #expect(try scene.names("out/good") == ["1.png", "1.safetensors", "overview.png", "report.json"])
        }
    }

    @Test func nothingIsMadeWhereNoInputIsGood() throws {
        try UpsampleScene.with { scene in
            let output = try scene.upsample(["missing.png"])
            #expect(output.status == 2, "\(output)")
            #expect(try scene.names(".") == [])
        }
    }

    @Test func nameClashesAreRefusedBeforeWork() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            try FileManager.default.createDirectory(at: scene.url("b"), withIntermediateDirectories: true)
            try scene.add("b/a.png")
            for inputs in [["a.png", "b/a.png"], ["a.png", "a.png"]] {
                let output = try scene.upsample(inputs)
                #expect(output.status == 2, "\(output)")
                #expect(output.standardError.contains("'a'"), "\(output)")
                #expect(try scene.names(".") == ["a.png", "b"])
            }
        }
    }

    @Test func outputThatCannotBeAFolderIsRefused() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            for output in ["a.png", "a.png/deeper", "/proc/nowhere"] {
                let run = try PulseBinary.run(
                    ["upsample", "a.png", "--output", output, "--mode", "classic", "--steps", "1"],
                    in: scene.folder)
                #expect(run.status == 2, "\(run)")
                #expect(run.standardError.hasPrefix("pulse: error: "), "\(run)")
                #expect(run.standardError.contains("--output"), "\(run)")
            }
        }
    }

    /// A folder of the same name that is somebody else's is not replaced, nor is an input.
    @Test func foreignFoldersAreLeftAlone() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            try FileManager.default.createDirectory(at: scene.url("out/a"), withIntermediateDirectories: true)
            try Data("mine".utf8).write(to: scene.url("out/a/diary.txt"))
            let output = try scene.upsample(["a.png"])
            #expect(output.status == 2, "\(output)")
            #expect(output.standardError.contains("diary.txt"), "\(output)")
            #expect(try scene.names("out/a") == ["diary.txt"])

            try FileManager.default.copyItem(at: scene.url("a.png"), to: scene.url("b"))
            let bare = try PulseBinary.run(["upsample", "b", "--output", "."], in: scene.folder)
            #expect(bare.status == 2, "\(bare)")
            #expect(try scene.bytes("b") == scene.bytes("a.png"))
        }
    }
}
