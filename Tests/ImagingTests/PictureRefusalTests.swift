import Foundation
import Testing

@testable import Imaging

@Suite("Refusing what is not a sound picture")
struct PictureRefusalTests {
    private func error(_ bytes: [UInt8], limits: PictureLimits = .default) throws -> PictureError {
        try #require(throws: PictureError.self) { try Picture(data: bytes, name: "in", limits: limits) }
    }

    @Test("Missing, a folder, empty, unreadable")
    func files() throws {
        try Fixtures.withTemporaryFolder { folder in
            func error(at url: URL) throws -> PictureError {
                try #require(throws: PictureError.self) { try Picture(contentsOf: url) }
            }
            let missing = folder.appending(path: "none.png")
            #expect(try error(at: missing) == .missing(name: missing.relativePath))
            #expect(try error(at: folder) == .isDirectory(name: folder.relativePath))
            let empty = folder.appending(path: "empty.png")
            try Data().write(to: empty)
            #expect(try error(at: empty) == .empty(name: empty.relativePath))
            let zeros = try error(at: URL(fileURLWithPath: "/dev/zero"))
            #expect(zeros == .unknownType(name: "/dev/zero", resemblance: nil))
        }
    }

    @Test(
        "Types outside the list are named",
        arguments: [
            ("GIF89a\u{1}\u{0}\u{1}\u{0}", "GIF"), ("%PDF-1.7\n", "PDF"), ("BM      ", "BMP"),
            ("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG"),
            ("<!DOCTYPE html><title>404</title>", "a web page"), ("P6 2 2 255 ............", "text"),
            ("just some words", "text"),
        ])
    func otherTypes(content: String, resemblance: String) throws {
        let error = try error(Array(content.utf8))
        #expect(error == .unknownType(name: "in", resemblance: resemblance))
        #expect(error.description.contains("JPEG, PNG, WebP, TIFF or HEIC"))
        #expect(error.description.contains(resemblance))
    }

    @Test("A magic number alone is not a picture")
    func magicAlone() throws {
        for magic: [UInt8] in [
            [0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A],
            Array("RIFF\0\0\0\0WEBP".utf8),
            Array("II*\0".utf8), Array("\0\0\0\u{18}ftypheic".utf8),
        ] {
            switch try error(magic) {
            case .truncated, .undecodable, .unsupported: break
            case let other: Issue.record("\(other)")
            }
        }
    }

    @Test(
        "Cut short anywhere: an error, or every pixel was already there",
        arguments: [
            "orientation-3.jpg", "progressive.jpg", "alpha.png", "16-bit.png", "palette.png", "alpha.webp",
            "orientation-6.webp", "orientation-6.tiff", "16-bit.tiff", "quadrants.heic",
        ])
    func truncation(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        guard let whole = try? Picture(data: bytes, name: name) else {
            #expect(name.hasSuffix("heic"), "only HEIC may be unsupported")
            return
        }
        for length in 1..<bytes.count {
            do {
                let picture = try Picture(data: Array(bytes[..<length]), name: name)
                #expect(picture == whole, "\(length) of \(bytes.count) bytes give another picture")
                #expect(length > bytes.count / 2, "\(length) of \(bytes.count) bytes pass for the whole")
            } catch {}
        }
    }

    @Test("A truncated file is called that")
    func truncationIsNamed() throws {
        for name in ["orientation-3.jpg", "16-bit.png", "alpha.webp"] {
            let bytes = try Fixtures.bytes(name)
            let error = try error(Array(bytes[..<(bytes.count * 2 / 3)]))
            guard case .truncated = error else {
                Issue.record("\(name): \(error)")
                continue
            }
            #expect(error.description.contains("cut short"))
        }
    }

    @Test(
        "Damaged bytes never crash",
        arguments: ["orientation-3.jpg", "alpha.png", "alpha.webp", "orientation-6.tiff", "quadrants.heic"])
    func mutation(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        let limits = PictureLimits(pixels: 1 << 20)
        var state: UInt64 = 88_172_645_463_325_252
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0..<3 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                damaged[Int(state % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: state >> 40)
            }
            if let picture = try? Picture(data: damaged, name: name, limits: limits) {
                #expect(picture.pixels.count == picture.width * picture.height * 3)
                #expect(picture.width * picture.height <= 1 << 20)
            }
        }
    }

    @Test("A header that promises too much is declined before anything is decoded")
    func bombs() throws {
        func png(_ side: UInt32) -> [UInt8] {
            let extent = withUnsafeBytes(of: side.bigEndian, Array.init)
            let pixels: [UInt8] = [0x78, 0x9C, 0x63, 0, 0, 0, 1, 0, 1]
            return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
                + pngChunk("IHDR", extent + extent + [16, 6, 0, 0, 0]) + pngChunk("IDAT", pixels)
                + pngChunk("IEND", [])
        }
        let clock = ContinuousClock()
        let duration = try clock.measure {
            let error = try error(png(60_000))
            #expect(error == .tooManyPixels(name: "in", width: 60_000, height: 60_000, limit: 200_000_000))
            #expect(error.description.contains("60000×60000"))
            #expect(error.description.contains("200"))
        }
        #expect(duration < .seconds(1))
        _ = try self.error(png(.max))

        // A JPEG whose frame header is rewritten to 65500×65500.
        var jpeg = try Fixtures.bytes("orientation-1.jpg")
        let marker = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange(marker + 5..<marker + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        #expect(
            try self.error(jpeg)
                == .tooManyPixels(name: "in", width: 65_500, height: 65_500, limit: 200_000_000))
    }

    @Test("The caller's limits hold")
    func limits() throws {
        let bytes = try Fixtures.bytes("alpha.png")
        let pixels = 24 * 16
        _ = try Picture(data: bytes, name: "in", limits: PictureLimits(pixels: pixels))
        #expect(
            try error(bytes, limits: PictureLimits(pixels: pixels - 1))
                == .tooManyPixels(name: "in", width: 24, height: 16, limit: pixels - 1))
        let tooLarge = PictureError.fileTooLarge(name: "in", bytes: bytes.count, limit: 100)
        #expect(try error(bytes, limits: PictureLimits(bytes: 100)) == tooLarge)
        let url = Fixtures.url("alpha.png")
        let fromFile = try #require(throws: PictureError.self) {
            try Picture(contentsOf: url, limits: PictureLimits(bytes: 100))
        }
        #expect(fromFile == .fileTooLarge(name: url.relativePath, bytes: bytes.count, limit: 100))
    }
}
