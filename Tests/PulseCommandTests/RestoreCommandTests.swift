import Foundation
import Imaging
import TestSupport
import Testing

/// Photographs with pixelated faces through the real program.
@Suite struct RestoreCommandTests {
    @Test func fillsTheBlocksAndNothingElse() throws {
        try withTemporaryDirectory { folder in
            let scene = try RestoreScene(in: folder)
            let run = try scene.restore([
                "photo.png", "--output", "out", "--seed", "3", "--count", "2", "--steps", "3",
            ])
            #expect(run.status == 0 || run.status == 1, "\(run)")
            #expect(run.standardOutput.contains("imagined"), "\(run)")
            let result = folder.appendingPathComponent("out/photo")
            let names = try FileManager.default.contentsOfDirectory(atPath: result.path).sorted()
            #expect(names == ["1.png", "2.png", "faces", "overview.png", "report.json"])
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
            let scene = try RestoreScene(in: folder)
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
