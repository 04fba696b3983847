import Checkpoints
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

/// `pulse model import` on what people bring: what it takes, what it says, and in whose words it refuses.
@Suite struct ModelImportCommandTests {
    private static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("GeneratorsTests/Goldens")

    typealias Table = [(name: String, tensor: Tensor<Float>)]

    /// rosinality's tiny generator of 64 pixels.
    private static func generator() throws -> Table {
        let checkpoint = try Checkpoint(contentsOf: goldens.appendingPathComponent("stylegan2-rosinality.pt"))
        return try #require(checkpoint.network("g_ema")).tensors.map { ($0.name, try $0.tensor.tensor()) }
    }

    struct Scene {
        let folder: URL

        func pulse(_ arguments: String..., home: String = "home") throws -> PulseBinary.Output {
            try PulseBinary.run(
                arguments, environment: ["PULSE_HOME": folder.appendingPathComponent(home).path], in: folder)
        }

        func write(_ name: String, _ bytes: [UInt8]) throws {
            try Data(bytes).write(to: folder.appendingPathComponent(name))
        }
    }

    private func withScene(_ body: (Scene) throws -> Void) throws {
        try withTemporaryDirectory { try body(Scene(folder: $0)) }
    }

    @Test func trainingWeightsAreAnnounced() throws {
        let table = try Self.generator()
        try withScene { scene in
            try scene.write("a.pt", TorchFile.archive(.dictionary([("netG", .table(table))])))
            let output = try scene.pulse("model", "import", "a.pt", "--name", "a")
            output.expectStatus(0)
            #expect(output.standardError.contains("'netG'") && output.standardError.contains("in training"))
            try scene.write(
                "b.pt",
                TorchFile.archive(.dictionary([("netG", .table(table)), ("netG_ema", .table(table))])))
            let other = try scene.pulse("model", "import", "b.pt", "--name", "b")
            other.expectStatus(0)
            #expect(!other.standardError.contains("in training"), "\(other)")
            #expect(other.standardError.contains("skipped unread: netG\n"))
        }
    }

    @Test func aModelWithoutStoredNoiseGeneratesAndSearches() throws {
        let table = try Self.generator().filter { !$0.name.hasPrefix("noises.") }
        try withScene { scene in
            try scene.write("a.pt", TorchFile.archive(.dictionary([("g_ema", .table(table))])))
            let output = try scene.pulse("model", "import", "a.pt", "--name", "bare")
            output.expectStatus(0)
            #expect(output.standardOutput.contains("9 maps, none stored"))
            try scene.pulse("generate", "--model", "bare", "--seed", "1", "--output", "o.png").expectStatus(0)
            try UpsampleScene.face(side: 16)
                .writePNG(to: scene.folder.appendingPathComponent("face.png"), provenance: nil)
            try scene.pulse(
                "upsample", "face.png", "--model", "bare", "--output", "out", "--mode", "classic", "--steps",
                "3", "--seed", "1",
                "--tolerance", "255"
            ).expectStatus(0)
        }
    }

    /// Every resolution that the documentation names imports, draws and searches, down to the smallest input.
    @Test(arguments: [8, 16, 32]) func smallResolutionsWork(_ side: Int) throws {
        let blocks = side.trailingZeroBitCount - 2  // behind the first
        let table = try Self.generator().filter { name, _ in
            let parts = name.split(whereSeparator: { $0 == "." || $0 == "_" })
            switch parts[0] {
            case "convs": return Int(parts[1]).map { $0 < 2 * blocks } ?? true
            case "noises": return Int(parts[2]).map { $0 <= 2 * blocks } ?? true
            default: return !name.hasPrefix("to_rgbs.") || Int(parts[2]).map { $0 < blocks } ?? true
            }
        }
        try withScene { scene in
            try scene.write("a.pt", TorchFile.archive(.dictionary([("g_ema", .table(table))])))
            let output = try scene.pulse("model", "import", "a.pt", "--name", "small")
            output.expectStatus(0)
            #expect(output.standardOutput.contains("\(side)×\(side)"), "\(output)")
            try scene.pulse("generate", "--model", "small", "--seed", "1", "--output", "o.png").expectStatus(
                0)
            let picture = try Picture(contentsOf: scene.folder.appendingPathComponent("o.png"))
            #expect(picture.width == side)
            try UpsampleScene.face(side: 8)
                .writePNG(to: scene.folder.appendingPathComponent("face.png"), provenance: nil)
            try scene.pulse(
                "upsample", "face.png", "--model", "small", "--output", "out", "--mode", "classic", "--steps",
                "3", "--seed", "1",
                "--tolerance", "255"
            ).expectStatus(0)
        }
    }

