import Foundation
import Testing

@testable import Imaging

@Suite("BMP")
struct BitmapTests {
    /// Red, green / blue, white: as stored from the bottom up, blue first.
    private let quadrants: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]
    private let palette: [UInt8] = [0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0]

    private func check(_ bytes: [UInt8], _ sourceLocation: SourceLocation = #_sourceLocation) throws {
        let picture = try Picture(data: bytes, name: "in")
        #expect(picture == Picture(width: 2, height: 2, pixels: quadrants), sourceLocation: sourceLocation)
    }

    @Test("Palettes of 1, 2, 4 and 8 bits, in every header")
    func palettes() throws {
        for headerSize in [40, 52, 56, 64, 108, 124] {
            func bmp(_ bits: Int, _ pixels: [UInt8]) -> [UInt8] {
                HandmadeFiles.bmp(
                    width: 2, height: 2, bits: bits, headerSize: headerSize, palette: palette, pixels: pixels)
            }
            try check(bmp(8, [2, 3, 0, 0, 0, 1, 0, 0]))
            try check(bmp(4, [0x23, 0, 0, 0, 0x01, 0, 0, 0]))
            try check(bmp(2, [0b1011_0000, 0, 0, 0, 0b0001_0000, 0, 0, 0]))
        }
        let old = stride(from: 0, to: 16, by: 4).flatMap { palette[$0..<$0 + 3] }
        let colours = old + [UInt8](repeating: 0, count: 12 * 3)
        try check(
            HandmadeFiles.oldBMP(
                width: 2, height: 2, bits: 4, palette: colours, pixels: [0x23, 0, 0, 0, 0x01, 0, 0, 0]))
        let bilevel = HandmadeFiles.bmp(
            width: 9, height: 1, bits: 1, palette: [0, 0, 0, 0, 255, 255, 255, 0],
            pixels: [0b1010_0000, 0x80, 0, 0])
        let picture = try Picture(data: bilevel, name: "in")
        #expect((0..<9).map { picture[$0, 0].green } == [255, 0, 255, 0, 0, 0, 0, 0, 255])
    }

    @Test("24 and 32 bits, from the top and from the bottom; the last padding may be missing")
    func trueColour() throws {
        let rows: [[UInt8]] = [[255, 0, 0, 255, 255, 255, 0, 0], [0, 0, 255, 0, 255, 0, 0, 0]]
        let bottomUp = rows[0] + rows[1]
        try check(HandmadeFiles.bmp(width: 2, height: 2, bits: 24, pixels: bottomUp))
        try check(HandmadeFiles.bmp(width: 2, height: 2, bits: 24, pixels: bottomUp.dropLast(2)))
        try check(HandmadeFiles.bmp(width: 2, height: -2, bits: 24, pixels: rows[1] + rows[0]))
        try check(HandmadeFiles.oldBMP(width: 2, height: 2, bits: 24, pixels: bottomUp))
        let wide: [UInt8] = [255, 0, 0, 9, 255, 255, 255, 0, 0, 0, 255, 0, 0, 255, 0, 0]
        try check(HandmadeFiles.bmp(width: 2, height: 2, bits: 32, pixels: wide))
    }

    @Test("Masks: 5-5-5 by itself, 5-6-5 and others where the file says so, behind the header or in it")
    func masks() throws {
        func shorts(_ values: [Int]) -> [UInt8] { values.flatMap { HandmadeFiles.little($0, 2) } }
        let narrow = shorts([0x001F, 0x7FFF, 0x7C00, 0x03E0])
        try check(HandmadeFiles.bmp(width: 2, height: 2, bits: 16, pixels: narrow))
        let middle = shorts([0x001F, 0xFFFF, 0xF800, 0x07E0])
        for (headerSize, masks) in [(40, [0xF800, 0x07E0, 0x001F]), (56, [0xF800, 0x07E0, 0x001F, 0])] {
            try check(
                HandmadeFiles.bmp(
                    width: 2, height: 2, bits: 16, compression: 3, headerSize: headerSize, masks: masks,
                    pixels: middle))
        }
        let turned = [0xFF, 0xFFFFFF, 0xFF0000, 0xFF00].flatMap { HandmadeFiles.little($0 << 8, 4) }
        try check(
            HandmadeFiles.bmp(
                width: 2, height: 2, bits: 32, compression: 3, masks: [0xFF00_0000, 0xFF_0000, 0xFF00],
                pixels: turned))
    }

    @Test("An alpha that is declared and used is laid over white; one that is nothing everywhere is none")
    func alpha() throws {
        let masks = [0xFF0000, 0xFF00, 0xFF, 0xFF00_0000]
        func bmp(_ alpha: [UInt8]) -> [UInt8] {
            HandmadeFiles.bmp(
                width: 2, height: 1, bits: 32, compression: 3, headerSize: 108, masks: masks,
                pixels: [0, 0, 255, alpha[0], 0, 0, 255, alpha[1]])
        }
        #expect(try Picture(data: bmp([255, 0]), name: "in").pixels == [255, 0, 0, 255, 255, 255])
        #expect(try Picture(data: bmp([51, 255]), name: "in").pixels == [255, 204, 204, 255, 0, 0])
        #expect(try Picture(data: bmp([0, 0]), name: "in").pixels == [255, 0, 0, 255, 0, 0])
    }

    @Test("Runs of 8 and 4 bits: repeated, literal, moved over, with and without the mark at the end")
    func runs() throws {
        func bmp(_ bits: Int, _ pixels: [UInt8]) -> [UInt8] {
            HandmadeFiles.bmp(
                width: 2, height: 2, bits: bits, compression: bits == 8 ? 1 : 2, palette: palette,
                pixels: pixels)
        }
        try check(bmp(8, [1, 2, 1, 3, 0, 0, 1, 0, 1, 1, 0, 1]))
        try check(bmp(8, [1, 2, 1, 3, 0, 0, 1, 0, 1, 1]))
        try check(bmp(8, [1, 2, 1, 3, 0, 2, 0, 1, 0, 0, 0, 1]) + [9, 9, 9], skipping: true)
        try check(bmp(4, [2, 0x23, 0, 0, 2, 0x01, 0, 1]))
        let literal = HandmadeFiles.bmp(
            width: 3, height: 1, bits: 4, compression: 2, palette: palette, pixels: [0, 3, 0x23, 0x10, 0, 1])
        #expect(try Picture(data: literal, name: "in").pixels == [0, 0, 255, 255, 255, 255, 0, 255, 0])
    }

    /// Pixels that runs pass over have the first colour.
    private func check(_ bytes: [UInt8], skipping: Bool) throws {
        let picture = try Picture(data: bytes, name: "in")
        #expect(
            picture[0, 1] == (0, 0, 255) && picture[1, 1] == (255, 255, 255) && picture[0, 0] == (255, 0, 0))
    }

    @Test("Cut short, damaged, of a variant that is not read, or too large: each by its name")
    func refusals() throws {
        let whole = try Fixtures.bytes("24-bit.bmp")
        for length in 18..<whole.count - 2 {
            guard case .truncated(_, "BMP", _) = try pictureError(Array(whole[..<length])) else {
                Issue.record("\(length) bytes")
                return
            }
        }
        func error(_ width: Int, _ height: Int, _ bits: Int, _ compression: Int) throws -> PictureError {
            try pictureError(
                HandmadeFiles.bmp(
                    width: width, height: height, bits: bits, compression: compression, pixels: [1, 2, 3, 4]))
        }
        #expect(try error(1, 1, 0, 4) == .variant(name: "in", format: "BMP", variant: "a JPEG inside a BMP"))
        for (bits, compression) in [(7, 0), (24, 1), (8, 2), (64, 0), (8, 77)] {
            guard case .undecodable(_, "BMP", _) = try error(1, 1, bits, compression) else {
                Issue.record("\(bits) bits, compression \(compression)")
                continue
            }
        }
        for (width, height) in [(60_000, 60_000), (0x7FFF_FFFF, 0x7FFF_FFFF)] {
            #expect(
                try error(width, height, 24, 0)
                    == .tooManyPixels(name: "in", width: width, height: height, limit: 200_000_000))
        }
        for (width, height) in [(0, 1), (-1, 1), (1, 0)] {
            guard case .undecodable = try error(width, height, 24, 0) else {
                Issue.record("\(width)×\(height)")
                continue
            }
        }
    }

    @Test(
        "Damaged bytes never crash",
        arguments: ["24-bit.bmp", "palette.bmp", "bilevel.bmp", "grey.pgm", "24-bit.ppm", "animated.gif"])
    func mutations(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        let runs = HandmadeFiles.bmp(
            width: 5, height: 4, bits: 8, compression: 1, palette: palette,
            pixels: [3, 1, 0, 3, 1, 2, 3, 0, 0, 0, 2, 2, 0, 2, 1, 1, 4, 0, 0, 0, 9, 3, 0, 1])
        let limits = PictureLimits(pixels: 1 << 16)
        var state: UInt64 = 99
        for original in [bytes, runs] {
            for _ in 0..<2000 {
                var damaged = original
                for _ in 0..<3 {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    damaged[Int(state >> 33) % min(damaged.count, 160)] = UInt8(
                        truncatingIfNeeded: state >> 20)
                }
                if let picture = try? Picture(data: damaged, name: name, limits: limits) {
                    #expect(picture.width * picture.height <= 1 << 16)
                }
            }
        }
    }
}

