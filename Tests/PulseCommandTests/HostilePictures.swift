import Foundation
import TestSupport
import Testing

/// Picture files made to do harm: headers that promise more than there is, little that unpacks to much, directories that
/// lead back to themselves, files that end in the middle.
enum HostilePictures {
    struct File: CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        /// Whether it is a picture, of nearly as many pixels as are taken.
        var isLargePicture = false
        var testDescription: String { name }
    }

    static var all: [File] { headers + bombs + loops + cut }

    static func big(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func little(_ value: Int, _ width: Int) -> [UInt8] { big(value, width).reversed() }

    // MARK: - Headers

    static var headers: [File] {
        [
            File(name: "nothing.png", bytes: []),
            File(name: "header.png", bytes: png(width: 100_000, height: 100_000, data: [0, 0, 0, 0])),
            File(name: "sides.png", bytes: png(width: 30_000, height: 30_000, data: zeros(1000))),
            File(name: "most.png", bytes: png(width: 0x7FFF_FFFF, height: 0x7FFF_FFFF, data: [0])),
            File(name: "header.tiff", bytes: tiff(width: 60_000, height: 60_000)),
            File(name: "strip.tiff", bytes: tiff(width: 30_000, height: 6_000)),
            File(
                name: "canvas.webp",
                bytes: webP("VP8X", [0, 0, 0, 0] + little(0xFFFFFF, 3) + little(0xFFFFFF, 3))),
            File(name: "sides.webp", bytes: webPLossless(width: 16_384, height: 16_384)),
            File(name: "empty.webp", bytes: webPLossless(width: 16_383, height: 12_000)),
            File(name: "sides.jpg", bytes: jpeg(width: 65_500, height: 65_500)),
            File(name: "empty.jpg", bytes: jpeg(width: 65_500, height: 3_000), isLargePicture: true),
            File(name: "screen.gif", bytes: gif),
            File(name: "header.bmp", bytes: bitmap(width: 30_000, height: 30_000, compression: 0)),
            File(name: "header.ppm", bytes: Array("P6 60000 60000 255\n".utf8)),
            File(
                name: "digits.pgm",
                bytes: Array("P5 ".utf8) + Array(repeating: UInt8(ascii: "9"), count: 1 << 20)),
        ]
    }

    // MARK: - Little that becomes much

    static var bombs: [File] {
        [
            // Inside the limit on pixels: a picture of 180 megapixels, in half a megabyte.
            File(
                name: "grey.png", bytes: png(width: 30_000, height: 6_000, data: zeros(30_001 * 6_000)),
                isLargePicture: true),
            // Nothing but the mark that ends it.
            File(
                name: "runs.bmp", bytes: bitmap(width: 14_000, height: 14_000, compression: 1),
                isLargePicture: true),
            File(name: "profile.png", bytes: png(adding: "iCCP", Array("a\0\0".utf8) + zeros(1 << 30))),
            File(
                name: "text.png",
                bytes: png(adding: "iTXt", Array("XML:com.adobe.xmp\0\u{1}\0\0\0".utf8) + zeros(1 << 30))),
            File(
                name: "deflate.tiff",
                bytes: tiff(width: 30_000, height: 6_000, deflated: zeros(30_000 * 6_000)),
                isLargePicture: true),
        ]
    }

    // MARK: - Directories

    static var loops: [File] {
        var directory = tiff(width: 16, height: 16)
        // The directory after the first is the first.
        directory.replaceSubrange(directory.count - 4..<directory.count, with: little(8, 4))
        var crowded = Array("II*\0".utf8) + little(8, 4) + little(0xFFFF, 2)
        crowded += Array(repeating: 0xFF, count: 500)
        return [
            File(name: "loop.tiff", bytes: directory), File(name: "entries.tiff", bytes: crowded),
            File(
                name: "chunk.png",
                bytes: png(width: 16, height: 16, data: [0]).prefix(33) + [0x7F, 0xFF, 0xFF, 0xFF]),
            File(name: "boxes.heic", bytes: heic),
        ]
    }

    private static var heic: [UInt8] {
        var file = big(24, 4) + Array("ftypheic".utf8) + big(0, 4)
        file += Array("mif1heic".utf8)
        for _ in 0..<20_000 { file += big(8, 4) + Array("free".utf8) }
        return file
    }

    // MARK: - Cut

    static var cut: [File] {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../ImagingTests/Fixtures").standardized
        return [
            "orientation-3.jpg", "progressive.jpg", "16-bit.png", "alpha.webp", "16-bit.tiff",
            "quadrants.heic",
            "animated.gif", "24-bit.bmp", "24-bit.ppm",
        ].map { name in
            let whole = (try? Data(contentsOf: fixtures.appendingPathComponent(name))).map { Array($0) } ?? []
            return File(name: "cut-\(name)", bytes: Array(whole.prefix(whole.count * 3 / 5)))
        }
    }
}

