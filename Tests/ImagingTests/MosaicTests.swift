import Foundation
import Testing

@testable import Imaging

/// Mosaics are recognised and reduced to their blocks; what is none is left alone.
@Suite struct MosaicTests {
    /// The colours that `Tools/goldens/imaging.py --mosaics` gives the blocks.
    private func blocks(_ side: Int) -> Picture {
        var pixels: [UInt8] = []
        for y in 0..<side {
            for x in 0..<side {
                for c in 0..<3 {
                    pixels.append(
                        UInt8(
                            40 + 150 * (x + y) / (2 * side)
                                + (c * 7919 + y * 104729 + x * 1_299_709 + y * x * 31) % 41))
                }
            }
        }
        return Picture(width: side, height: side, pixels: pixels)
    }

    private func enlarged(_ picture: Picture, to side: Int) -> Picture {
        var pixels: [UInt8] = []
        for y in 0..<side {
            for x in 0..<side {
                let colour = picture[x * picture.width / side, y * picture.height / side]
                pixels += [colour.red, colour.green, colour.blue]
            }
        }
        return Picture(width: side, height: side, pixels: pixels)
    }

    @Test(arguments: [(16, 32), (16, 64), (32, 256), (8, 64), (24, 400), (20, 333), (48, 200)])
    func untouchedBlocksComeBackExactly(side: Int, enlargedTo: Int) throws {
        let small = blocks(side)
        let large = enlarged(small, to: enlargedTo)
        let mosaic = try #require(Mosaic(of: large))
        #expect(mosaic.columns == side && mosaic.rows == side)
        #expect(abs(mosaic.blockSide - Double(enlargedTo) / Double(side)) < 0.01)
        #expect(mosaic.reduced(large) == small)
    }

    /// The file is cut, so that the first blocks are narrower: those of which most is there count.
    @Test(arguments: [(16, 256, 0, 0), (24, 400, 0, 0), (32, 320, 7, 1)])
    func compressedBlocksComeBack(side: Int, enlargedTo: Int, cut: Int, dropped: Int) throws {
        let file = Fixtures.url("mosaic-\(side)-\(enlargedTo)-\(cut).jpg")
        let large = try Picture(contentsOf: file)
        let mosaic = try #require(Mosaic(of: large))
        #expect(mosaic.columns == side - dropped && mosaic.rows == side - dropped)
        let (small, expected) = (mosaic.reduced(large), blocks(side))
        var sum = 0.0
        for y in 0..<mosaic.rows {
            for x in 0..<mosaic.columns {
                let (a, b) = (small[x, y], expected[x + dropped, y + dropped])
                sum += pow(Double(a.green) - Double(b.green), 2)
            }
        }
        let rms = (sum / Double(mosaic.rows * mosaic.columns)).squareRoot()
        #expect(rms < 6, "blocks are \(rms) grey levels off")
    }

    @Test func whatIsNoMosaicIsLeftAlone() throws {
        #expect(Mosaic(of: blocks(16)) == nil, "pixels are no blocks")
        #expect(Mosaic(of: blocks(256)) == nil)
        #expect(
            Mosaic(of: Picture(width: 64, height: 64, pixels: Array(repeating: 9, count: 3 * 64 * 64)))
                == nil,
            "one colour has no grid")
        #expect(Mosaic(of: Picture(width: 1, height: 1, pixels: [1, 2, 3])) == nil)
        #expect(Mosaic(of: enlarged(blocks(4), to: 64)) == nil, "too few blocks for a face")
        // A grid in one direction only.
        var stripes = enlarged(blocks(16), to: 64)
        for y in 0..<64 { for x in 0..<64 { stripes.pixels[3 * (y * 64 + x)] ^= UInt8(y % 2 * 90) } }
        #expect(Mosaic(of: stripes) == nil)
    }
}
