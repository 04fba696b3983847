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
        arguments: ["grey.png", "profile-srgb.png", "profile-broken.png", "palette.png", "animated.webp"])
    func exact(name: String) throws {
        #expect(try Picture(contentsOf: Fixtures.url(name)) == Fixtures.expected.picture(of: name))
    }

    @Test("HEIC is read with the container's rotation, or said to be unsupported")
    func heic() throws {
        let result = Result { () throws(PictureError) in
            try Picture(contentsOf: Fixtures.url("quadrants.heic"))
        }
        switch result {
        case .success(let picture):
            #expect(picture.width == 96 && picture.height == 64)
            let (red, green, blue, yellow) = (
                picture[24, 16], picture[72, 16], picture[24, 48], picture[72, 48]
            )
            #expect(red.red > 150 && red.green < 90 && red.blue < 90)
            #expect(green.green > 140 && green.red < 80)
            #expect(blue.blue > 160 && blue.red < 90)
            #expect(yellow.red > 190 && yellow.green > 180 && yellow.blue < 100)
        case .failure(.unsupported(_, let format, _)):
            #expect(format == "HEIC")
        case .failure(let error):
            Issue.record("\(error)")
        }
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
}