// MARK: - Formats

extension HostilePictures {
    /// A small picture that is not square, with a further chunk.
    private static func png(adding type: String, _ content: [UInt8]) -> [UInt8] {
        png(width: 16, height: 15, data: zeros(17 * 15), chunks: [(type, content)])
    }

    private static var gif: [UInt8] {
        let extent = little(65_535, 2) + little(65_535, 2)
        var file = Array("GIF89a".utf8) + extent
        file += [0, 0, 0, 0x2C, 0, 0, 0, 0]
        return file + extent + [0, 2, 2, 0x44, 1, 0, 0x3B]
    }

    /// A PNG of 8-bit grey.
    static func png(
        width: Int, height: Int, data: [UInt8], chunks: [(type: String, content: [UInt8])] = []
    ) -> [UInt8] {
        func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
            let body = Array(type.utf8) + content
            return big(content.count, 4) + body + big(Int(crc(body)), 4)
        }
        let header = big(width, 4) + big(height, 4) + [8, 0, 0, 0, 0]
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
        for (type, content) in chunks { file += chunk(type, content) }
        return file + chunk("IDAT", data) + chunk("IEND", [])
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var table = [UInt32](repeating: 0, count: 256)
        for start in table.indices {
            var crc = UInt32(start)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
            table[start] = crc
        }
        var crc = UInt32.max
        for byte in bytes { crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ crc >> 8 }
        return ~crc
    }

    /// A zlib stream of many zeros: one literal, then as many copies of 258 of the last as it takes.
    ///
    /// Source: RFC 1951, 3.2.6.
    static func zeros(_ count: Int) -> [UInt8] {
        var (bytes, hold, held): ([UInt8], UInt, UInt) = ([0x78, 0x01], 0, 0)
        func put(_ bits: UInt, _ length: UInt) {
            hold |= bits << held
            held += length
            while held >= 8 {
                bytes.append(UInt8(hold & 0xFF))
                (hold, held) = (hold >> 8, held - 8)
            }
        }
        // The last block, by fixed codes, which stand with their highest bit first.
        put(0b011, 3)
        var left = count
        let zero: UInt = 0b0000_1100
        while left > 0 && (left % 258 != 0 || left == count) {
            put(zero, 8)
            left -= 1
        }
        // A length of 258, 285 by its code, and a distance of 1.
        for _ in 0..<left / 258 { put(0b1010_0011, 8); put(0, 5) }
        put(0, 7)
        if held > 0 { put(0, 8 - held) }
        return bytes + big(count % 65_521 << 16 | 1, 4)
    }

    /// A TIFF of 8-bit grey whose one strip is not in the file, or is what it is said to be.
    static func tiff(width: Int, height: Int, deflated: [UInt8]? = nil) -> [UInt8] {
        let size = deflated?.count ?? width * height
        let tags: [(Int, Int)] = [
            (256, width), (257, height), (258, 8), (259, deflated == nil ? 1 : 8), (262, 1),
            (273, 8 + 2 + 12 * 9 + 4), (277, 1), (278, height), (279, size),
        ]
        let directory = tags.flatMap { little($0.0, 2) + little(4, 2) + little(1, 4) + little($0.1, 4) }
        return Array("II*\0".utf8) + little(8, 4) + little(tags.count, 2) + directory + little(0, 4)
            + (deflated ?? [])
    }

    static func webP(_ type: String, _ content: [UInt8]) -> [UInt8] {
        Array("RIFF".utf8) + little(content.count + 12, 4) + Array("WEBP".utf8) + Array(type.utf8)
            + little(content.count, 4) + content
    }

    static func webPLossless(width: Int, height: Int) -> [UInt8] {
        webP("VP8L", [0x2F] + little(width - 1 | (height - 1) << 14, 4) + Array(repeating: 0, count: 11))
    }

    static func jpeg(width: Int, height: Int) -> [UInt8] {
        let frame = [8] + big(height, 2) + big(width, 2) + [1, 1, 0x11, 0]
        let noCodes = [UInt8](repeating: 0, count: 16)
        var file: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
        // One code, of one bit, for each of the two tables.
        for table: UInt8 in [0, 0x10] { file += [0xFF, 0xC4, 0, 20, table, 1] + noCodes }
        file += [0xFF, 0xC0] + big(frame.count + 2, 2) + frame
        return file + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0, 0xFF, 0xD9]
    }

    /// A BMP of 8 bits.
    static func bitmap(width: Int, height: Int, compression: Int) -> [UInt8] {
        var file = Array("BM".utf8)
        for (value, size) in [
            (60, 4), (0, 4), (58, 4), (40, 4), (width, 4), (height, 4), (1, 2), (8, 2), (compression, 4),
            (0, 4),
            (0, 4), (0, 4), (1, 4), (0, 4),
        ] {
            file += little(value, size)
        }
        return file + [0, 0, 0, 0, 0, 1]
    }
}
