import Degradation
import Foundation
import Imaging
import TestSupport
import Testing

/// A face of the generator in a larger photograph, its middle in blocks of 12 pixels.
struct RestoreScene {
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
