import Checkpoints
import Foundation
import Imaging
import Jobs
import Tensors
import TestSupport
import Testing

/// The command line on the tiny networks of the StyleGAN family, in a store of its own.
@Suite struct StyleGANCommandTests {
    private static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("GeneratorsTests/Goldens")

    struct Network: Sendable, CustomStringConvertible {
        let files: [String]
        let seed: UInt64
        let slots, side: Int
        /// In the golden file, the picture of the recorded latents without noise, with stored noise.
        let golden: String
        let stored: String?
        var description: String { files.joined(separator: " ") }

        static let pulse = Network(
            files: ["stylegan1-synthesis.pt", "stylegan1-mapping.pt", "stylegan1-gaussian_fit.pt"], seed: 154,
            slots: 12, side: 128, golden: "stylegan1", stored: nil)
        static let tensorFlow1 = Network(
            files: ["stylegan1.pkl"], seed: 154, slots: 12, side: 128, golden: "stylegan1",
            stored: "image.tensorflow")
        static let rosinality = Network(
            files: ["stylegan2-rosinality.pt"], seed: 42, slots: 10, side: 64, golden: "stylegan2",
            stored: "image.baked")
        static let tensorFlow2 = Network(
            files: ["stylegan2.pkl"], seed: 42, slots: 10, side: 64, golden: "stylegan2",
            stored: "image.baked")
        static let ada = Network(
            files: ["stylegan2-ada.pkl"], seed: 43, slots: 10, side: 64, golden: "stylegan2-ada",
            stored: "image.baked")
    }

