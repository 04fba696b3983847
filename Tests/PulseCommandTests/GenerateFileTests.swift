import Checkpoints
import Files
import Foundation
import Imaging
import TestSupport
import Testing

/// What `generate` writes over, and how much it takes on.
@Suite struct GenerateFileTests {
    private func generate(_ arguments: [String], in scene: UpsampleScene) throws -> PulseBinary.Output {
        try PulseBinary.run(["generate"] + arguments, in: scene.folder)
    }

    @Test func whatSomethingElseMadeIsNotReplaced() throws {
        try UpsampleScene.with { scene in
            try scene.add("photo.png")
            try Data("mine".utf8).write(to: scene.url("notes.safetensors"))
            for file in ["photo.png", "notes.safetensors"] {
                let before = try scene.bytes(file)
                let output = try generate(["--seed", "1", "--output", file], in: scene)
                #expect(output.status == 2 && output.standardError.contains("--force"), "\(output)")
                #expect(try scene.bytes(file) == before)
            }
            try generate(["--seed", "1", "--output", "photo.png", "--force"], in: scene).expectStatus(0)
            let first = try scene.bytes("photo.png")
            // Its own it replaces.
            try generate(["--seed", "2", "--output", "photo.png"], in: scene).expectStatus(0)
            #expect(try scene.bytes("photo.png") != first)
        }
    }

    @Test func moreThanTheDiskHoldsIsSaidBeforeWork() throws {
        try UpsampleScene.with { scene in
            try writeSafetensors(
                [("w", .init(zeros: [100_000, 512]))], metadata: [:], to: scene.url("w.safetensors"))
            let output = try PulseBinary.run(
                ["generate", "--latents", "w.safetensors", "--output", "o.safetensors"], in: scene.folder,
                timeout: 60)
            #expect(output.status == 2, "\(output)")
            #expect(output.standardError.contains("o.safetensors"), "\(output)")
            #expect(try scene.names(".") == ["w.safetensors"])
        }
    }

    @Test func anInterruptionKeepsWholePictures() throws {
        try UpsampleScene.with { scene in
            try writeSafetensors(
                [("w", .init(zeros: [500, 512]))], metadata: [:], to: scene.url("w.safetensors"))
            let run = try PulseBinary.start(
                ["generate", "--latents", "w.safetensors", "--output", "o.png"], in: scene.folder)
            #expect(run.wait { _ in FileManager.default.fileExists(atPath: scene.url("o_2.png").path) })
            run.send(SIGTERM)
            let output = run.wait(timeout: 60)
            #expect(output.status == 130, "\(output)")
            for name in try scene.names(".") where name != "w.safetensors" {
                #expect(try Picture(contentsOf: scene.url(name)).width == 1024)
            }
        }
    }

    @Test func latentsAreNotWrittenOver() throws {
        try UpsampleScene.with { scene in
            try writeSafetensors(
                [("w", .init(zeros: [1, 512]))], metadata: [:], to: scene.url("w.safetensors"))
            let before = try scene.bytes("w.safetensors")
            let output = try generate(
                ["--latents", "w.safetensors", "--output", "./w.safetensors", "--force"], in: scene)
            #expect(output.status == 2, "\(output)")
            #expect(try scene.bytes("w.safetensors") == before)
        }
    }
}
