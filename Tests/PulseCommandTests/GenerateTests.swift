import Checkpoints
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

@Suite struct GenerateTests {
    private func generate(_ arguments: [String], in folder: URL) throws -> PulseBinary.Output {
        try PulseBinary.run(["generate"] + arguments, in: folder)
    }

    private func image(_ name: String, in folder: URL) throws -> Tensor<Float> {
        try SafetensorsFile(contentsOf: folder.appendingPathComponent(name)).tensor("image")
    }

    private func with(_ body: (URL) throws -> Void) throws {
        _ = try installedModel()
        try withTemporaryDirectory(body)
    }

    /// Random latents near the origin.
    private func latents(_ shape: [Int], seed: UInt64) -> Tensor<Float> {
        CounterRandom(seed: seed).normals(shape: shape)
    }

    @Test func aSeedIsAFace() throws {
        try with { folder in
            try generate(["--seed", "0", "--output", "a.png"], in: folder).expectStatus(0)
            try generate(["--seed", "0", "--output", "b.png", "--threads", "1"], in: folder).expectStatus(0)
            try generate(["--seed", "1", "--output", "c.png"], in: folder).expectStatus(0)
            let faces = try ["a.png", "b.png", "c.png"].map {
                try Picture(contentsOf: folder.appendingPathComponent($0))
            }
            #expect(faces[0].width == 1024)
            #expect(faces[0] == faces[1])
            #expect(faces[0] != faces[2])
        }
    }

    /// The raw tensor, halved and rounded, is the PNG.
    @Test func bothFormatsAgree() throws {
        try with { folder in
            try generate(["--seed", "3", "--output", "a.png"], in: folder).expectStatus(0)
            let output = try generate(["--seed", "3", "--output", "a.safetensors"], in: folder)
            output.expectStatus(0)
            #expect(output.standardOutput == "a.safetensors\n")
            let raw = try image("a.safetensors", in: folder)
            #expect(raw.shape == [1, 3, 1024, 1024])
            let picture = try Picture(contentsOf: folder.appendingPathComponent("a.png"))
            #expect(Picture(raw.item(0).map { ($0 + 1) / 2 }) == picture)
            // Not clamped: something is brighter than white, or darker than black.
            #expect(raw.elements.contains { abs($0) > 1 })
        }
    }

    @Test func latentsBroadcastAndDeadSlotsDoNotCount() throws {
        try with { folder in
            let tied = latents([2, 512], seed: 1)
            var layered = Tensor<Float>(zeros: [2, 23, 512])
            let dead: Set = [3, 6, 9, 12, 15, 18, 22]
            for n in 0..<2 {
                for slot in 0..<23 {
                    for k in 0..<512 {
                        layered[(n * 23 + slot) * 512 + k] = dead.contains(slot) ? 99 : tied[n * 512 + k]
                    }
                }
            }
            func write(_ w: Tensor<Float>, _ name: String) throws {
                try writeSafetensors([("w", w)], metadata: [:], to: folder.appendingPathComponent(name))
            }
            try write(tied, "tied.safetensors")
            try write(layered, "layered.safetensors")
            for name in ["tied", "layered"] {
                try generate(
                    ["--latents", "\(name).safetensors", "--output", "\(name)-out.safetensors"], in: folder
                ).expectStatus(0)
            }
            let first = try image("tied-out.safetensors", in: folder)
            #expect(first.shape == [2, 3, 1024, 1024])
            #expect(try first == image("layered-out.safetensors", in: folder))
            #expect(first.item(0) != first.item(1))

            let pictures = try generate(
                ["--latents", "tied.safetensors", "--output", "p.png"], in: folder)
            pictures.expectStatus(0)
            #expect(pictures.standardOutput == "p_1.png\np_2.png\n")
            let second = try Picture(contentsOf: folder.appendingPathComponent("p_2.png"))
            #expect(second == Picture(first.item(1).map { ($0 + 1) / 2 }))
        }
    }

