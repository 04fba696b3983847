import Foundation
import Imaging
import TestSupport
import Testing

/// Nothing of the user's is replaced, whatever it is called; results are, by their like.
@Suite struct UpsampleOwnershipTests {
    private func make(_ files: [String], in scene: UpsampleScene) throws {
        for file in files {
            try FileManager.default.createDirectory(
                at: scene.url(file).deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("mine".utf8).write(to: scene.url(file))
        }
    }

    @Test(arguments: [
        ["out/a/1.png", "out/a/2.png", "out/a/3.png"], ["out/a/intermediate/notes.txt"],
        ["out/a/overview.png"], ["out/a/report.json"], ["out/a/deep/er/x"],
    ])
    func foldersThatLookLikeResultsAreLeftAlone(_ files: [String]) throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            try make(files, in: scene)
            for more in [[], ["--force"]] {
                let output = try scene.upsample(["a.png"], more, steps: 1)
                #expect(output.status == 2, "\(output)")
                for file in files { #expect(try scene.bytes(file) == Data("mine".utf8)) }
            }
        }
    }

    @Test func noResultTakesTheInputsPlace() throws {
        try UpsampleScene.with { scene in
            try FileManager.default.createDirectory(
                at: scene.url("d/1"), withIntermediateDirectories: true)
            try scene.add("d/1/1.png")
            try scene.add("d/1/2.png", tint: 0.5)
            try FileManager.default.createSymbolicLink(
                atPath: scene.url("link").path, withDestinationPath: "d")
            let before = try scene.bytes("d/1/1.png")
            let commands = [
                ["d/1/1.png", "-o", "d"], ["d/1/1.png", "-o", "link"], ["link/1/1.png", "-o", "d"],
            ]
            for command in commands {
                let output = try PulseBinary.run(
                    ["upsample"] + command + ["--mode", "classic", "--steps", "1"], in: scene.folder)
                #expect(output.status == 2, "\(output)")
                #expect(output.standardError.contains("Choose another --output"), "\(output)")
                #expect(try scene.names("d/1") == ["1.png", "2.png"])
                #expect(try scene.bytes("d/1/1.png") == before)
            }
            let above = try PulseBinary.run(
                ["upsample", "1.png", "--output", "..", "--mode", "classic", "--steps", "1"],
                in: scene.url("d/1"))
            #expect(above.status == 2, "\(above)")
            #expect(try scene.names("d/1") == ["1.png", "2.png"])
        }
    }

    @Test func aResultIsReplacedByItsLikeAndByNoOther() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            func run(_ more: [String]) throws -> PulseBinary.Output {
                try PulseBinary.run(
                    [
                        "upsample", "a.png", "--output", "out", "--mode", "classic", "--steps", "1",
                        "--tolerance", "255",
                    ] + more,
                    in: scene.folder)
            }
            try run(["--seed", "7"]).expectStatus(0)
            let first = try scene.bytes("out/a/1.png")

            let random = try run([])
            #expect(random.status == 2, "\(random)")
            #expect(random.standardError.contains("--force"), "\(random)")
            #expect(try scene.bytes("out/a/1.png") == first)

            let chosen = try run(["--seed", "8"])
            chosen.expectStatus(0)
            #expect(chosen.standardError.contains("earlier result was replaced"), "\(chosen)")
            #expect(try scene.bytes("out/a/1.png") != first)

            try scene.add("a.png", tint: 0.5)
            let other = try run(["--seed", "8"])
            #expect(other.status == 2, "\(other)")
            #expect(other.standardError.contains("another picture"), "\(other)")
            try run(["--force"]).expectStatus(0)

            // What the user added or changed is not a part of the result any more.
            try Data("mine".utf8).write(to: scene.url("out/a/1.png"))
            let changed = try run(["--seed", "8", "--force"])
            #expect(changed.status == 2, "\(changed)")
            #expect(try scene.bytes("out/a/1.png") == Data("mine".utf8))
        }
    }

    @Test func whatAKilledRunLeftIsSwept() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            let run = try PulseBinary.start(scene.arguments(["a.png"], steps: 10_000), in: scene.folder)
            #expect(
                run.wait { _ in (try? scene.names("out"))?.contains { $0.hasPrefix(".pulse-") } ?? false })
            run.send(SIGKILL)
            _ = run.wait()
            #expect(try scene.names("out").count == 1)
            try make(["out/.pulse-0123456789abc.part/diary"], in: scene)
            try scene.upsample(["a.png"], ["--tolerance", "255"], steps: 1).expectStatus(0)
            #expect(try scene.names("out") == [".pulse-0123456789abc.part", "a"])
        }
    }
}
