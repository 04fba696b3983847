import Foundation
import TestSupport
import Testing

@testable import Imaging

@Suite("The formats that pictures are written in")
struct OutputFormatTests {
    static let provenance = Provenance(
        model: "a <model> & \"more\"", seed: .max, mode: "fast", operatorName: "box", version: "0.1.0")

    @Test("ExifTool reads the provenance in every format", arguments: OutputFormat.allCases)
    func provenance(format: OutputFormat) throws {
        let read = try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent("face.\(format.ending)")
            let picture = Picture.formula(width: 25, height: 16)
            try picture.encoded(as: format, provenance: Self.provenance).write(to: url)
            return try ExifTool.tags(of: url)
        }
        let source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
        #expect(read["XMP-iptcExt:DigitalSourceType"] as? String == source)
        #expect(read["XMP-dc:Description"] as? String == Provenance.imagined)
        #expect(read["XMP-pulse:Model"] as? String == "a <model> & \"more\"")
        #expect(read["XMP-pulse:Seed"].map { "\($0)" } == "18446744073709551615")
        #expect(read["XMP-pulse:Mode"] as? String == "fast")
        #expect(read["XMP-pulse:Operator"] as? String == "box")
        #expect(read["XMP-pulse:Version"] as? String == "0.1.0")
        #expect(read["ExifTool:Warning"] == nil)
        let type = try #require(read["File:MIMEType"] as? String)
        #expect(type == "image/\(format.rawValue)")
    }

    @Test("PNG, WebP and TIFF keep every level", arguments: [OutputFormat.png, .webp, .tiff])
    func lossless(format: OutputFormat) throws {
        for (width, height) in [(1, 1), (25, 16), (7, 33)] {
            let picture = Picture.formula(width: width, height: height)
            for provenance in [nil, Self.provenance] {
                let data = try picture.encoded(as: format, provenance: provenance)
                #expect(try Picture(data: data, name: "again") == picture)
            }
        }
    }

    @Test("JPEG keeps its colours at full resolution")
    func jpeg() throws {
        let stripes = Picture(
            width: 32, height: 32,
            pixels: (0..<1024).flatMap { $0 % 2 == 0 ? [200, 60, 60] as [UInt8] : [60, 120, 200] })
        let data = try stripes.encoded(as: .jpeg, provenance: Self.provenance)
        let after = try Picture(data: data, name: "jpeg")
        // With halved colours, columns would run into each other by more than fifty levels.
        #expect(try #require(after.largestDifference(from: stripes)) <= 16)
    }

    @Test("A file is known by its statement, and by one about the whole picture alone")
    func isStated() throws {
        let picture = Picture.formula(width: 25, height: 16)
        var composite = Self.provenance
        composite.source = .composite
        for format in OutputFormat.allCases {
            let own = try picture.encoded(as: format, provenance: Self.provenance)
            #expect(Provenance.isStated(in: Array(own)))
            #expect(!Provenance.isStated(in: Array(try picture.encoded(as: format, provenance: nil))))
            #expect(!Provenance.isStated(in: Array(try picture.encoded(as: format, provenance: composite))))
        }
    }

    @Test("Formats by the endings of names")
    func endings() {
        #expect(OutputFormat(ending: "JPG") == .jpeg && OutputFormat(ending: "tif") == .tiff)
        #expect(OutputFormat(ending: "gif") == nil && OutputFormat(ending: "") == nil)
        for format in OutputFormat.allCases { #expect(OutputFormat(ending: format.ending) == format) }
    }

    @Test("What a format cannot hold is said")
    func tooWide() throws {
        let wide = Picture.canvas(width: 17_000, height: 2)
        let error = try #require(throws: PictureError.self) {
            try wide.encoded(as: .webp, provenance: nil)
        }
        guard case .unencodable("WebP", _) = error else {
            Issue.record("\(error)")
            return
        }
    }
}
