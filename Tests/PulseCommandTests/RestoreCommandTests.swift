import Degradation
import Foundation
import Imaging
import TestSupport
import Testing

/// Photographs with pixelated faces through the real program.
@Suite struct RestoreCommandTests {
    /// A face of the generator in a larger photograph, its middle in blocks of 12 pixels.
    private struct Scene {
        let folder: URL
        let photo: Picture
        let pixelated: Picture

        init(in folder: URL) throws {
            self.folder = folder
            let made = try PulseBinary.run(["generate", "--seed", "7", "--output", "face.png"], in: folder)
            made.expectStatus(0)
            let face = try Picture(contentsOf: folder.appendingPathComponent("face.png"))
            let small = face.downscaled(by: Resampling(from: 1024, to: 256))
            var photo = Picture.canvas(width: 420, height: 360, fill: (96, 112, 120))
            for i in photo.pixels.indices {
                photo.pixels[i] = UInt8(Int(photo.pixels[i]) + i / 3 % 420 / 12 + i % 7)
            }
            photo.draw(small, x: 90, y: 60)
            self.photo = photo
            var pixelated = photo
            let block = 12
            for row in 0..<13 {
                for column in 0..<12 {
                    let (left, top) = (90 + 55 + column * block, 60 + 60 + row * block)
                    var sum = [0, 0, 0]
                    for i in 0..<block * block {
                        let pixel = photo[left + i % block, top + i / block]
                        sum = [sum[0] + Int(pixel.red), sum[1] + Int(pixel.green), sum[2] + Int(pixel.blue)]
                    }
                    let mean = sum.map { UInt8(($0 + 72) / 144) }
                    pixelated.draw(
                        .canvas(width: block, height: block, fill: (mean[0], mean[1], mean[2])), x: left,
                        y: top)
                }
            }
            self.pixelated = pixelated
            try pixelated.writePNG(to: folder.appendingPathComponent("photo.png"), provenance: nil)
            try Picture.canvas(width: 300, height: 200).writePNG(
                to: folder.appendingPathComponent("blank.png"), provenance: nil)
        }

        func restore(_ words: [String]) throws -> PulseBinary.Output {
            try PulseBinary.run(["restore"] + words, in: folder)
        }

        func isMosaic(_ x: Int, _ y: Int) -> Bool { (145..<289).contains(x) && (120..<276).contains(y) }
    }

    private func schema() throws -> JSONSchema {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return try JSONSchema(
            contentsOf: tests.appendingPathComponent("../../Documentation/restore.schema.json").standardized)
    }

    /// Each part of a report is required, and nothing else may be in it.
    @Test func theSchemaFindsWhatIsMissingOrTooMuch() throws {
        try withTemporaryDirectory { folder in
            let scene = try Scene(in: folder)
            let words = ["photo.png", "--output", "out", "--seed", "3", "--count", "1", "--steps", "1"]
            let run = try scene.restore(words + ["--region", "150,124,130,150", "--faces", "largest"])
            #expect(run.status < 2, "\(run)")
            let whole = try Data(contentsOf: folder.appendingPathComponent("out/photo/report.json"))
            let schema = try schema()
            #expect(try schema.faults(of: whole) == [])
            func faults(_ change: (inout [String: Any]) -> Void) throws -> [String] {
                var root = try #require(JSONSerialization.jsonObject(with: whole) as? [String: Any])
                change(&root)
                return try schema.faults(of: JSONSerialization.data(withJSONObject: root))
            }
            for key in ["input", "seed", "faces", "regions", "pictures", "files", "request"] {
                let missing = try faults { $0[key] = nil }
                #expect(missing != [], "\(key)")
            }
            let more = try faults { $0["another"] = 1 }
            let other = try faults { $0["pictures"] = ["../1.png"] }
            #expect(more != [] && other != [])
        }
    }

