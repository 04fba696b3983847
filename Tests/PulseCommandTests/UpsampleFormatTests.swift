import Degradation
import Files
import Foundation
import Imaging
import Jobs
import TestSupport
import Testing

/// The formats of what a search leaves behind, and what it shows of its way.
@Suite struct UpsampleFormatTests {
    @Test(arguments: OutputFormat.allCases) func facesAreWrittenInEveryFormat(format: OutputFormat) throws {
        try UpsampleScene.with { scene in
            let input = try scene.add("a.png")
            let options = [
                "--tolerance", "255", "--format", format.rawValue, "--mode", "fast", "--count", "1",
            ]
            let output = try scene.upsample(["a.png"], options, steps: 1)
            #expect(output.status < 2, "\(output)")
            let name = "1.\(format.ending)"
            #expect(
                try scene.names("out/a") == [name, "1.safetensors", "overview.png", "report.json"].sorted())
            let report = try scene.report("a")
            let candidate = try #require(report.candidates.first)
            #expect(candidate.file == name)
            #expect(report.request?.format == format)
            // The certificate is that of the file, as it is read again.
            let face = try Picture(contentsOf: scene.url("out/a/\(name)"))
            let certificate = Certificate(
                of: face, input: input, degradation: Resampling(from: face.width, to: 16))
            #expect(candidate.rms == certificate.rms && candidate.max == certificate.max)
            let tags = try ExifTool.tags(of: scene.url("out/a/\(name)"))
            #expect(tags["File:MIMEType"] as? String == "image/\(format.rawValue)")
            let source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
            #expect(tags["XMP-iptcExt:DigitalSourceType"] as? String == source)
            for (tag, value) in [
                ("Model", "mobilestylegan-ffhq-1024"), ("Seed", "7"), ("Mode", "fast"),
                ("Operator", report.operator), ("Version", pulseVersion),
            ] {
                #expect(tags["XMP-pulse:\(tag)"].map { "\($0)" } == value, "\(tag)")
            }
            // Asked for again, it is the same file.
            let again = try PulseBinary.run(
                ["upsample", "--from", "out/a/report.json", "--output", "again"], in: scene.folder)
            #expect(again.status < 2, "\(again)")
            #expect(try scene.bytes("again/a/\(name)") == scene.bytes("out/a/\(name)"))
        }
    }

    @Test func losslessFormatsHoldTheSameFace() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            var pictures: [Picture] = []
            for format in OutputFormat.allCases {
                let out = "out-\(format)"
                let output = try PulseBinary.run(
                    [
                        "upsample", "a.png", "--output", out, "--mode", "classic", "--steps", "1", "--seed",
                        "3",
                        "--tolerance", "255", "--format", format.rawValue,
                    ], in: scene.folder)
                output.expectStatus(0)
                pictures.append(try Picture(contentsOf: scene.url("\(out)/a/1.\(format.ending)")))
            }
            let lossless = zip(OutputFormat.allCases, pictures).filter { $0.0 != .jpeg }
            #expect(lossless.allSatisfy { $0.1 == lossless[0].1 })
            #expect(pictures[1] != pictures[0], "JPEG changes levels")
        }
    }

    @Test func generateGoesByItsEndingOrByTheFormat() throws {
        try UpsampleScene.with { scene in
            for (name, options, type) in [
                ("a.jpg", [], "jpeg"), ("a.JPEG", [], "jpeg"), ("a.webp", [], "webp"), ("a.tif", [], "tiff"),
                ("bare", ["--format", "webp"], "webp"), ("b.tiff", ["--format", "tiff"], "tiff"),
            ] as [(String, [String], String)] {
                // Twice: what it wrote itself it replaces.
                for seed in ["1", "2"] {
                    try PulseBinary.run(
                        ["generate", "--seed", seed, "--output", name] + options, in: scene.folder
                    ).expectStatus(0)
                }
                let tags = try ExifTool.tags(of: scene.url(name))
                #expect(tags["File:MIMEType"] as? String == "image/\(type)", "\(name)")
                #expect(tags["XMP-pulse:Seed"].map { "\($0)" } == "2")
                #expect(try Picture(contentsOf: scene.url(name)).width == 1024)
            }
            for (name, format) in [("a.webp", OutputFormat.webp), ("a.jpg", .jpeg)] {
                try UpsampleScene.face(side: 20).encoded(as: format, provenance: nil)
                    .write(to: scene.url(name))
                let output = try PulseBinary.run(
                    ["generate", "--seed", "1", "--output", name], in: scene.folder)
                #expect(output.status == 2 && output.standardError.contains("--force"), "\(output)")
            }
        }
    }

    @Test(arguments: AnimationFormat.allCases, ["fast", "classic"])
    func theSearchIsShown(format: AnimationFormat, mode: String) throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            let options = ["--count", "2", "--mode", mode, "--animation", format.rawValue]
            let output = try scene.upsample(["a.png"], options + ["--tolerance", "255"], steps: 3)
            #expect(output.status < 2, "\(output)")
            let report = try scene.report("a")
            for (index, candidate) in report.candidates.enumerated() {
                let name = "\(index + 1)-search.\(format)"
                #expect(candidate.animation == name)
                let digest = sha256(of: try scene.bytes("out/a/\(name)"))
                #expect(report.files?[name] == digest)
                let tags = try ExifTool.tags(of: scene.url("out/a/\(name)"))
                #expect(tags["File:MIMEType"] as? String == (format == .webp ? "image/webp" : "image/apng"))
                #expect(tags["XMP-pulse:Mode"] as? String == mode)
                #expect(tags["ExifTool:Warning"] == nil)
                let frames = try Frames(Array(scene.bytes("out/a/\(name)")), format)
                // The encoder of WebP shows equal frames as one, for longer.
                #expect(frames.milliseconds.reduce(0, +) == 120 * candidate.steps + 2500)
                #expect(frames.count > 1 && (format == .webp || frames.count == candidate.steps + 1))
                // What a reader without animation shows is the first step's.
                let first = try Picture(contentsOf: scene.url("out/a/\(name)"))
                #expect(first.width == 256 && first.height == 256)
            }
        }
    }

    /// The way is shown in every mode, and showing it does not change where it leads.
    @Test(arguments: ["fast", "classic"]) func intermediatesInEveryMode(mode: String) throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            func search(_ out: String, _ more: [String]) throws {
                let output = try PulseBinary.run(
                    [
                        "upsample", "a.png", "--output", out, "--mode", mode, "--steps", "3", "--seed", "4",
                        "--count", "3", "--tolerance", "255",
                    ] + more, in: scene.folder)
                #expect(output.status < 2, "\(output)")
            }
            try search("plain", [])
            try search("shown", ["--save-intermediate", "--batch", "2", "--animation", "webp"])
            for candidate in 1...3 {
                #expect(
                    try scene.bytes("shown/a/\(candidate).png") == scene.bytes("plain/a/\(candidate).png"))
                for kind in ["HR", "LR"] {
                    let folder = "shown/a/intermediate/\(candidate)/\(kind)"
                    #expect(try scene.names(folder) == ["00.png", "01.png", "02.png"])
                    for name in try scene.names(folder) {
                        let side = try Picture(contentsOf: scene.url("\(folder)/\(name)")).width
                        #expect(side == (kind == "HR" ? 1024 : 16))
                    }
                }
                if mode == "classic" {
                    // What is best after the last step is the result.
                    let last = try Picture(
                        contentsOf: scene.url("shown/a/intermediate/\(candidate)/HR/02.png"))
                    #expect(try last == Picture(contentsOf: scene.url("plain/a/\(candidate).png")))
                }
            }
        }
    }
}

