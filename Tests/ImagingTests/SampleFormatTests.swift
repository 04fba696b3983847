import Foundation
import Testing

@testable import Imaging

@Suite("Samples that are not 8 or 16 bits unsigned")
struct SampleFormatTests {
    private let levels: [UInt8] = [0, 1, 60, 128, 200, 255]

    /// Six pixels of one row.
    private func tiff(_ data: [UInt8], samples: Int = 1, bits: Int, format: Int, photometric: Int? = nil)
        -> [UInt8]
    {
        HandmadeFiles.tiff(
            width: 6, height: 1, samples: samples, bits: bits, format: format, photometric: photometric,
            data: data)
    }

    private func reds(_ bytes: [UInt8]) throws -> [UInt8] {
        let picture = try Picture(data: bytes, name: "in")
        #expect(picture.width == 6 && picture.height == 1)
        return (0..<6).map { picture[$0, 0].red }
    }

    @Test("Levels divided by 255 come out as those levels, grey and colour")
    func dividedLevels() throws {
        let singles = levels.map { Float($0) / 255 }
        #expect(try reds(tiff(HandmadeFiles.floats(singles), bits: 32, format: 3)) == levels)
        let colours: [Float] = singles.flatMap { [$0, 1 - $0, 0] }
        let picture = try Picture(
            data: tiff(HandmadeFiles.floats(colours), samples: 3, bits: 32, format: 3), name: "in")
        #expect(picture.pixels == levels.flatMap { [$0, 255 - $0, 0] })
    }

    @Test("Other numbers 0…1 are light, grey as well as colour, and light beyond 1 is white")
    func linearLight() throws {
        let light = levels.map { level in
            let v = Float(level) / 255
            return v <= 0.04045 ? v / 12.92 : powf((v + 0.055) / 1.055, 2.4)
        }
        for samples in [1, 3] {
            let data = HandmadeFiles.floats(light.flatMap { Array(repeating: $0, count: samples) })
            let found = try reds(tiff(data, samples: samples, bits: 32, format: 3))
            #expect(zip(found, levels).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(found)")
        }
        let bright = HandmadeFiles.floats([0, 0.3, 0.9, 1, 2, 7])
        #expect(try reds(tiff(bright, bits: 32, format: 3)).suffix(3) == [255, 255, 255])
    }

    @Test("Transparency in floating point is laid over white")
    func alpha() throws {
        let data = HandmadeFiles.floats(
            levels.flatMap { [Float](repeating: 0, count: 3) + [Float($0) / 255] })
        #expect(try reds(tiff(data, samples: 4, bits: 32, format: 3)) == levels.map { 255 - $0 })
    }

    @Test("Numbers on another scale are refused, and their range is said")
    func otherScales() throws {
        for (values, range) in [
            ([0, 12, 60, 128, 200, 255] as [Float], "0 to 255"), ([-100, 0, 0, 1, 0, 1], "-100 to 1"),
            ([0, 1, 0, 1, .infinity, 0], "0 to inf"), ([0, 1, 0.5, .nan, 0, 1], "some are not a number"),
        ] {
            let error = try pictureError(tiff(HandmadeFiles.floats(values), bits: 32, format: 3))
            #expect(error == .sampleRange(name: "in", format: "TIFF", range: range))
        }
    }

    @Test(
        "Samples without a black and a white of their own are refused by name",
        arguments: [
            (8, 2, SampleFormat.Kind.signed), (16, 2, .signed), (32, 2, .signed), (64, 2, .signed),
            (32, 1, .unsigned), (64, 1, .unsigned), (12, 1, .unsigned), (16, 3, .float), (24, 3, .float),
            (64, 3, .float),
            (32, 5, .complex), (64, 6, .complex), (128, 6, .complex),
        ])
    func refused(bits: Int, format: Int, kind: SampleFormat.Kind) throws {
        for samples in [1, 3] {
            let data = [UInt8](repeating: 17, count: samples * 6 * bits / 8)
            let error = try pictureError(tiff(data, samples: samples, bits: bits, format: format))
            let expected = SampleFormat(kind: kind, bits: bits)
            #expect(error == .sampleFormat(name: "in", format: "TIFF", samples: expected))
        }
    }

    @Test("Floating point in ink, upside down, or as a logarithm is refused by name")
    func oddFloats() throws {
        let data = HandmadeFiles.floats([Float](repeating: 0.5, count: 24))
        for (photometric, samples, kind) in [
            (0, 1, SampleFormat.Kind.invertedFloat), (5, 4, .float), (32845, 3, .logarithmic),
        ] {
            let file = tiff(
                Array(data.prefix(24 * samples)), samples: samples, bits: 32, format: 3,
                photometric: photometric)
            #expect(
                try pictureError(file)
                    == .sampleFormat(name: "in", format: "TIFF", samples: SampleFormat(kind: kind, bits: 32)))
        }
    }

    @Test("A camera's raw file is named, not shown as its thumbnail")
    func raw() throws {
        for extra in [[(tag: 50706, value: 1)], [(254, 1), (330, 8)]] {
            let file = HandmadeFiles.tiff(
                width: 6, height: 1, bits: 8, format: 1, data: levels, extra: extra)
            guard case .declined(_, let format) = try pictureError(file) else {
                Issue.record("accepted")
                continue
            }
            #expect(format.contains("camera raw"))
        }
        #expect(try reds(tiff(levels, bits: 8, format: 1)) == levels)
    }
}
