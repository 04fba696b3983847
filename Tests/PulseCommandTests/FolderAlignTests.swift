import Foundation
import Imaging
import TestSupport
import Testing

/// Folders of photographs, and the way from them to results.
@Suite struct FolderAlignTests {
    @Test func aFolderOfPhotographsIsAlignedOnce() throws {
        try AlignScene.with { scene in
            try scene.addSample(as: "photos/x/a.png")
            try scene.draw("photos/nobody.png")
            try scene.add("photos/notes.txt")
            let first = try scene.align(["photos", "-o", "out"])
            first.expectStatus(1)
            #expect(scene.isWhole("out/x/a_0"))
            #expect(try scene.names("out") == [".pulse-journal.sqlite", "x"])
            #expect(first.standardError.contains("2 pictures: 2 done, 1 of these without a face"), "\(first)")
            let second = try scene.align(["photos", "-o", "out"])
            second.expectStatus(1)
            #expect(second.standardError.contains("2 pictures: 2 done before"), "\(second)")
            #expect(second.standardOutput.isEmpty)

            // What was removed is made again, and what is asked for otherwise.
            try FileManager.default.removeItem(at: scene.url("out/x/a_0.png"))
            let removed = try scene.align(["photos", "-o", "out"])
            #expect(removed.standardError.contains("1 done, 1 done before"), "\(removed)")
            #expect(scene.isWhole("out/x/a_0"))
            let sized = try scene.align(["photos", "-o", "out", "--size", "64"])
            #expect(sized.standardError.contains("2 pictures: 2 done"), "\(sized)")

            // A photograph that has changed replaces the faces that were its own.
            let before = try scene.bytes("out/x/a_0.json")
            var other = try Picture(data: scene.bytes("photos/x/a.png"), name: "a")
            other.draw(Picture.canvas(width: 9, height: 9), x: 0, y: 0)
            try scene.add("photos/x/a.png", other.pngData(provenance: nil))
            let changed = try scene.align(["photos", "-o", "out", "--size", "64"])
            changed.expectStatus(1)
            #expect(changed.standardError.contains("1 done, 1 done before"), "\(changed)")
            #expect(try scene.bytes("out/x/a_0.json") != before && scene.isWhole("out/x/a_0"))
        }
    }

    @Test func facesAreNotAlignedAgain() throws {
        try AlignScene.with { scene in
            try scene.addSample(as: "photos/a.png")
            try scene.align(["photos", "-o", "photos/faces"]).expectStatus(0)
            let other = try scene.align(["photos", "-o", "others"])
            other.expectStatus(0)
            #expect(try !scene.names("others").contains("faces"), "\(other)")
            #expect(other.standardError.contains("earlier results of pulse"), "\(other)")
        }
    }

    /// The two commands of PULSE's scripts: photographs in one folder, faces in another, results in a third.
    @Test func theWayOfTheArticle() throws {
        try UpsampleScene.with { scene in
            let align = AlignScene(folder: scene.folder)
            try align.addSample(as: "realpics/me.png")
            try align.align(["realpics", "--output", "input"]).expectStatus(0)
            let output = try PulseBinary.run(
                ["upsample", "input", "--output", "runs", "--mode", "classic", "--steps", "1"],
                in: scene.folder)
            #expect([0, 1].contains(output.status), "\(output)")
            #expect(output.standardError.contains("JSON"), "\(output)")
            #expect(try scene.results("runs").contains("me_0"))
            let odd = try PulseBinary.run(["align", "realpics", "-o", "realpics"], in: scene.folder)
            odd.expectStatus(2)
        }
    }
}