/// How many frames an animation has, and for how long each is shown, by its container alone.
private struct Frames {
    var milliseconds: [Int] = []
    var count: Int { milliseconds.count }

    init(_ bytes: [UInt8], _ format: AnimationFormat) throws {
        func number(_ at: Int, _ width: Int, isLittle: Bool) -> Int {
            let part = bytes[at..<at + width]
            return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
        }
        func type(_ at: Int) -> String { String(decoding: bytes[at..<at + 4], as: UTF8.self) }
        if format == .webp {
            var position = 12
            while position + 8 <= bytes.count {
                let size = number(position + 4, 4, isLittle: true)
                if type(position) == "ANMF" {
                    milliseconds.append(number(position + 8 + 12, 3, isLittle: true))
                }
                position += 8 + size + size % 2
            }
        } else {
            var (position, numbers, announced): (Int, [Int], Int) = (8, [], 0)
            while position + 12 <= bytes.count {
                let size = number(position, 4, isLittle: false)
                let content = position + 8
                switch type(position + 4) {
                case "acTL": announced = number(content, 4, isLittle: false)
                case "fcTL":
                    numbers.append(number(content, 4, isLittle: false))
                    milliseconds.append(
                        number(content + 20, 2, isLittle: false) * 1000
                            / number(content + 22, 2, isLittle: false))
                case "fdAT": numbers.append(number(content, 4, isLittle: false))
                default: break
                }
                position += 12 + size
            }
            #expect(numbers == Array(numbers.indices), "frames are numbered in one row")
            #expect(announced == milliseconds.count)
        }
    }
}
