import Foundation
import Testing

@testable import Imaging

/// Tools/packages.sh installs the decoder, so that on Linux there is no excuse for its absence.
@Suite("HEIC")
struct HEICTests {
    /// 96×64 as stored, and its EXIF says orientation 6.
    private func quadrants(adding property: [UInt8]? = nil) throws -> Picture? {
        var bytes = try Fixtures.bytes("quadrants.heic")
        if let property { bytes = try HandmadeFiles.heic(bytes, adding: property) }
        do throws(PictureError) {
            return try Picture(data: bytes, name: "quadrants.heic")
        } catch {
            #if os(Linux)
                Issue.record("\(error)")
            #else
                withKnownIssue("no decoder for HEIC is installed") { Issue.record("\(error)") }
            #endif
            return nil
        }
    }

    /// Which colours the corners of a picture have: red, green, blue or yellow; clockwise from the top left.
    private func corners(_ picture: Picture) -> String {
        let (right, bottom) = (picture.width * 3 / 4, picture.height * 3 / 4)
        let points = [(picture.width / 4, picture.height / 4), (right, picture.height / 4), (right, bottom)]
        return (points + [(picture.width / 4, bottom)]).map { x, y in
            let (red, green, blue) = picture[x, y]
            if red > 150 && green < 90 && blue < 90 { return "r" }
            if green > 140 && red < 80 { return "g" }
            if blue > 160 && red < 90 { return "b" }
            return red > 190 && green > 180 && blue < 100 ? "y" : "?"
        }.joined()
    }

    @Test("Turned by EXIF alone, it is turned")
    func exifOnly() throws {
        guard let picture = try quadrants() else { return }
        #expect(picture.width == 64 && picture.height == 96)
        #expect(corners(picture) == "brgy")
    }

    @Test("Turned by the container, EXIF beside it is not applied as well")
    func containerAndEXIF() throws {
        // A quarter turn clockwise, which is three counterclockwise; and a turn by nothing, which is a turn.
        for (quarters, extents, seen) in [
            (3, (64, 96), "brgy"), (0, (96, 64), "rgyb"), (2, (96, 64), "ybrg"),
        ] {
            let property = HandmadeFiles.box("irot", [UInt8(quarters)])
            guard let picture = try quadrants(adding: property) else { return }
            #expect((picture.width, picture.height) == extents)
            #expect(corners(picture) == seen)
        }
    }

    @Test("Mirrored by the container, EXIF is not applied")
    func mirrored() throws {
        guard let picture = try quadrants(adding: HandmadeFiles.box("imir", [1])) else { return }
        #expect(picture.width == 96 && picture.height == 64)
        #expect(["gryb", "bygr", "grby"].contains(corners(picture)), "\(corners(picture))")
    }

    @Test("An orientation that makes no sense is none")
    func outOfRange() throws {
        var bytes = try Fixtures.bytes("quadrants.heic")
        let tag = try #require(bytes.firstRange(of: [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6]))
        bytes[tag.upperBound - 1] = 77
        let picture = try Picture(data: bytes, name: "in")
        #expect(picture.width == 96 && picture.height == 64)
    }
}
