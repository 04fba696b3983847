import Foundation
import TestSupport
import Testing

@testable import Imaging

@Suite("What stands beside a photograph's pixels")
struct OriginalMetadataTests {
    static let written = [
        "-IFD0:Make=A maker", "-IFD0:Artist=An artist", "-IFD0:XResolution=300", "-IFD0:YResolution=300",
        "-ExifIFD:DateTimeOriginal=2020:02:03 04:05:06", "-ExifIFD:FNumber=2.8", "-ExifIFD:ISO=200",
        "-ExifIFD:UserComment=a comment", "-ExifIFD:ExifImageWidth=4000", "-ExifIFD:ExifImageHeight=3000",
        "-ExifIFD:SubjectArea=1 2 3 4", "-GPS:GPSLatitude=48.5", "-GPS:GPSLatitudeRef=N",
        "-GPS:GPSLongitude=9.25", "-GPS:GPSLongitudeRef=E",
        "-XMP-dc:Description=A face & a <hat>", "-XMP-dc:Creator=Somebody", "-XMP-dc:Creator=Else",
        "-XMP-photoshop:City=Ulm", "-XMP-photoshop:Headline=Head", "-XMP-iptcCore:Location=Square",
        "-XMP-iptcExt:LocationCreatedCity=Ulm", "-XMP-exif:GPSLatitude=48.5",
        "-XMP-tiff:Orientation=6", "-XMP-exif:ExifImageWidth=4000", "-XMP-mwg-rs:RegionName=A name",
        "-XMP-mwg-rs:RegionType=Face",
    ]
    /// Of a JPEG or TIFF file alone.
    static let records = ["-IPTC:City=Ulm", "-IPTC:By-line=Somebody", "-IPTC:Keywords=one"]

    static let kept = [
        "IFD0:Make": "A maker", "IFD0:Artist": "An artist", "IFD0:XResolution": "300",
        "ExifIFD:DateTimeOriginal": "2020:02:03 04:05:06", "ExifIFD:FNumber": "2.8", "ExifIFD:ISO": "200",
        "ExifIFD:UserComment": "a comment", "XMP-dc:Description": "A face & a <hat>",
        "XMP-photoshop:Headline": "Head",
    ]
    static let untrue = [
        "ExifIFD:ExifImageWidth", "ExifIFD:ExifImageHeight", "ExifIFD:SubjectArea", "XMP-tiff:Orientation",
        "XMP-exif:ExifImageWidth", "XMP-mwg-rs:RegionName", "IFD1:ThumbnailOffset", "IFD0:ThumbnailOffset",
        "IFD1:ThumbnailLength",
    ]
    static let places = [
        "GPS:GPSLatitude", "GPS:GPSLongitude", "XMP-photoshop:City", "XMP-iptcCore:Location",
        "XMP-iptcExt:LocationCreatedCity", "XMP-exif:GPSLatitude",
    ]

    /// A fixture with metadata, with some of its pixels replaced, as another file.
    private func tags(
        _ fixture: String, to format: OutputFormat, keepsLocation: Bool = false, adding: [String] = [],
        before: (URL) throws -> Void = { _ in }
    ) throws -> [String: Any] {
        try withTemporaryDirectory { folder in
            let photo = folder.appendingPathComponent(fixture)
            try FileManager.default.copyItem(at: Fixtures.url(fixture), to: photo)
            try ExifTool.write(Self.written + adding, to: photo)
            try before(photo)
            let original = try OriginalPicture(PictureFile(contentsOf: photo))
            let count = original.width * original.height
            let data = try original.encoded(
                replacing: .formula(width: original.width, height: original.height),
                where: OriginalPictureTests.mask(count), scale: 1, format: format,
                provenance: OriginalPictureTests.provenance, keepsLocation: keepsLocation)
            let result = folder.appendingPathComponent("result.\(format.ending)")
            try data.write(to: result)
            return try ExifTool.tags(of: result)
        }
    }

