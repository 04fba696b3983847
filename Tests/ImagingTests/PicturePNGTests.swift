import Foundation
import TestSupport
import Testing

@testable import Imaging

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Writing pictures")
struct PicturePNGTests {
    static let provenance = Provenance(
        model: "a <model> & more", seed: .max, mode: "classic", version: "0.1.0")

    @Test("PNG round trip", arguments: [(1, 1), (24, 16), (7, 33), (300, 2)])
    func roundTrip(width: Int, height: Int) throws {
        let picture = Picture.formula(width: width, height: height)
        #expect(try Picture(data: picture.pngData(provenance: nil), name: "x") == picture)
        #expect(try Picture(data: picture.pngData(provenance: Self.provenance), name: "x") == picture)
    }

    /// Speed is paid for in size, and this is the most that it may cost. The page in the documentation is compressed as
    /// well as PNG can be.
    @Test("A page of faces takes at most 15 % more than it could")
    func size() throws {
        let project = Fixtures.folder.deletingLastPathComponent().deletingLastPathComponent()
        let page = project.appending(path: "Documentation/Images/overview.png")
        let before = try Data(contentsOf: page)
        let picture = try Picture(data: before, name: "overview.png")
        let after = try picture.pngData(provenance: Self.provenance)
        #expect(Double(after.count) <= 1.15 * Double(before.count), "\(after.count) for \(before.count)")
        #expect(try Picture(data: after, name: "again") == picture)
    }

    @Test("Provenance is an uncompressed iTXt chunk before the pixels, and every checksum holds")
    func chunks() throws {
        let data = Array(try Picture.formula(width: 24, height: 16).pngData(provenance: Self.provenance))
        var chunks: [(type: String, content: [UInt8])] = []
        var position = 8
        while position < data.count {
            let length = data[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            let type = String(decoding: data[position + 4..<position + 8], as: UTF8.self)
            let content = Array(data[position + 8..<position + 8 + length])
            // libvips' own chunks prove the checksum: the same function must reproduce them.
            #expect(Array(data[position..<position + 12 + length]) == pngChunk(type, content))
            chunks.append((type, content))
            position += 12 + length
        }
        #expect(position == data.count)
        #expect(chunks.first?.type == "IHDR" && chunks.last?.type == "IEND")
        let text = try #require(chunks.firstIndex { $0.type == "iTXt" })
        let pixels = try #require(chunks.firstIndex { $0.type == "IDAT" })
        #expect(text < pixels)
        #expect(chunks.filter { ["iTXt", "zTXt", "tEXt"].contains($0.type) }.count == 1)
        let expected = Array("XML:com.adobe.xmp".utf8) + [0, 0, 0, 0, 0] + Array(Self.provenance.xmp.utf8)
        #expect(chunks[text].content == expected)
        let header = try #require(chunks.first).content
        #expect(header[8] == 8 && header[9] == 2, "8-bit RGB")
    }

    @Test("ExifTool reads the provenance")
    func exiftool() throws {
        try Fixtures.withTemporaryFolder { folder in
            let url = folder.appending(path: "face.png")
            try Picture.formula(width: 24, height: 16).writePNG(to: url, provenance: Self.provenance)
            let read = try ExifTool.tags(of: url)
            let source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
            #expect(read["XMP-iptcExt:DigitalSourceType"] as? String == source)
            #expect(read["XMP-dc:Description"] as? String == Provenance.imagined)
            #expect(read["XMP-pulse:Model"] as? String == "a <model> & more")
            #expect("\(try #require(read["XMP-pulse:Seed"]))" == "18446744073709551615")
            #expect(read["XMP-pulse:Mode"] as? String == "classic")
            #expect(read["XMP-pulse:Version"] as? String == "0.1.0")
            #expect(read["ExifTool:Warning"] == nil)
        }
    }

    @Test("Text that XML cannot hold does not break the packet")
    func hostileText() throws {
        let provenance = Provenance(
            model: "]]></pulse:model>\u{0}\u{8}\u{FFFF}", seed: 0, mode: "\"'", version: "é")
        let parser = XMLParser(data: Data(provenance.xmp.utf8))
        #expect(parser.parse())
    }
}
