import Degradation
import Tensors
import Testing

@testable import Imaging

@Suite("Pictures and tensors")
struct PictureTensorTests {
    @Test("Every level survives the way out and back")
    func allLevels() {
        let picture = Picture(width: 16, height: 16, pixels: (0..<768).map { UInt8($0 / 3) })
        #expect(Picture(picture.tensor() as Tensor<Float>) == picture)
        let exact: Tensor<Double> = picture.tensor()
        #expect(exact.shape == [3, 16, 16])
        #expect(exact[256 + 51] == 51.0 / 255)
    }

    @Test("Channels are planes in a tensor and neighbours in a picture")
    func layout() {
        let image = Tensor<Float>([0, 0.2, 0.4, 0.6, 0.8, 1], shape: [3, 1, 2])
        #expect(Picture(image).pixels == [0, 102, 204, 51, 153, 255])
    }

    @Test("Clamped, then rounded to the nearest level")
    func rounding() {
        let values: [Float] = [
            -0.3, 1.7, .nan, .infinity, -.infinity, 0.4999 / 255, 0.5001 / 255, 254.4 / 255, 254.6 / 255,
        ]
        let picture = Picture(Tensor<Float>(values, shape: [3, 1, 3]))
        #expect(picture.pixels == [0, 255, 1, 255, 0, 254, 0, 0, 255])
    }

    @Test("Of two levels equally near the even one, in both precisions; what is not a number is 0")
    func ties() {
        for (level, nearest) in [
            (0.5, 0.0), (1.5, 2), (126.5, 126), (127.5, 128), (254.5, 254), (254.6, 255), (-0.5, 0),
        ] {
            #expect(nearestLevel(level) == nearest)
            #expect(nearestLevel(Float(level)) == Float(nearest))
        }
        #expect(nearestLevel(Double.nan) == 0 && nearestLevel(Float.nan) == 0)
        #expect(nearestLevel(Float.infinity) == 255 && nearestLevel(-Float.infinity) == 0)
        #expect(nearestLevel(Float(0.5).nextUp) == 1 && nearestLevel(Float(1.5).nextDown) == 1)
    }

    @Test("What a search measures is what a picture of the same numbers holds, half-way values among them")
    func oneRule() {
        // (x + 1)/2 · 255 lies half-way between two levels for every other one of these, and is exact.
        let values =
            (0...510).map { Float($0) / 255 - 1 } + (-2000...2000).map { Float($0) / 1024 } + [.nan, 9, -9]
        let padded = values + [Float](repeating: 0, count: (3 - values.count % 3) % 3)
        let image = Tensor<Float>(padded, shape: [3, 1, padded.count / 3])
        var rounded = image
        roundToLevels(image, into: &rounded)
        var bytes = [UInt8](repeating: 0, count: image.count)
        interleaveLevels(rounded, into: &bytes)
        let picture = Picture(image.map { ($0 + 1) / 2 }, rounding: .halfEven)
        #expect(picture.pixels == bytes)
        #expect(picture.tensor() == rounded)
        let half = Tensor<Float>([126.5 / 127.5 - 1, 0, 0], shape: [3, 1, 1])
        #expect(Picture(half.map { ($0 + 1) / 2 }).pixels[1] == 128)
    }
}

@Suite("Laying out pictures")
struct PictureComposeTests {
    @Test("Drawing copies what overlaps, on any side")
    func draw() {
        let stamp = Picture.formula(width: 4, height: 3)
        for (x, y) in [(0, 0), (3, 2), (-2, -1), (6, 5), (8, 0), (-4, 0), (0, -3), (100, -100)] {
            var canvas = Picture.canvas(width: 8, height: 6, fill: (9, 8, 7))
            canvas.draw(stamp, x: x, y: y)
            for row in 0..<6 {
                for column in 0..<8 {
                    let inside = (0..<4).contains(column - x) && (0..<3).contains(row - y)
                    let expected = inside ? stamp[column - x, row - y] : (9, 8, 7)
                    #expect(canvas[column, row] == expected)
                }
            }
        }
    }

    @Test("Enlarging repeats pixels")
    func enlarge() {
        let small = Picture.formula(width: 3, height: 2)
        let large = small.enlarged(width: 9, height: 4)
        for row in 0..<4 {
            for column in 0..<9 { #expect(large[column, row] == small[column / 3, row / 2]) }
        }
        #expect(small.enlarged(width: 3, height: 2) == small)
        let odd = Picture.formula(width: 20, height: 20).enlarged(to: 33)
        #expect(odd.width == 33 && odd.height == 33)
        #expect(odd[32, 32] == Picture.formula(width: 20, height: 20)[19, 19])
    }

    @Test("Text stays inside its box, and nothing is drawn for nothing")
    func text() {
        let blank = Picture.canvas(width: 120, height: 40)
        var canvas = blank
        #expect(canvas.drawText("", x: 0, y: 0, size: 16) == (0, 0))
        #expect(canvas == blank)
        let box = canvas.drawText("rms <b>1.2</b> & é", x: 5, y: 5, size: 16, colour: (200, 0, 0))
        // Without a font on the machine the picture must simply stay as it is.
        #expect((box.width == 0) == (canvas == blank))
        for row in 0..<40 {
            for column in 0..<120 where !(5..<5 + box.width ~= column && 5..<5 + box.height ~= row) {
                #expect(canvas[column, row] == (255, 255, 255))
            }
        }
        // On one baseline a letter with a tail reaches lower than one without.
        if box.width > 0 {
            var (plain, tailed) = (blank, blank)
            let tail = tailed.drawText("g", x: 0, y: 0, size: 20)
            #expect(plain.drawText("n", x: 0, y: 0, size: 20).height < tail.height)
        }
        var clipped = blank
        clipped.drawText("outside", x: -20, y: 35, size: 16)
        #expect(clipped.width == 120)
    }

    @Test("A picture downscales to the nearest levels of D")
    func picture() {
        let picture = Picture.formula(width: 64, height: 64)
        let d = Resampling(filter: .box, from: 64, to: 16)
        let small = picture.downscaled(by: d)
        #expect(small == Picture(d.apply(picture.tensor() as Tensor<Float>)))
        let block = (0..<16).map { Int(picture[$0 % 4, $0 / 4].red) }.reduce(0, +)
        #expect(abs(Int(small[0, 0].red) - block / 16) <= 1)
    }
}