    /// One line, the file's name first, nothing of Foundation's, and the store untouched.
    @Test func refusalsSayWhatAFileIs() throws {
        let table = try Self.generator()
        let archive = TorchFile.archive(.dictionary([("g_ema", .table(table))]))
        let missing = table.filter { $0.name != "convs.2.conv.weight" }
        let files: [(String, [UInt8], String)] = [
            ("page.xml", Array("<?xml version=\"1.0\"?><!DOCTYPE html><html>".utf8), "web page"),
            ("page.pt", Array("<!doctype html>".utf8), "web page"),
            (
                "pointer.safetensors", Array("version https://git-lfs.github.com/spec/v1\nsize 9\n".utf8),
                "git lfs pull"
            ),
            ("empty.pt", [], "is empty"), ("cut.pt", Array(archive.dropLast(9)), "cut short"),
            ("zipped.pt", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0], "gzip"),
            ("text.pkl", Array("not found".utf8), "is text"),
            ("damaged.xml", Array("<net version=\"10\"><layers></net>".utf8), "damaged.bin"),
            ("missing.pt", TorchFile.archive(.table(missing)), "'convs.2.conv.weight'"),
            ("list.pt", TorchFile.archive(.list(table.map { .tensor($0.tensor) })), "state_dict()"),
            ("net-00001-of-00002.pt", archive, "net-00002-of-00002.pt"),
            ("es\u{1B}[31mc.pt", Array("<html>".utf8), "web page"),
        ]
        try withScene { scene in
            for (name, bytes, mention) in files {
                try scene.write(name, bytes)
                let output = try scene.pulse("model", "import", name)
                output.expectStatus(2)
                #expect(output.standardOutput.isEmpty)
                #expect(output.standardError.contains(mention), "\(output)")
                #expect(output.standardError.split(separator: "\n").count == 1, "\(output)")
                Self.expectNothingOfFoundation(in: output)
            }
            #expect(!FileManager.default.fileExists(atPath: scene.folder.appendingPathComponent("home").path))
        }
    }

    private static func expectNothingOfFoundation(in output: PulseBinary.Output) {
        for leak in ["NSCocoa", "NSXML", "NSPOSIX", "operation", "couldn’t"] {
            #expect(!output.standardError.contains(leak), "\(output)")
        }
    }

    @Test func aStoreThatCannotBeWrittenIsFoundOutBeforeMeasuring() throws {
        try withScene { scene in
            let wheel = Self.goldens.appendingPathComponent("tiny_model.whl").path
            try scene.write("file", [])
            let output = try scene.pulse("model", "import", wheel, home: "file")
            output.expectStatus(2)
            #expect(!output.standardError.contains("measuring"), "\(output)")
            #expect(output.standardError.contains("file/models: the model folder cannot be used"))
            Self.expectNothingOfFoundation(in: output)
        }
    }

    @Test func partsAreImportedByTheirIndex() throws {
        let table = try Self.generator()
        try withScene { scene in
            let half = table.count / 2
            let parts = [table[..<half], table[half...]].map { Array($0) }
            var places: [String] = []
            for (i, part) in parts.enumerated() {
                let name = "model-0000\(i + 1)-of-00002.safetensors"
                try writeSafetensors(part, metadata: [:], to: scene.folder.appendingPathComponent(name))
                places += part.map { "\"\($0.name)\": \"\(name)\"" }
            }
            let index = "{\"weight_map\": {\(places.joined(separator: ","))}}"
            try scene.write("model.safetensors.index.json", Array(index.utf8))
            let alone = try scene.pulse("model", "import", "model-00001-of-00002.safetensors")
            alone.expectStatus(2)
            #expect(alone.standardError.contains("model-00002-of-00002.safetensors"))
            let whole = try scene.pulse("model", "import", "model.safetensors.index.json")
            whole.expectStatus(0)
            #expect(whole.standardOutput.hasPrefix("imported model\n"), "\(whole)")
        }
    }
}
