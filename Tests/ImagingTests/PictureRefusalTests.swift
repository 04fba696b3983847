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
            #expect(zeros == .notARegularFile(name: "/dev/zero"))
        }
    }

    @Test("A pipe or a socket is refused at once, without waiting for what comes")
    func notFiles() throws {
        try Fixtures.withTemporaryFolder { folder in
            let pipe = folder.appending(path: "pipe.png")
            #expect(mkfifo(pipe.path, 0o600) == 0)
            let link = folder.appending(path: "link.png")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: pipe)
            for url in [pipe, link] {
                let error = try #require(throws: PictureError.self) { try Picture(contentsOf: url) }
                #expect(error == .notARegularFile(name: url.relativePath))
            }
            #if os(Linux)
                let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
                defer { close(descriptor) }
                var address = sockaddr_un()
                address.sun_family = sa_family_t(AF_UNIX)
                // In a folder of its own, since an address holds a hundred bytes.
                let socketPath = NSTemporaryDirectory() + "pulse-\(getpid()).png"
                defer { unlink(socketPath) }
                withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(socketPath.utf8)) }
                let bound = withUnsafePointer(to: &address) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                    }
                }
                #expect(bound == 0)
                let error = try #require(throws: PictureError.self) {
                    try Picture(contentsOf: URL(fileURLWithPath: socketPath))
                }
                #expect(error == .notARegularFile(name: socketPath))
            #endif
        }
    }

    @Test(
        "Formats that are not read are named",
        arguments: [
            ("%PDF-1.7\n", "PDF"),
            ("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG"),
            ("%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript (EPS)"), ("8BPS\0\u{1}", "Photoshop (PSD)"),
            ("\0\0\0\u{C}JXL \r\n", "JPEG XL"), ("\0\0\0\u{C}jP  \r\n", "JPEG 2000"), ("DDS |\0\0\0", "DDS"),
            ("\0\0\u{1}\0\u{1}\0\u{10}\u{10}", "Windows icon (ICO)"), ("v/1\u{1}\u{2}\0\0\0", "OpenEXR"),
            ("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n", "Radiance HDR"), ("P7\nWIDTH 1\n", "PAM"),
            ("PF\n1 1\n", "PFM"),
            ("\0\0\0\u{18}ftypcrx \0\0\0\u{1}crx isom", "camera raw (CR3)"),
            ("II*\0\u{10}\0\0\0CR\u{2}\0\0\0\0\0\0\0\0\0\0\0", "camera raw (CR2)"),
            ("FUJIFILMCCD-RAW 0201", "camera raw (RAF)"), ("gimp xcf v011\0", "GIMP (XCF)"),
            ("\0\0\u{2}\0\0\0\0\0\0\0\0\0\u{10}\0\u{10}\0\u{18}\u{20}\0\0\0", "TGA"),
        ])
    func otherFormats(content: String, format: String) throws {
        #expect(try error(Array(content.utf8)) == .declined(name: "in", format: format))
    }

    @Test(
        "What is no picture is known for what it is",
        arguments: [
            (Array("\0\u{5}\u{16}\u{7}\0\u{2}\0\0Mac OS X        ".utf8), NotAPicture.appleDouble),
            (Array("\0\0\0\u{1}Bud1\0\0\u{10}\0".utf8), .finderSettings),
            (Array("<!DOCTYPE html><title>404</title>".utf8), .webPage),
            (Array("\n<html><body>Quota exceeded".utf8), .webPage),
            (Array("version https://git-lfs.github.com/spec/v1\noid sha256:1\n".utf8), .gitPointer),
            (Array("just some words".utf8), .text), (Array("Grüße".utf8), .text),
            (Array("BMW, GIF and P6".utf8), .text),
            (Array("PK\u{3}\u{4}".utf8), .archive), ([0x1F, 0x8B, 8, 0], .archive),
            (Array("\0\0\0\u{18}ftypmp42\0\0\0\0mp42isom".utf8), .film),
            (Array("\0\0\0\u{14}ftypqt  \0\0\0\0qt  ".utf8), .film), ([0x1A, 0x45, 0xDF, 0xA3], .film),
            (Array("RIFF\u{1}\0\0\0AVI LIST".utf8), .film), (Array("RIFF\u{1}\0\0\0WAVEfmt ".utf8), .sound),
            ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .officeDocument),
        ] as [([UInt8], NotAPicture)])
    func noPictures(content: [UInt8], kind: NotAPicture) throws {
        #expect(try error(content) == .notAPicture(name: "in", kind: kind))
    }

    @Test("What is not recognised is said to be unknown")
    func unknown() throws {
        #expect(try error([1, 2, 3, 250, 251, 0, 0, 9]) == .unknownType(name: "in"))
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
            "orientation-6.webp", "orientation-6.tiff", "16-bit.tiff", "quadrants.heic", "animated.gif",
            "palette-alpha.gif", "palette.bmp", "24-bit.ppm", "bilevel.pbm",
        ])
    func truncation(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        let whole = try Picture(data: bytes, name: name)
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
        for name in [
            "orientation-3.jpg", "16-bit.png", "alpha.webp", "palette-alpha.gif", "24-bit.bmp", "24-bit.ppm",
        ] {
            let bytes = try Fixtures.bytes(name)
            let error = try error(Array(bytes[..<(bytes.count * 2 / 3)]))
            guard case .truncated = error else {
                Issue.record("\(name): \(error)")
                continue
            }
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