    @Test func noiseReplacesTheBakedMap() throws {
        try with { folder in
            let w = latents([1, 512], seed: 1)
            let map = latents([1, 1, 64, 64], seed: 2)
            let files: [(String, [(name: String, tensor: Tensor<Float>)])] = [
                ("baked", [("w", w)]),
                ("given", [("w", w), ("noise.7", map)]),
                ("flat", [("w", w), ("noise.7", map.reshaped([64, 64]))]),
            ]
            for (name, tensors) in files {
                try writeSafetensors(
                    tensors, metadata: [:], to: folder.appendingPathComponent("\(name).safetensors"))
            }
            for (name, _) in files {
                try generate(
                    ["--latents", "\(name).safetensors", "--output", "\(name)-out.safetensors"], in: folder
                ).expectStatus(0)
            }
            let images = try files.map { try image("\($0.0)-out.safetensors", in: folder) }
            #expect(images[0] != images[1])
            #expect(images[1] == images[2])
        }
    }

    @Test func truncationLeadsToTheMeanFace() throws {
        try with { folder in
            func picture(_ seed: Int, _ options: [String]) throws -> Tensor<Float> {
                try generate(
                    ["--seed", "\(seed)", "--output", "t.safetensors"] + options, in: folder
                ).expectStatus(0)
                return try image("t.safetensors", in: folder)
            }
            let whole = try picture(1, [])
            #expect(try picture(1, ["--psi", "1"]) == whole)
            #expect(try picture(1, ["--psi", "0.5", "--cutoff", "0"]) == whole)
            let half = try picture(1, ["--psi", "0.5"])
            let early = try picture(1, ["--psi", "0.5", "--cutoff", "8"])
            #expect(half != whole && early != whole && early != half)
            // Nothing of the seed is left.
            #expect(try picture(1, ["--psi", "0"]) == picture(2, ["--psi", "0"]))
        }
    }

    @Test func latentsThatDoNotFitAreRefused() throws {
        try with { folder in
            let w = latents([1, 512], seed: 1)
            var broken = w
            broken[5] = .nan
            let files: [(String, [(name: String, tensor: Tensor<Float>)], String)] = [
                ("noW", [("v", w)], "'w'"),
                ("short", [("w", latents([1, 500], seed: 1))], "[1, 500]"),
                ("layers", [("w", latents([1, 16, 512], seed: 1))], "[N, 23, 512]"),
                ("nan", [("w", broken)], "finite"),
                ("stray", [("w", w), ("noise.15", w)], "noise.15"),
                ("noise", [("w", w), ("noise.3", latents([4, 4], seed: 1))], "noise.3"),
            ]
            for (name, tensors, mention) in files {
                try writeSafetensors(
                    tensors, metadata: [:], to: folder.appendingPathComponent("\(name).safetensors"))
                let output = try generate(
                    ["--latents", "\(name).safetensors", "--output", "o.png"], in: folder)
                output.expectStatus(2)
                #expect(output.standardError.hasPrefix("pulse: error: \(name).safetensors"), "\(output)")
                #expect(output.standardError.contains(mention), "\(output)")
            }
            try Data("junk".utf8).write(to: folder.appendingPathComponent("junk.safetensors"))
            for name in ["junk", "missing"] {
                let output = try generate(
                    ["--latents", "\(name).safetensors", "--output", "o.png"], in: folder)
                output.expectStatus(2)
                #expect(output.standardError.contains("\(name).safetensors"), "\(output)")
            }
            let classes = try generate(["--seed", "1", "--class", "3", "--output", "o.png"], in: folder)
            classes.expectStatus(2)
            #expect(classes.standardError.contains("--class"), "\(classes)")
            let nowhere = try generate(["--seed", "1", "--output", "no/such/o.png"], in: folder)
            nowhere.expectStatus(2)
            #expect(nowhere.standardError.contains("no/such"), "\(nowhere)")
            #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("o.png").path))
        }
    }
}