    @Test func fillsTheBlocksAndNothingElse() throws {
        try withTemporaryDirectory { folder in
            let scene = try Scene(in: folder)
            let run = try scene.restore([
                "photo.png", "--output", "out", "--seed", "3", "--count", "2", "--steps", "3",
            ])
            #expect(run.status == 0 || run.status == 1, "\(run)")
            #expect(run.standardOutput.contains("imagined"), "\(run)")
            let result = folder.appendingPathComponent("out/photo")
            let names = try FileManager.default.contentsOfDirectory(atPath: result.path).sorted()
            #expect(names == ["1.png", "2.png", "faces", "overview.png", "report.json"])
            let bytes = try Data(contentsOf: result.appendingPathComponent("report.json"))
            let faults = try schema().faults(of: bytes)
            #expect(faults == [])
            for name in ["1.png", "2.png"] {
                let restored = try Picture(contentsOf: result.appendingPathComponent(name))
                var (outside, inside, sum) = (0, 0, 0.0)
                for y in 0..<360 {
                    for x in 0..<420 {
                        let same = restored[x, y] == scene.pixelated[x, y]
                        if scene.isMosaic(x, y) { inside += same ? 0 : 1 } else { outside += same ? 0 : 1 }
                    }
                }
                #expect(outside == 0)
                #expect(inside > 144 * 156 / 2)
                for block in 0..<12 * 13 {
                    let (left, top) = (145 + block % 12 * 12, 120 + block / 12 * 12)
                    var mean = 0.0
                    for i in 0..<144 { mean += Double(restored[left + i % 12, top + i / 12].green) / 144 }
                    let difference = mean - Double(scene.pixelated[left, top].green)
                    sum += difference * difference
                }
                #expect((sum / 156).squareRoot() < 1)
            }
            let report = try #require(
                JSONSerialization.jsonObject(
                    with: Data(contentsOf: result.appendingPathComponent("report.json")))
                    as? [String: Any])
            let regions = try #require(report["regions"] as? [[String: Any]])
            #expect(regions.count == 1 && regions[0]["blockWidth"] as? Double == 12)

            // The same seed makes the same bits, and replaces the result.
            let before = try Data(contentsOf: result.appendingPathComponent("2.png"))
            let again = try scene.restore(
                [
                    "photo.png", "--output", "out", "--seed", "3", "--count", "2", "--steps", "3",
                    "--threads", "1",
                ])
            #expect(again.status == run.status, "\(again)")
            #expect(try Data(contentsOf: result.appendingPathComponent("2.png")) == before)

            // A choice is pasted without a search.
            let chosen = try scene.restore(["photo.png", "--output", "out", "--choose", "1=2"])
            chosen.expectStatus(0)
            #expect(try Data(contentsOf: result.appendingPathComponent("choice-2.png")) == before)
            let wrong = try scene.restore(["photo.png", "--output", "out", "--choose", "1=9"])
            wrong.expectStatus(2)
            #expect(wrong.standardError.contains("no candidate 9 of face 1"), "\(wrong)")
        }
    }

    @Test func saysWhatItFindsAndWhereThereIsNothing() throws {
        try withTemporaryDirectory { folder in
            let scene = try Scene(in: folder)
            let run = try scene.restore(["photo.png", "blank.png", "--dry-run"])
            run.expectStatus(1)
            #expect(run.standardOutput.contains("blocks of 12.00 px"), "\(run)")
            #expect(run.standardError.contains("blank.png: no mosaic was found"), "\(run)")
            for box in ["5000,10,50,50", "-90,-90,50,50", "410,350,900,900"] {
                let pointed = try scene.restore(["photo.png", "--dry-run", "--region=\(box)"])
                pointed.expectStatus(1)
            }
            let json = try scene.restore(["photo.png", "--dry-run", "--json"])
            let record = try #require(
                JSONSerialization.jsonObject(with: Data(json.standardOutput.utf8)) as? [String: Any])
            #expect((record["faces"] as? [Any])?.count == 1)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                    "blank.png", "face.png", "photo.png",
                ])
        }
    }

    @Test func refusesWhatCannotBe() throws {
        try withTemporaryDirectory { folder in
            for words in [
                ["a.png"], ["a.png", "--output", "o", "--region", "1,2,3"],
                ["a.png", "--output", "o", "--faces", "0"],
                ["a.png", "b.png", "--output", "o", "--choose", "1=1"],
                ["a.png", "--output", "o", "--choose", "1=1,1=2"],
            ] {
                let run = try PulseBinary.run(["restore"] + words, in: folder)
                run.expectStatus(2)
            }
            let run = try PulseBinary.run(["restore", "missing.png", "--output", "o"], in: folder)
            run.expectStatus(2)
            #expect(run.standardError.contains("missing.png"), "\(run)")
        }
    }
}
