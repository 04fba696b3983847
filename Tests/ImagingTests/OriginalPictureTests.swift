import Foundation
import TestSupport
import Testing

@testable import Imaging

@Suite("Replacing a part of a photograph")
struct OriginalPictureTests {
    static let provenance = Provenance(
        model: "a model", seed: 5, mode: "restore", operatorName: "bicubic", version: "0.1.0")

    static func original(_ bytes: [UInt8]) throws -> OriginalPicture {
        try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent("photo")
            try Data(bytes).write(to: url)
            return try OriginalPicture(PictureFile(contentsOf: url))
        }
    }

    static func original(_ fixture: String) throws -> OriginalPicture {
        try OriginalPicture(PictureFile(contentsOf: Fixtures.url(fixture)))
    }

    /// Every third pixel, the first two excepted.
    static func mask(_ count: Int) -> [Bool] { (0..<count).map { $0 > 1 && $0 % 3 == 0 } }

    private func replaced(
        _ original: OriginalPicture, _ format: OutputFormat, scale: Int = 1,
        by picture: Picture? = nil, mask: [Bool]? = nil
    ) throws -> [UInt8] {
        let (width, height) = (original.width * scale, original.height * scale)
        return Array(
            try original.encoded(
                replacing: picture ?? .formula(width: width, height: height),
                where: mask ?? Self.mask(width * height), scale: scale, format: format,
                provenance: Self.provenance, keepsLocation: false))
    }

    /// Samples as wide as 16 bits, whatever they are.
    private func numbers(_ samples: Samples) -> [Int] {
        switch samples.values {
        case .bytes(let bytes): bytes.map { Int($0) }
        case .shorts(let shorts): shorts.map { Int($0) }
        }
    }

    static let lossless = [
        "16-bit.png", "16-bit.tiff", "16-bit-alpha.png", "16-bit-grey.png", "alpha.png", "alpha.tiff",
        "grey.png", "grey-alpha.png", "palette.png", "palette-alpha.png", "bilevel.png", "bilevel.bmp",
        "24-bit.ppm", "profile-wide.png", "profile-wide.tiff", "profile-wide-16-alpha.png",
        "profile-grey.png", "profile-broken.png", "profile-mismatched.png", "orientation-6.png",
        "orientation-6.tiff", "orientation-3.jpg", "orientation-5.jpg", "orientation-8.jpg", "cmyk.tiff",
        "lab.tiff", "float-linear.tiff", "profile-wide.webp", "animated.gif", "quadrants.heic",
    ]

    @Test("Unchanged samples are the photograph's, bit for bit", arguments: lossless)
    func samplesStay(fixture: String) throws {
        let original = try Self.original(fixture)
        let before = original.stored.samples
        let mask = Self.mask(original.width * original.height)
        for format in [OutputFormat.png, .tiff] {
            let after = try Self.original(replaced(original, format)).stored.samples
            #expect(after.width == before.width && after.height == before.height)
            #expect(
                after.bits == before.bits && after.bands == before.bands && after.colours == before.colours)
            let (old, new) = (numbers(before), numbers(after))
            try #require(old.count == new.count)
            var changes = 0
            for (pixel, isChanged) in mask.enumerated() {
                let samples = pixel * before.bands..<(pixel + 1) * before.bands
                if !isChanged {
                    #expect(old[samples] == new[samples], "\(format), pixel \(pixel)")
                } else if old[samples] != new[samples] {
                    changes += 1
                    if before.bands > before.colours {
                        #expect(old[samples.upperBound - 1] == new[samples.upperBound - 1], "alpha")
                    }
                }
            }
            #expect(changes > 0)
        }
    }

    /// The samples in a file, which this project has no part in, are those that come out.
    @Test("The samples of a file made by hand are read as they stand there", arguments: [8, 16])
    func handmade(bits: Int) throws {
        let values = (0..<5 * 4 * 3).map { ($0 * 7919 + 13) % (bits == 8 ? 256 : 65536) }
        let data = values.flatMap { HandmadeFiles.little($0, bits / 8) }
        let file = HandmadeFiles.tiff(
            width: 5, height: 4, samples: 3, bits: bits, format: 1, data: data)
        let original = try Self.original(file)
        #expect(numbers(original.stored.samples) == values)
        let written = try replaced(original, .tiff, mask: Array(repeating: false, count: 20))
        #expect(try numbers(Self.original(written).stored.samples) == values)
        // Orientation 6: the first row is the last column.
        let turned = HandmadeFiles.tiff(
            width: 5, height: 4, samples: 3, bits: bits, format: 1, data: data, extra: [(274, 6)])
        let upright = try Self.original(turned)
        #expect(upright.width == 4 && upright.height == 5)
        let column = (0..<5).flatMap { row in
            let pixel = row * 4 + 3
            return numbers(upright.stored.samples)[3 * pixel..<3 * pixel + 3]
        }
        #expect(column == Array(values[..<15]))
    }

    @Test(
        "What is put in looks, in the photograph's own colours, as it did",
        arguments: [
            ("profile-wide.png", 3), ("profile-wide.tiff", 3), ("16-bit.png", 0), ("orientation-6.png", 0),
            ("profile-srgb.png", 0), ("profile-broken.png", 0), ("profile-grey.png", 2), ("grey.png", 0),
            ("alpha.png", 255), ("profile-wide.webp", 3), ("cmyk.tiff", 0), ("24-bit.bmp", 0),
        ])
    func coloursArrive(fixture: String, tolerance: Int) throws {
        let original = try Self.original(fixture)
        let shown = try Picture(contentsOf: Fixtures.url(fixture))
        // The photograph's own picture, turned upside down, so that its colours are those it can have.
        let pixels = stride(from: shown.pixels.count - 3, through: 0, by: -3).flatMap {
            shown.pixels[$0..<$0 + 3]
        }
        let picture = Picture(width: shown.width, height: shown.height, pixels: pixels)
        let all = Array(repeating: true, count: shown.width * shown.height)
        for format in [OutputFormat.png, .tiff] {
            let after = try Picture(data: replaced(original, format, by: picture, mask: all), name: "after")
            let difference = try #require(after.largestDifference(from: picture))
            #expect(difference <= tolerance, "\(format)")
        }
        // Nothing changed: what is shown is what was shown.
        let none = Array(repeating: false, count: shown.width * shown.height)
        for format in [OutputFormat.png, .tiff] {
            let after = try Picture(data: replaced(original, format, by: picture, mask: none), name: "after")
            #expect(after == shown)
        }
    }

    @Test("WebP keeps samples of 8 bits, and JPEG is near")
    func otherFormats() throws {
        let original = try Self.original("profile-wide.png")
        let before = try Picture(contentsOf: Fixtures.url("profile-wide.png"))
        let none = Array(repeating: false, count: original.width * original.height)
        let webP = try replaced(original, .webp, mask: none)
        #expect(try Self.original(webP).stored.samples == original.stored.samples)
        #expect(try Picture(data: webP, name: "webp") == before)
        let jpeg = try Picture(data: replaced(original, .jpeg, mask: none), name: "jpeg")
        let errors = zip(jpeg.pixels, before.pixels).map { abs(Int($0) - Int($1)) }
        #expect(Double(errors.reduce(0, +)) / Double(errors.count) < 4)
        // No format but PNG and TIFF has 16 bits.
        let wide = try Self.original(replaced(try Self.original("16-bit-alpha.png"), .webp))
        #expect(wide.bits == 8 && wide.stored.samples.bands == 4)
        #expect(try Self.original(replaced(wide, .jpeg)).stored.samples.bands == 3)
    }

    @Test("Enlarged first, where that is asked", arguments: [2, 4])
    func scales(scale: Int) throws {
        let original = try Self.original("16-bit.png")
        let enlarged = original.stored.samples.enlarged(scale)
        let (width, height) = (original.width * scale, original.height * scale)
        let file = try replaced(original, .png, scale: scale)
        let after = try Self.original(file).stored.samples
        #expect(after.width == width && after.height == height && after.bits == 16)
        let (old, new) = (numbers(enlarged), numbers(after))
        let picture = Picture.formula(width: width, height: height)
        for (pixel, isChanged) in Self.mask(width * height).enumerated() {
            let samples = 3 * pixel..<3 * pixel + 3
            let expected = isChanged ? samples.map { Int(picture.pixels[$0]) * 257 } : Array(old[samples])
            #expect(Array(new[samples]) == expected)
        }
    }

    @Test("Lanczos' filter keeps flat ground, ramps, and the mean of what it enlarges", arguments: [2, 4])
    func lanczos(scale: Int) {
        let flat = Samples(
            width: 7, height: 5, colours: 1, bands: 1, values: .shorts(Array(repeating: 40_000, count: 35)))
        #expect(numbers(flat.enlarged(scale)).allSatisfy { abs($0 - 40_000) <= 1 })
        let ramp = (0..<480).map { (i: Int) -> UInt16 in UInt16(1000 + 1500 * (i % 40)) }
        let steps = Samples(width: 40, height: 12, colours: 1, bands: 1, values: .shorts(ramp))
        let large = numbers(steps.enlarged(scale))
        let row = 5 * scale * 40 * scale
        // Pixel centres: column x shows the place (x + ½) / scale − ½ of the ramp.
        for x in 4 * scale..<36 * scale {
            let place = (Double(x) + 0.5) / Double(scale) - 0.5
            let (made, expected) = (Double(large[row + x]), 1000 + 1500 * place)
            #expect(abs(made - expected) < 80)
        }
    }

    @Test("What would be too large is declined")
    func limit() throws {
        let file = try PictureFile(
            contentsOf: Fixtures.url("16-bit.png"), limits: PictureLimits(pixels: 24 * 16 * 4))
        let original = try OriginalPicture(file)
        let picture = Picture.canvas(width: original.width * 4, height: original.height * 4)
        try original.checkEnlarging(by: 2)
        #expect(throws: PictureError.self) { try original.checkEnlarging(by: 4) }
        #expect(throws: PictureError.self) {
            try original.encoded(
                replacing: picture, where: Array(repeating: false, count: picture.width * picture.height),
                scale: 4, format: .png, provenance: Self.provenance, keepsLocation: false)
        }
    }

    @Test("Hostile files are refused as by the reader of pictures")
    func hostile() throws {
        for fixture in ["16-bit.png", "orientation-6.tiff", "orientation-3.jpg", "alpha.webp"] {
            let bytes = try Fixtures.bytes(fixture)
            for length in stride(from: 1, to: bytes.count, by: max(1, bytes.count / 40)) {
                let cut = Array(bytes[..<length])
                let isRead = (try? Picture(data: cut, name: "cut")) != nil
                #expect(((try? Self.original(cut)) != nil) == isRead, "\(fixture), \(length) bytes")
            }
        }
        let side = HandmadeFiles.big(100_000, 4)
        var bomb: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        bomb += pngChunk("IHDR", side + side + [8, 2, 0, 0, 0] as [UInt8])
        bomb += pngChunk("IDAT", [0, 0, 0, 0])
        bomb += pngChunk("IEND", [])
        #expect(throws: PictureError.self) { try Self.original(bomb) }
    }
}