@Suite("PBM, PGM, PPM")
struct PortableAnymapTests {
    private func pixels(_ text: String, _ bytes: [UInt8] = []) throws -> [UInt8] {
        try Picture(data: Array(text.utf8) + bytes, name: "in").pixels
    }

    @Test("In text and in bytes, with comments, any maximum, one or two bytes")
    func variants() throws {
        #expect(try pixels("P3\n# made by hand\n2 1\n255\n255 0 1  9 8 7\n") == [255, 0, 1, 9, 8, 7])
        #expect(try pixels("P6 2 1 255\n", [255, 0, 1, 9, 8, 7]) == [255, 0, 1, 9, 8, 7])
        #expect(try pixels("P2 2 1 15 15 1") == [255, 255, 255, 17, 17, 17])
        #expect(try pixels("P5 2 1 # wide\n65535\n", [255, 255, 128, 0]) == [255, 255, 255, 128, 128, 128])
        #expect(try pixels("P1 2 2 01 1\n0") == [255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255])
        #expect(try pixels("P4\n9 1\n", [0b0111_1111, 0]).prefix(6) == [255, 255, 255, 0, 0, 0])
    }

    @Test("Only the first picture of a file is read")
    func first() throws {
        #expect(try pixels("P5 1 1 255\n", [7] + Array("P5 1 1 255\n".utf8) + [8]) == [7, 7, 7])
    }

    @Test("Cut short, damaged or too large")
    func refusals() throws {
        func error(_ text: String) throws -> PictureError { try pictureError(Array(text.utf8)) }
        for text in [
            "P6 2 2 255\n12345678901", "P3 2 1 255 1 2 3 4 5", "P4 9 1\n1", "P5 2", "P2 1 1 255",
            "P1 3 1 1 0",
        ] {
            #expect(try error(text) == .truncated(name: "in", format: "PNM", reason: ""), "\(text)")
        }
        for text in [
            "P5 0 1 255\n.", "P5 1 1 0\n.", "P5 1 1 70000\n...", "P2 1 1 255 256", "P3 1 1 9 x", "P1 1 1 2",
        ] {
            guard case .undecodable(_, "PNM", _) = try error(text) else {
                Issue.record("\(text)")
                continue
            }
        }
        #expect(
            try error("P2 60000 60000 255 1 2 3")
                == .tooManyPixels(name: "in", width: 60_000, height: 60_000, limit: 200_000_000))
        #expect(try error("P2 14000 14000 255 1 2 3") == .truncated(name: "in", format: "PNM", reason: ""))
    }
}
