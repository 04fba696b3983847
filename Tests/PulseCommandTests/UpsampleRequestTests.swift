import Files
import Foundation
import Imaging
import Jobs
import TestSupport
import Testing

/// What is written is enough to make it again: the request to search again, the latents to draw again.
@Suite struct UpsampleRequestTests {
    @Test func aReportAsksForTheSameBitsAgain() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            try scene.upsample(
                ["a.png"],
                [
                    "--count", "2", "--tolerance", "255", "--operator", "box", "--noise", "fixed",
                    "--zero-noise", "1,3",
                    "--loss", "10*L1+0.5*GEOCROSS", "--eps", "1e-4", "--optimizer", "adamax",
                    "--learning-rate", "0.3",
                    "--schedule", "fixed", "--tile-latent", "--save-intermediate",
                ]
            ).expectStatus(0)
            let again = try PulseBinary.run(
                ["upsample", "--from", "out/a/report.json", "--output", "again"], in: scene.folder)
            again.expectStatus(0)
            let (first, second) = (try scene.report("a"), try scene.report("a", in: "again"))
            #expect(try #require(first.files) == second.files)
            #expect(
                Set(try #require(first.files).keys).isSuperset(of: ["1.png", "2.safetensors", "overview.png"])
            )
            #expect(first.kernels == second.kernels)

            // Of the picture where it is now, and of no other.
            try FileManager.default.moveItem(at: scene.url("a.png"), to: scene.url("moved.png"))
            let lost = try PulseBinary.run(
                ["upsample", "--from", "out/a/report.json", "--output", "again"], in: scene.folder)
            #expect(lost.status == 2 && lost.standardError.contains("a.png"), "\(lost)")
            try PulseBinary.run(
                ["upsample", "moved.png", "--from", "out/a/report.json", "--output", "again"],
                in: scene.folder
            ).expectStatus(0)
            #expect(try scene.report("moved", in: "again").files == first.files)
            try scene.add("other.png", tint: 0.5)
            for arguments in [["other.png"], ["moved.png", "--seed", "1"], ["moved.png", "--loss", "1*L2"]] {
                let refused = try PulseBinary.run(
                    ["upsample"] + arguments + ["--from", "out/a/report.json", "--output", "again"],
                    in: scene.folder)
                #expect(refused.status == 2, "\(refused)")
            }
        }
    }

    @Test func aReportWithoutARequestIsSaidToBeOne() throws {
        try UpsampleScene.with { scene in
            for (name, text) in [("empty.json", ""), ("other.json", "{\"a\": 1}")] {
                try Data(text.utf8).write(to: scene.url(name))
                let output = try PulseBinary.run(
                    ["upsample", "--from", name, "--output", "o"], in: scene.folder)
                #expect(output.status == 2 && output.standardError.contains("\(name): "), "\(output)")
            }
        }
    }

    /// `generate` draws the face that was found, whatever its noise was.
    @Test(arguments: ["trainable", "fixed", "zero", "baked"])
    func latentsDrawTheSearchedFace(_ noise: String) throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            try scene.upsample(["a.png"], ["--tolerance", "255", "--noise", noise]).expectStatus(0)
            let report = try scene.report("a")
            let latents = try #require(report.candidates.first?.latents)
            try PulseBinary.run(
                ["generate", "--latents", "out/a/\(latents)", "--output", "again.png"], in: scene.folder
            ).expectStatus(0)
            let again = try Picture(contentsOf: scene.url("again.png"))
            #expect(try again == Picture(contentsOf: scene.url("out/a/1.png")))
        }
    }

    @Test func namesThatAreNotTextAreNames() throws {
        try UpsampleScene.with { scene in
            let folder = FilePath(scene.folder)
            let picture = try UpsampleScene.face(side: 16).pngData(provenance: nil)
            let names: [[UInt8]] = [
                Array("b".utf8) + [0xFF, 0xFE] + Array(".png".utf8), Array("caf\u{E9}.png".utf8),
                Array("cafe\u{301}.png".utf8),
            ]
            for name in names { try writeAtomically(picture, to: folder.appending(bytes: name)) }
            // Through a shell, which hands the bytes on.
            let script =
                "exec \"$0\" upsample *.png --mode classic --output out --steps 1 --seed 1 --tolerance 255"
            let shell = try PulseBinary.shell(script, in: scene.folder)
            shell.expectStatus(0)
            let found = try entries(of: folder.appending("out")).map {
                folder.appending($0).lastComponentBytes
            }
            #expect(Set(found) == Set(names.map { Array($0.dropLast(4)) }))
        }
    }

    @Test func boundsAreSaid() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            for more in [
                ["--steps", "9223372036854775807", "--count", "2"], ["--batch", "10000"],
                ["--count", "10001"],
                ["--steps", "0"], ["--threads", "0"],
            ] {
                let output = try PulseBinary.run(["upsample", "a.png", "-o", "out"] + more, in: scene.folder)
                #expect(output.status == 2, "\(output)")
                #expect(output.standardError.hasPrefix("pulse: error: "), "\(output)")
            }
            #expect(try scene.names(".") == ["a.png"])
        }
    }

    /// Memory is budgeted before work, and what is missing is a sentence.
    @Test func tooLittleMemoryIsSaidBeforeWork() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            let output = try PulseBinary.shell(
                "ulimit -v 1500000; exec \"$0\" upsample a.png -o out --count 64 --batch 64 --threads 64 --steps 1",
                in: scene.folder)
            #expect(output.status == 2, "\(output)")
            #expect(output.standardError.contains("memory"), "\(output)")
            #expect(try scene.names(".") == ["a.png"])
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func signalsKeepTheBestSoFar(_ signal: Int32) throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            let run = try PulseBinary.start(
                scene.arguments(["a.png"], ["--progress", "json"], steps: 100_000), in: scene.folder)
            #expect(run.wait { $0.standardErrorSoFar.contains("\"step\":2,") })
            run.send(signal)
            let output = run.wait(timeout: 60)
            #expect(output.status == 130, "\(output)")
            #expect(try scene.names("out") == ["a"])
            #expect(try scene.report("a").interrupted == true)
        }
    }

    @Test func aFileThatMayNotGrowIsAnErrorAndLeavesNothing() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            let output = try PulseBinary.shell(
                "ulimit -f 200; exec \"$0\" upsample a.png -o out --steps 1", in: scene.folder)
            #expect(output.status == 2, "\(output)")
            #expect(output.standardError.contains("cannot be written"), "\(output)")
            #expect(!output.standardError.contains(".part"), "\(output)")
            #expect(try scene.names("out") == [])
        }
    }
}