    /// A folder with a store into which a network was imported under the name `tiny`.
    private func with(_ network: Network, _ body: (Scene) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            let scene = Scene(folder: folder)
            let files = network.files.map { Self.goldens.appendingPathComponent($0).path }
            let output = try scene.pulse(["model", "import"] + files + ["--name", "tiny"])
            output.expectStatus(0)
            #expect(output.standardOutput.hasPrefix("imported tiny\n"), "\(output)")
            try body(scene)
        }
    }

    struct Scene {
        let folder: URL

        func pulse(_ arguments: [String]) throws -> PulseBinary.Output {
            try PulseBinary.run(
                arguments, environment: ["PULSE_HOME": folder.appendingPathComponent("home").path], in: folder
            )
        }

        func generate(_ arguments: [String], _ output: String = "o.safetensors") throws -> PulseBinary.Output
        {
            try pulse(["generate", "--model", "tiny", "--output", output] + arguments)
        }

        func image(_ name: String = "o.safetensors") throws -> Tensor<Float> {
            try SafetensorsFile(contentsOf: folder.appendingPathComponent(name)).tensor("image").item(0)
        }

        func write(_ tensors: [(name: String, tensor: Tensor<Float>)], _ name: String) throws {
            try writeSafetensors(tensors, metadata: [:], to: folder.appendingPathComponent(name))
        }
    }

    private func everyFifth(_ image: Tensor<Float>) -> Tensor<Float> {
        let side = image.shape[1]
        let picked = Array(stride(from: 0, to: side, by: 5))
        var elements: [Float] = []
        for c in 0..<3 {
            for y in picked { for x in picked { elements.append(image[(c * side + y) * side + x]) } }
        }
        return Tensor(elements, shape: [3, picked.count, picked.count])
    }

    @Test(arguments: [Network.pulse, .tensorFlow1, .rosinality, .tensorFlow2, .ada])
    func generatesWhatTheOriginalGenerates(_ network: Network) throws {
        try with(network) { scene in
            let golden = try Golden(
                contentsOf: Self.goldens.appendingPathComponent(network.golden + ".safetensors"))
            let w: Tensor<Float> = randomTensor([1, network.slots, 24], stream: 1, seed: network.seed)
            try scene.write([("w", w)], "w.safetensors")
            try scene.generate(["--latents", "w.safetensors"]).expectStatus(0)
            try expectClose(
                everyFifth(scene.image()), golden.tensor(network.stored ?? "image.zero"), absolute: 6e-5)

            // Noise of unit variance, by the file.
            guard network.stored != "image.tensorflow" else { return }
            let sides =
                network.slots == 12
                ? (0..<12).map { 4 << ($0 / 2) } : [4] + (1...4).flatMap { [4 << $0, 4 << $0] }
            let maps = sides.enumerated().map { i, side in
                (
                    name: "noise.\(i)",
                    tensor: randomTensor(
                        [side, side], stream: 100 + UInt64(i), seed: network.seed, as: Float.self)
                )
            }
            try scene.write([("w", w)] + maps, "noisy.safetensors")
            try scene.generate(["--latents", "noisy.safetensors"]).expectStatus(0)
            try expectClose(everyFifth(scene.image()), golden.tensor("image"), absolute: 6e-5)
        }
    }

    /// rosinality's truncation towards its latent_avg, from the same z.
    @Test func truncatesTowardsTheStoredAverage() throws {
        try with(.rosinality) { scene in
            let golden = try Golden(contentsOf: Self.goldens.appendingPathComponent("stylegan2.safetensors"))
            let mapped: Tensor<Float> = try golden.tensor("mapped")
            try scene.write([("w", Tensor(mapped.item(0).elements, shape: [1, 24]))], "w.safetensors")
            try scene.generate(["--latents", "w.safetensors", "--psi", "0.6"]).expectStatus(0)
            try expectClose(everyFifth(scene.image()), golden.tensor("image.truncated"), absolute: 2e-5)
        }
    }

    @Test func aSeedDrawsNoiseWhereNoneIsStored() throws {
        try with(.pulse) { scene in
            func picture(_ arguments: [String]) throws -> Tensor<Float> {
                try scene.generate(arguments).expectStatus(0)
                return try scene.image()
            }
            #expect(try picture(["--seed", "1"]) == picture(["--seed", "1"]))
            #expect(try picture(["--seed", "1"]) != picture(["--seed", "2"]))
            try scene.write([("w", randomTensor([1, 24], stream: 1))], "w.safetensors")
            let silent = try picture(["--latents", "w.safetensors"])
            let first = try picture(["--latents", "w.safetensors", "--seed", "1"])
            #expect(try first != silent && first != picture(["--latents", "w.safetensors", "--seed", "2"]))
            try scene.generate(["--seed", "1"], "o.png").expectStatus(0)
            let saved = try Picture(contentsOf: scene.folder.appendingPathComponent("o.png"))
            #expect(saved.width == 128)
        }
    }

    @Test func classesChooseAmongPictures() throws {
        try with(.ada) { scene in
            func picture(_ label: Int) throws -> Tensor<Float> {
                try scene.generate(["--seed", "1", "--class", "\(label)"]).expectStatus(0)
                return try scene.image()
            }
            let pictures = try (0..<3).map(picture)
            #expect(try pictures[0] == picture(0) && pictures[0] != pictures[1] && pictures[1] != pictures[2])
            for (arguments, mention) in [
                (["--seed", "1"], "3 classes"), (["--seed", "1", "--class", "3"], "no class 3"),
                (["--seed", "1", "--class", "-1"], "class"),
                (["--latents", "w.safetensors", "--class", "1"], "--class"),
            ] {
                let output = try scene.generate(arguments)
                output.expectStatus(2)
                #expect(output.standardError.contains(mention), "\(output)")
            }
            let info = try scene.pulse(["model", "info", "tiny"])
            #expect(info.standardOutput.contains("yes, of 3 classes"), "\(info)")
        }
    }

    @Test(arguments: [Network.pulse, .rosinality, .ada])
    func searchesOnEveryFamily(_ network: Network) throws {
        try with(network) { scene in
            let face = UpsampleScene.face(side: 16)
            try face.writePNG(to: scene.folder.appendingPathComponent("a.png"), provenance: nil)
            let arguments = [
                "upsample", "a.png", "--model", "tiny", "--output", "out", "--mode", "classic", "--steps",
                "12", "--seed", "3",
                "--count", "2", "--batch", "2", "--tolerance", "255",
            ]
            try scene.pulse(arguments).expectStatus(0)
            let folder = scene.folder.appendingPathComponent("out/a")
            let report = try JSONDecoder().decode(
                Report.self, from: Data(contentsOf: folder.appendingPathComponent("report.json")))
            #expect(report.candidates.count == 2 && report.model.name == "tiny")
            let picture = try Picture(contentsOf: folder.appendingPathComponent("1.png"))
            #expect(picture.width == network.side)
            // The search does search.
            try scene.pulse(
                arguments.map { ["12": "1", "out": "short"][$0] ?? $0 }
            ).expectStatus(0)
            let short = try JSONDecoder().decode(
                Report.self,
                from: Data(contentsOf: scene.folder.appendingPathComponent("short/a/report.json")))
            #expect(report.candidates[0].rms < short.candidates[0].rms)
        }
    }

    /// Prepared or not, and again from the report as long as it starts from the same.
    @Test(arguments: [Network.pulse, .rosinality, .ada])
    func searchesFastOnEveryFamily(_ network: Network) throws {
        try with(network) { scene in
            let face = UpsampleScene.face(side: 16)
            try face.writePNG(to: scene.folder.appendingPathComponent("a.png"), provenance: nil)
            let arguments = [
                "upsample", "a.png", "--model", "tiny", "--output", "out", "--steps", "4", "--seed", "3",
                "--count", "2",
            ]
            let blind = try scene.pulse(arguments)
            #expect(
                [0, 1].contains(blind.status) && blind.standardError.contains("model prepare tiny"),
                "\(blind)")
            guard try scene.pulse(["model", "info", "tiny"]).standardOutput.contains("mapping     yes") else {
                return
            }

            try scene.pulse(["model", "prepare", "tiny", "--samples", "400"]).expectStatus(0)
            let prepared = try scene.pulse(arguments + ["--force"])
            #expect(
                [0, 1].contains(prepared.status) && !prepared.standardError.contains("prepare"), "\(prepared)"
            )
            let file = scene.folder.appendingPathComponent("out/a/report.json")
            let report = try JSONDecoder().decode(Report.self, from: Data(contentsOf: file))
            #expect(report.model.encoderSHA256 != nil)
            #expect(report.candidates.allSatisfy { $0.rms <= 0.5 && $0.judgement?.correction != nil })

            let again = ["upsample", "--from", "out/a/report.json", "--output", "again"]
            let repeated = try scene.pulse(again)
            #expect(repeated.status == prepared.status, "\(repeated)")
            try scene.pulse(["model", "prepare", "tiny", "--samples", "500"]).expectStatus(0)
            let refused = try scene.pulse(again)
            #expect(refused.status == 2 && refused.standardError.contains("another encoder"), "\(refused)")

            // What was learned elsewhere takes the place of what there was.
            let learned = scene.folder.appendingPathComponent("home/models/encoders/tiny.safetensors")
            let copy = scene.folder.appendingPathComponent("learned.safetensors")
            try FileManager.default.copyItem(at: learned, to: copy)
            try scene.pulse(["model", "prepare", "tiny", "--samples", "400"]).expectStatus(0)
            try scene.pulse(["model", "prepare", "tiny", "--encoder", "learned.safetensors"]).expectStatus(0)
            #expect(try Data(contentsOf: learned) == Data(contentsOf: copy))
        }
    }

    @Test func aPictureLargerThanTheModelsIsDeclined() throws {
        try with(.rosinality) { scene in
            let face = UpsampleScene.face(side: 128)
            try face.writePNG(to: scene.folder.appendingPathComponent("a.png"), provenance: nil)
            let output = try scene.pulse(["upsample", "a.png", "--model", "tiny", "--output", "out"])
            output.expectStatus(2)
            #expect(output.standardError.contains("64×64"), "\(output)")
        }
    }
}
