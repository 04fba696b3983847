import Foundation
import Imaging
import Jobs
import TestSupport
import Testing

/// What `pulse upsample` says of inputs that were damaged, and what its reports keep.
@Suite struct DamagedInputCommandTests {
    @Test func compressionIsToldAndFollowedToItsLevel() throws {
        try UpsampleScene.with { scene in
            try copy("11-32-50-420.jpg", to: scene.url("a.jpg"))
            let output = try search("a.jpg", [], scene)
            #expect(output.standardOutput.contains("compressed, as JPEG of quality "), "\(output)")
            let candidate = try #require(try scene.report("a").candidates.first)
            let judgement = try #require(candidate.judgement)
            let quality = try #require(judgement.jpegQuality)
            #expect(judgement.inputNoiseKind == .jpeg && abs(quality - 50) <= 2)
            let level = try #require(judgement.inputNoise)
            #expect(candidate.rms > 1 && candidate.rms <= level + 0.5)
            #expect(candidate.accepted == judgement.isConvincing)
        }
    }

    @Test func compressionIsFollowedExactlyWhereThatIsAsked() throws {
        try UpsampleScene.with { scene in
            try copy("11-32-50-420.jpg", to: scene.url("a.jpg"))
            let output = try search("a.jpg", ["--input-noise", "0"], scene)
            #expect(!output.standardOutput.contains("is taken to"), "\(output)")
            let candidate = try #require(try scene.report("a").candidates.first)
            #expect(candidate.rms <= 0.5 && candidate.judgement?.inputNoiseKind == nil)
        }
    }

    @Test func saltAndPepperIsNotCounted() throws {
        try UpsampleScene.with { scene in
            let clean = try Picture(contentsOf: goldenURL("noise/11-32.png", of: "SearchTests"))
            var pixels = clean.pixels
            // Every 37th sample, black and white in turn.
            for i in stride(from: 5, to: pixels.count, by: 37) { pixels[i] = i % 2 == 0 ? 0 : 255 }
            try Picture(width: 32, height: 32, pixels: pixels).writePNG(
                to: scene.url("a.png"), provenance: nil)
            let output = try search("a.png", [], scene)
            #expect(output.standardOutput.contains("salt and pepper"), "\(output)")
            let candidate = try #require(try scene.report("a").candidates.first)
            let judgement = try #require(candidate.judgement)
            #expect(judgement.inputNoiseKind == .saltAndPepper && judgement.inputNoise == nil)
            #expect(abs(try #require(judgement.outlierPercent) - 100 / 37.0) < 1)
            #expect(candidate.rms <= 0.5, "what is left is followed exactly")
        }
    }

    /// Said by hand, and found again in the request of a report.
    @Test func whatIsSaidIsKept() throws {
        try UpsampleScene.with { scene in
            try copy("11-32.png", to: scene.url("a.png"))
            let output = try search("a.png", ["--input-noise", "grey:9"], scene)
            #expect(output.standardOutput.contains("noise without colour"), "\(output)")
            let judgement = try #require(try scene.report("a").candidates.first?.judgement)
            #expect(judgement.inputNoiseKind == .grey && judgement.inputNoise == 9)
            let again = try PulseBinary.run(
                ["upsample", "--from", "out/a/report.json", "--output", "again"], in: scene.folder)
            #expect(again.status < 2, "\(again)")
            #expect(try scene.bytes("again/a/1.png") == scene.bytes("out/a/1.png"))
        }
    }

    @Test func aPictureThatIsNotSquareIsToldHowToBeCropped() throws {
        try UpsampleScene.with { scene in
            try Picture.canvas(width: 24, height: 32, fill: (90, 80, 70)).writePNG(
                to: scene.url("a.png"), provenance: nil)
            let output = try search("a.png", [], scene)
            output.expectStatus(2)
            #expect(output.standardError.contains("a.png: 24×32"), "\(output)")
            #expect(output.standardError.contains("--size 32"), "\(output)")
        }
    }

    private func search(
        _ input: String, _ more: [String], _ scene: UpsampleScene
    ) throws -> PulseBinary.Output {
        try PulseBinary.run(
            ["upsample", input, "--output", "out", "--count", "1", "--steps", "2", "--seed", "3"] + more,
            in: scene.folder)
    }

    private func copy(_ name: String, to url: URL) throws {
        try FileManager.default.copyItem(at: goldenURL("noise/\(name)", of: "SearchTests"), to: url)
    }
}
