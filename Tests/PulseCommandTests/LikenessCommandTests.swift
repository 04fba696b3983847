import Foundation
import Imaging
import Jobs
import Tensors
import TestSupport
import Testing

/// What `pulse upsample` says of inputs that are no faces, on the default model with the encoder of this checkout.
@Suite struct LikenessCommandTests {
    @Test func aPictureWithoutAFaceIsNotAccepted() throws {
        try UpsampleScene.withPreparedHome { scene, home in
            let checks = (0..<16 * 16).flatMap { i -> [UInt8] in
                Array(repeating: (i / 64 + i % 16 / 4) % 2 == 0 ? 60 : 180, count: 3)
            }
            try Picture(width: 16, height: 16, pixels: checks).writePNG(
                to: scene.url("a.png"), provenance: nil)
            let output = try PulseBinary.run(
                ["upsample", "a.png", "--output", "out", "--count", "1", "--steps", "1"],
                environment: ["PULSE_HOME": home.path], in: scene.folder)
            output.expectStatus(1)
            let unlike = "does not look like something this generator makes"
            #expect(output.standardError.contains("a.png: \(unlike) (likeness 0."), "\(output)")
            #expect(output.standardOutput.contains("not accepted: this \(unlike)"), "\(output)")
            let candidate = try #require(try scene.report("a").candidates.first)
            let judgement = try #require(candidate.judgement)
            let likeness = try #require(judgement.likeness)
            #expect(!candidate.accepted && !judgement.isConvincing && likeness < 0.5)
            #expect(try scene.names("out/a").contains("1.png"))
        }
    }

    /// Nothing is said of a face that the generator drew.
    @Test func aFaceIsNotDoubted() throws {
        try UpsampleScene.withPreparedHome { scene, home in
            let golden = try Golden(contentsOf: goldenURL("likeness.safetensors", of: "ModelsTests"))
            let faces: Tensor<Float> = try golden.tensor("pictures")
            try Picture(faces.item(0)).writePNG(to: scene.url("a.png"), provenance: nil)
            let output = try PulseBinary.run(
                ["upsample", "a.png", "--output", "out", "--count", "1", "--steps", "1"],
                environment: ["PULSE_HOME": home.path], in: scene.folder)
            #expect(!output.standardError.contains("does not look like"), "\(output)")
            let judgement = try #require(try scene.report("a").candidates.first?.judgement)
            let likeness = try #require(judgement.likeness)
            #expect(likeness > 0.5)
        }
    }
}
