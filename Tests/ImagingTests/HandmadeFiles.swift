import Foundation
import Testing

@testable import Imaging

/// Small files made here, for what no fixture shows.
enum HandmadeFiles {
    static func little(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func big(_ value: Int, _ width: Int) -> [UInt8] { little(value, width).reversed() }

    /// A baseline TIFF of one strip.
    /// - Parameter extra: further entries, each a short number.
    static func tiff(
        width: Int, height: Int, samples: Int = 1, bits: Int, format: Int, photometric: Int? = nil,
        data: [UInt8], extra: [(tag: Int, value: Int)] = []
    ) -> [UInt8] {
        func repeated(_ value: Int) -> [Int] { Array(repeating: value, count: samples) }
        var tags: [(tag: Int, values: [Int])] = [
            (256, [width]), (257, [height]), (258, repeated(bits)), (259, [1]),
            (262, [photometric ?? (samples < 3 ? 1 : 2)]), (277, [samples]), (278, [height]),
            (339, repeated(format)),
        ]
        tags += extra.map { ($0.tag, [$0.value]) }
        let data = data + (data.count % 2 == 1 ? [0] : [])
        let start = 8 + data.count
        let spill = start + 2 + 12 * (tags.count + 2) + 4
        var (entries, tail): ([(Int, [UInt8])], [UInt8]) = ([], [])
        for (tag, values) in tags {
            let packed = values.flatMap { little($0, 2) }
            let head = little(tag, 2) + little(3, 2) + little(values.count, 4)
            if packed.count > 4 {
                entries.append((tag, head + little(spill + tail.count, 4)))
                tail += packed
            } else {
                entries.append((tag, head + packed + Array(repeating: 0, count: 4 - packed.count)))
            }
        }
        entries.append((273, little(273, 2) + little(4, 2) + little(1, 4) + little(8, 4)))
        entries.append((279, little(279, 2) + little(4, 2) + little(1, 4) + little(data.count, 4)))
        entries.sort { $0.0 < $1.0 }
        return Array("II*\0".utf8) + little(start, 4) + data + little(entries.count, 2)
            + entries.flatMap(\.1) + little(0, 4) + tail
    }

    static func floats(_ values: [Float]) -> [UInt8] { values.flatMap { little(Int($0.bitPattern), 4) } }

    /// A PNG with further chunks behind its header.
    static func png(_ bytes: [UInt8], adding chunk: [UInt8]) -> [UInt8] {
        Array(bytes[..<pngHeaderEnd]) + chunk + Array(bytes[pngHeaderEnd...])
    }

    /// A file of the shape of quadrants.heic whose picture has a further property.
    static func heic(_ bytes: [UInt8], adding property: [UInt8]) throws -> [UInt8] {
        var bytes = bytes
        func position(of type: String) throws -> Int {
            let at = try #require(bytes.firstRange(of: Array(type.utf8)))
            return at.lowerBound - 4
        }
        func number(_ at: Int, _ width: Int) -> Int { bytes[at..<at + width].reduce(0) { $0 << 8 | Int($1) } }
        func set(_ at: Int, _ width: Int, _ value: Int) {
            bytes.replaceSubrange(at..<at + width, with: big(value, width))
        }
        let grown = property.count + 1
        // Two items, each with one extent: id, base offset of 4 bytes, offset 0, length.
        let locations = try position(of: "iloc")
        for item in 0..<2 {
            let at = locations + 16 + item * 18 + 4
            set(at, 4, number(at, 4) + grown)
        }
        for type in ["meta", "iprp"] {
            set(try position(of: type), 4, number(try position(of: type), 4) + grown)
        }
        // One entry: id, count, indices.
        let associations = try position(of: "ipma")
        set(associations, 4, number(associations, 4) + 1)
        let count = Int(bytes[associations + 18])
        bytes[associations + 18] += 1
        bytes.insert(0x80 | UInt8(count + 1), at: associations + 19 + count)
        let container = try position(of: "ipco")
        let size = number(container, 4)
        set(container, 4, size + property.count)
        bytes.insert(contentsOf: property, at: container + size)
        return bytes
    }

    static func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
        big(content.count + 8, 4) + Array(type.utf8) + content
    }

    /// Colours by the code points of H.273.
    static func nclx(transfer: Int) -> [UInt8] {
        box("colr", Array("nclx".utf8) + big(9, 2) + big(transfer, 2) + big(9, 2) + [0x80])
    }

    /// A BMP with the header of Windows 3, or a longer one that begins like it.
    static func bmp(
        width: Int, height: Int, bits: Int, compression: Int = 0, headerSize: Int = 40, masks: [Int] = [],
        palette: [UInt8] = [], pixels: [UInt8]
    ) -> [UInt8] {
        var header =
            little(headerSize, 4) + little(width, 4) + little(height, 4) + little(1, 2) + little(bits, 2)
        header += little(compression, 4) + little(0, 4) + little(2835, 4) + little(2835, 4)
        header += little(palette.count / 4, 4) + little(0, 4) + masks.flatMap { little($0, 4) }
        header += Array(repeating: 0, count: max(0, headerSize - header.count))
        return file(header + palette, pixels)
    }

    /// A BMP of OS/2 1.
    static func oldBMP(width: Int, height: Int, bits: Int, palette: [UInt8] = [], pixels: [UInt8]) -> [UInt8]
    {
        file(
            little(12, 4) + little(width, 2) + little(height, 2) + little(1, 2) + little(bits, 2) + palette,
            pixels)
    }

    private static func file(_ header: [UInt8], _ pixels: [UInt8]) -> [UInt8] {
        let start = 14 + header.count
        return Array("BM".utf8) + little(start + pixels.count, 4) + little(0, 4) + little(start, 4) + header
            + pixels
    }
}

/// The error that reading a picture ends in.
func pictureError(
    _ bytes: [UInt8], limits: PictureLimits = .default, sourceLocation: SourceLocation = #_sourceLocation
) throws -> PictureError {
    try #require(throws: PictureError.self, sourceLocation: sourceLocation) {
        try Picture(data: bytes, name: "in", limits: limits)
    }
}
