import Foundation
import Imaging
import TestSupport
import Testing

/// `pulse restore --upscale` through the real program.
@Suite struct RestoreUpscaleTests {
    @Test(arguments: [2, 4])
    func drawsOnALargerCanvas(scale: Int) throws {
        try withTemporaryDirectory { folder in
            let scene = try RestoreScene(in: folder)
            let photo = folder.appendingPathComponent("photo.png")
            try ExifTool.write(["-IFD0:Artist=A", "-ExifIFD:ExifImageWidth=420"], to: photo)
            let run = try scene.restore([
                "photo.png", "--output", "out", "--seed", "3", "--count", "1", "--steps", "3", "--upscale",
                "\(scale)",
            ])
            #expect(run.status < 2, "\(run)")
            let result = folder.appendingPathComponent("out/photo")
            let restored = try Picture(contentsOf: result.appendingPathComponent("1.png"))
            #expect(restored.width == 420 * scale && restored.height == 360 * scale)

            // Pixelated again on the larger grid, the blocks are what they were.
            var sum = 0.0
            for block in 0..<12 * 13 {
                let (left, top) = (145 + block % 12 * 12, 120 + block / 12 * 12)
                let side = 12 * scale
                var mean = 0.0
                for i in 0..<side * side {
                    mean += Double(restored[left * scale + i % side, top * scale + i / side].green)
                }
                let difference = mean / Double(side * side) - Double(scene.pixelated[left, top].green)
                sum += difference * difference
            }
            #expect((sum / 156).squareRoot() < 1)

            // What is out of their reach is the photograph enlarged.
            let enlarged = scene.pixelated.enlarged(times: scale)
            var (other, finer) = (0, 0)
            for y in 0..<360 * scale {
                for x in 0..<420 * scale {
                    let (column, row) = (x / scale, y / scale)
                    // Four pixels around the mosaic.
                    let isNear = (141..<293).contains(column) && (116..<280).contains(row)
                    if !isNear, restored[x, y] != enlarged[x, y] { other += 1 }
                    guard x % scale > 0, scene.isMosaic(column, row) else { continue }
                    if restored[x, y] != restored[x - 1, y] { finer += 1 }
                }
            }
            #expect(other == 0)
            #expect(
                finer > 144 * 156 * scale * (scale - 1) / 2,
                "the face is drawn with the larger canvas's pixels")

            let report = try #require(
                JSONSerialization.jsonObject(
                    with: Data(contentsOf: result.appendingPathComponent("report.json"))) as? [String: Any])
            #expect(report["scale"] as? Int == scale)
            let tags = try ExifTool.tags(of: result.appendingPathComponent("1.png"))
            #expect(tags["PNG:ImageWidth"] as? Int == 420 * scale, "\(tags)")
            #expect(tags["IFD0:Artist"] as? String == "A")
            #expect((tags["ExifIFD:ExifImageWidth"] as? Int ?? 420 * scale) == 420 * scale)

            // What is pasted again is as large.
            let before = try Data(contentsOf: result.appendingPathComponent("1.png"))
            try scene.restore(["photo.png", "--output", "out", "--choose", "1=1"]).expectStatus(0)
            #expect(try Data(contentsOf: result.appendingPathComponent("choice-1.png")) == before)
        }
    }

    @Test func refusesWhatIsTooLargeBeforeTheSearch() throws {
        try withTemporaryDirectory { folder in
            try Picture.canvas(width: 4000, height: 3200).writePNG(
                to: folder.appendingPathComponent("large.png"), provenance: nil)
            let run = try PulseBinary.run(
                ["restore", "large.png", "--output", "out", "--upscale", "4"], in: folder)
            run.expectStatus(2)
            #expect(run.standardError.contains("--upscale"), "\(run)")
            let wrong = try PulseBinary.run(
                ["restore", "large.png", "--output", "out", "--upscale", "3"], in: folder)
            wrong.expectStatus(2)
            #expect(wrong.standardError.contains("1, 2 or 4"), "\(wrong)")
        }
    }
}
