import Files
import Foundation
import Testing

@testable import Imaging

@Suite("Reading pictures")
struct PictureLoadTests {
    /// Largest difference allowed: lossless files are exact but for one rounding, JPEG blurs the edges of the
    /// quadrants, and CMYK without a profile has no one right answer.
    static func tolerance(_ name: String) -> Int {
        if name.hasPrefix("cmyk") { return 60 }
        if name.hasPrefix("profile-wide") && name.hasSuffix("jpg") { return 20 }
        if name.hasSuffix("jpg") { return 12 }
        if name == "lab.tiff" { return 8 }
        if name == "profile-wide-16-alpha.png" { return 3 }
        return name.hasPrefix("profile-wide") || name == "profile-grey.png" ? 2 : 1
    }

    @Test("Comes out upright, in sRGB, over white", arguments: Fixtures.expected.files.keys.sorted())
    func decodes(name: String) throws {
        let picture = try Picture(contentsOf: Fixtures.url(name))
        let expected = try Fixtures.expected.picture(of: name)
        let difference = try #require(picture.largestDifference(from: expected))
        #expect(difference <= Self.tolerance(name))
    }

    @Test(
        "What needs no conversion is exact",
        arguments: ["grey.png", "profile-srgb.png", "profile-broken.png", "palette.png", "animated.webp"]
            + ["bilevel.bmp", "24-bit.bmp", "palette.bmp", "24-bit.ppm", "bilevel.pbm", "animated.gif"])
    func exact(name: String) throws {
        #expect(try Picture(contentsOf: Fixtures.url(name)) == Fixtures.expected.picture(of: name))
    }

    @Test("From memory as from a file, whatever the name says")
    func nameDoesNotMatter() throws {
        let bytes = try Fixtures.bytes("alpha.png")
        let expected = try Picture(contentsOf: Fixtures.url("alpha.png"))
        #expect(try Picture(data: bytes, name: "x") == expected)
        #expect(try Picture(data: Data(bytes), name: "x") == expected)
        try Fixtures.withTemporaryFolder { folder in
            let misnamed = folder.appending(path: "photo.jpg")
            try Data(bytes).write(to: misnamed)
            #expect(try Picture(contentsOf: misnamed) == expected)
        }
    }

    @Test("Stray bytes that every viewer overlooks are overlooked")
    func strayBytes() throws {
        let bytes = try Fixtures.bytes("orientation-1.jpg")
        let expected = try Picture(data: bytes, name: "x")
        #expect(try Picture(data: bytes + [UInt8](repeating: 0, count: 5000), name: "x") == expected)
        var stray = bytes
        let marker = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        stray.insert(contentsOf: [1, 2, 3], at: marker)
        #expect(try Picture(data: stray, name: "x") == expected)
    }

    @Test("Many threads may read at once")
    func concurrentReads() async throws {
        let names = ["alpha.png", "profile-wide.tiff", "orientation-6.jpg", "animated.webp"]
        let expected = try names.map { try Picture(contentsOf: Fixtures.url($0)) }
        try await withThrowingTaskGroup(of: (Int, Picture).self) { group in
            for i in 0..<40 {
                group.addTask { (i % 4, try Picture(contentsOf: Fixtures.url(names[i % 4]))) }
            }
            for try await (i, picture) in group { #expect(picture == expected[i]) }
        }
    }

    @Test("Of many threads that fail at once, each is told of its own picture")
    func concurrentFailures() async throws {
        let whole = try Fixtures.bytes("alpha.webp")
        let files = [
            Array(try Fixtures.bytes("orientation-3.jpg").prefix(300)), Array(whole.prefix(whole.count / 2)),
            Array(try Fixtures.bytes("16-bit.png").prefix(500)),
            Array(try Fixtures.bytes("orientation-6.tiff").prefix(40)),
        ]
        let alone = try files.map { try pictureError($0) }
        #expect(Set(alone.map { "\($0)" }).count == files.count)
        try await withThrowingTaskGroup(of: (Int, PictureError).self) { group in
            for i in 0..<400 { group.addTask { (i % files.count, try pictureError(files[i % files.count])) } }
            for try await (i, error) in group { #expect(error == alone[i]) }
        }
    }
}

@Suite("Files that are read once")
struct PictureFileTests {
    @Test("Digest and picture are of the same bytes, whatever becomes of the file")
    func once() throws {
        try Fixtures.withTemporaryFolder { folder in
            let url = folder.appending(path: "a.png")
            let bytes = try Fixtures.bytes("alpha.png")
            try Data(bytes).write(to: url)
            let file = try PictureFile(contentsOf: url)
            try Data(Fixtures.bytes("grey.png")).write(to: url)
            #expect(file.bytes == bytes)
            #expect(try file.decoded() == Picture(data: bytes, name: "x"))
            #expect(file.sha256 == sha256(of: bytes))
            #expect(file.sha256.count == 64 && file.sha256 == file.sha256.lowercased())
        }
    }

    @Test("A name that is not UTF-8")
    func bytes() throws {
        try Fixtures.withTemporaryFolder { folder in
            let path = FilePath(folder).appending(bytes: [0x61, 0xFF, 0xFE])
            try writeAtomically(Data(Fixtures.bytes("grey.png")), to: path)
            #expect(
                try PictureFile(contentsOf: path, name: "a").decoded()
                    == Fixtures.expected.picture(of: "grey.png"))
        }
    }
}