    static let pairs = ["orientation-6.jpg", "orientation-6.tiff", "orientation-6.webp", "orientation-6.png"]
        .flatMap { file in OutputFormat.allCases.map { (file, $0) } }

    @Test("What is true stays, what would not be true and the place go", arguments: pairs)
    func kept(fixture: String, format: OutputFormat) throws {
        let read = try tags(fixture, to: format)
        for (tag, value) in Self.kept { #expect(read[tag].map { "\($0)" } == value, "\(tag)") }
        #expect(read["XMP-dc:Creator"] as? [String] == ["Somebody", "Else"])
        for tag in Self.untrue + Self.places { #expect(read[tag] == nil, "\(tag)") }
        #expect(read["IFD0:Orientation"] as? Int ?? 1 == 1)
        #expect(read["ExifTool:Warning"] == nil, "\(String(describing: read["ExifTool:Warning"]))")
        // What is said of the new pixels.
        let source = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
        #expect(read["XMP-iptcExt:DigitalSourceType"] as? String == source)
        for (tag, value) in [
            "Model": "a model", "Seed": "5", "Mode": "restore", "Operator": "bicubic", "Version": "0.1.0",
            "Description": Provenance.partlyImagined,
        ] {
            #expect(read["XMP-pulse:\(tag)"].map { "\($0)" } == value, "\(tag)")
        }
    }

    @Test("The place stays where that is asked", arguments: pairs)
    func place(fixture: String, format: OutputFormat) throws {
        let read = try tags(fixture, to: format, keepsLocation: true)
        for tag in Self.places { #expect(read[tag] != nil, "\(tag)") }
        for tag in Self.untrue { #expect(read[tag] == nil, "\(tag)") }
    }

    @Test("Records of IPTC's older kind", arguments: [OutputFormat.jpeg, .tiff], [false, true])
    func records(format: OutputFormat, keepsLocation: Bool) throws {
        for fixture in ["orientation-6.jpg", "orientation-6.tiff"] {
            let read = try tags(fixture, to: format, keepsLocation: keepsLocation, adding: Self.records)
            #expect(read["IPTC:By-line"] as? String == "Somebody")
            #expect(read["IPTC:Keywords"] as? String == "one")
            #expect((read["IPTC:City"] as? String == "Ulm") == keepsLocation)
        }
    }

    @Test("A thumbnail of the photograph as it was does not stay")
    func thumbnail() throws {
        for format in OutputFormat.allCases {
            let read = try tags("orientation-1.jpg", to: format) { photo in
                let small = Fixtures.url("grey.jpg").path
                try ExifTool.write(["-ThumbnailImage<=\(small)"], to: photo)
                #expect(try ExifTool.tags(of: photo)["IFD1:ThumbnailLength"] != nil)
            }
            #expect(!read.keys.contains { $0.contains("Thumbnail") })
        }
    }

    @Test("The profile stays as it is", arguments: OutputFormat.allCases)
    func profile(format: OutputFormat) throws {
        for fixture in ["profile-wide.jpg", "profile-wide.png", "profile-wide.webp", "profile-wide.tiff"] {
            let original = try OriginalPictureTests.original(fixture)
            let data = try original.encoded(
                replacing: .formula(width: original.width, height: original.height),
                where: OriginalPictureTests.mask(original.width * original.height), scale: 1, format: format,
                provenance: OriginalPictureTests.provenance, keepsLocation: false)
            let again = try OriginalPictureTests.original(Array(data))
            #expect(original.stored.metadata.profile != nil)
            #expect(again.stored.metadata.profile == original.stored.metadata.profile, "\(fixture)")
        }
    }

    @Test("EXIF data come out as they went in, from either byte order")
    func exif() throws {
        for order in ["II", "MM"] {
            let data = try withTemporaryDirectory { folder -> [UInt8] in
                let photo = folder.appendingPathComponent("a.jpg")
                try FileManager.default.copyItem(at: Fixtures.url("grey.jpg"), to: photo)
                try ExifTool.write(Self.written + ["-ExifByteOrder=\(order)"], to: photo)
                return try Array(Data(contentsOf: photo))
            }
            let at = try #require(data.firstRange(of: Array("Exif\0\0".utf8))).lowerBound
            #expect(data[at + 6] == UInt8(ascii: order == "II" ? "I" : "M"))
            let directories = try #require(data[at...].withUnsafeBytes { EXIFData(ByteView(bytes: $0)) })
            #expect(directories.gps.count >= 4 && directories.exif.count >= 6)
            let again = try #require(directories.bytes.withUnsafeBytes { EXIFData(ByteView(bytes: $0)) })
            func sorted(_ entries: [EXIFData.Entry]) -> [EXIFData.Entry] {
                entries.sorted { $0.tag < $1.tag }
            }
            #expect(again.main == sorted(directories.main) && again.exif == sorted(directories.exif))
            #expect(again.gps == sorted(directories.gps))
        }
    }

    @Test("Damaged EXIF data, records and packets are passed over")
    func damaged() throws {
        let whole = EXIFData.sample.bytes
        for length in 0..<whole.count {
            _ = whole[..<length].withUnsafeBytes { EXIFData(ByteView(bytes: $0)) }
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<3 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255) }
            if let read = bytes.withUnsafeBytes({ EXIFData(ByteView(bytes: $0)) }) { _ = read.bytes }
            _ = bytes.withUnsafeBytes { IPTCRecords(ByteView(bytes: $0)) }
        }
        for packet in [
            "", "<", "no", "<a/>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a><b></a>",
            String(repeating: "<a>", count: 100_000), "<x>\u{0}</x>",
        ] {
            #expect(XMPPacket(packet) == nil, "\(packet.prefix(40))")
        }
    }

    @Test("A packet keeps structures, languages and prefixes of its own")
    func packets() throws {
        let packet = """
            <?xpacket begin="" id="x"?><m:xmpmeta xmlns:m="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://purl.org/dc/elements/1.1/">
            <r:Description r:about="" xmlns:p="http://ns.adobe.com/photoshop/1.0/" p:City="Ulm" p:Headline="&quot;H&quot;">
            <d:title><r:Alt><r:li xml:lang="de">Gr&#252;&#xDF;e &amp; mehr</r:li></r:Alt></d:title>
            <p:Country>here</p:Country><g:GpsLatitude xmlns:g="http://www.dji.com/drone-dji/1.0/">1</g:GpsLatitude>
            </r:Description><r:Description r:about="" p:City="x" xmlns:p="http://ns.adobe.com/photoshop/1.0/"/>
            </r:RDF></m:xmpmeta>
            """
        let read = try #require(XMPPacket(packet))
        #expect(read.descriptions.count == 2)
        let kept = try #require(read.kept(location: false, movesPixels: false))
        #expect(kept.descriptions.count == 1, "the other held a place alone")
        for word in ["Ulm", "here", "GpsLatitude"] { #expect(!kept.xml.contains(word), "\(word)") }
        let whole = OriginalPictureTests.provenance.xmp(beside: kept)
        let again = try #require(XMPPacket(whole))
        #expect(again.descriptions.contains { $0.xml.contains("Grüße &amp; mehr") })
        #expect(again.descriptions.contains { $0.xml.contains("&quot;H&quot;") })
        #expect(read.kept(location: true, movesPixels: false) == read)
    }
}

extension EXIFData {
    fileprivate static var sample: EXIFData {
        var result = EXIFData()
        result.main = [Entry(tag: 271, type: 2, count: 8, value: Array("a maker\0".utf8))]
        result.exif = [Entry(tag: 33437, type: 5, count: 1, value: [28, 0, 0, 0, 10, 0, 0, 0])]
        result.gps = [Entry(tag: 1, type: 2, count: 2, value: Array("N\0".utf8))]
        return result
    }
}
