import Files
import Foundation
import Imaging
import TestSupport
import Testing

/// Pictures that strangers send, given to the real program: it ends soon, with a modest memory, and says which file is wrong
/// and how, once.
@Suite struct HostilePictureTests {
    /// Of a run, so that a machine with much else to do does not fail it. A picture of nearly 200 megapixels, little as its
    /// file may be, is within what is taken, and looked through for faces.
    private static let mostProcessorSeconds = 10.0
    private static let mostForLargePictures = 30.0
    private static let mostMemory = 1500 << 20

    private func arguments(_ command: String, _ file: String) -> [String] {
        let all = [command, file, "--output", "out"]
        return command == "align" ? all : all + ["--steps", "1", "--count", "1", "--seed", "1"]
    }

    /// - Returns: what the program said, checked for being one line about the file.
    @discardableResult
    private func run(
        _ command: String, _ file: String, in folder: URL, within limit: Double = mostProcessorSeconds
    ) throws -> PulseBinary.Output {
        let running = try PulseBinary.start(arguments(command, file), in: folder)
        var (memory, seconds) = (0, 0.0)
        _ = running.wait(timeout: 120) { running in
            memory = max(memory, running.peakMemory ?? 0)
            seconds = max(seconds, running.processorSeconds ?? 0)
            return false
        }
        let output = running.wait(timeout: 1)
        #expect(!output.timedOut, "\(command) \(file)")
        #expect(memory < Self.mostMemory, "\(command) \(file): \(memory >> 20) MiB")
        #expect(seconds < limit, "\(command) \(file): \(seconds) s")
        return output
    }

    private func expectOneLine(_ output: PulseBinary.Output, about name: String) {
        #expect(output.status == 1 || output.status == 2, "\(output)")
        #expect(output.standardOutput.isEmpty, "\(output)")
        let lines = output.standardError.split(separator: "\n").filter { $0.hasPrefix("pulse: ") }
        #expect(lines.count == 1 && lines[0].contains(name), "\(name): \(output)")
        #expect(!output.standardError.contains("Fatal"), "\(output)")
    }

    @Test(arguments: HostilePictures.all) func harmfulFilesAreRefused(file: HostilePictures.File) throws {
        try UpsampleScene.with { scene in
            try Data(file.bytes).write(to: scene.url(file.name))
            try Data("mine".utf8).write(to: scene.url("other.txt"))
            for command in ["align", "upsample"] {
                let isLarge = command == "align" && file.isLargePicture
                let output = try run(
                    command, file.name, in: scene.folder,
                    within: isLarge ? Self.mostForLargePictures : Self.mostProcessorSeconds)
                expectOneLine(output, about: file.name)
                #expect(try scene.names(".").filter { $0 != "out" } == [file.name, "other.txt"].sorted())
                #expect(try scene.bytes(file.name) == Data(file.bytes))
            }
        }
    }

    /// One among many takes none of the others with it.
    @Test func theOthersAreDone() throws {
        try UpsampleScene.with { scene in
            let hostile = HostilePictures.headers + HostilePictures.loops + HostilePictures.cut
            for file in hostile { try Data(file.bytes).write(to: scene.url(file.name)) }
            try scene.add("good.png")
            // Results are called by the names without their endings, which may be the same.
            var stems: Set<Substring> = []
            let names = hostile.map(\.name).filter { stems.insert($0.split(separator: ".")[0]).inserted }
            let output = try scene.upsample(names + ["good.png"], ["--tolerance", "255"], steps: 1)
            output.expectStatus(2)
            for name in names { #expect(output.standardError.contains(name), "\(name)") }
            #expect(try scene.names("out") == ["good"])
        }
    }

    @Test func oddNamesAreNamedAndDone() throws {
        try UpsampleScene.with { scene in
            let long = String(repeating: "x", count: 251) + ".png"
            for name in ["new\nline.png", "😀👩‍👩‍👧.png", "-dash.png", " .png", "a;rm -rf b.png", long] {
                let good = try scene.add(name)
                try scene.upsample(["./\(name)"], ["--tolerance", "255"], steps: 1).expectStatus(0)
                #expect(try scene.names("out").count == 1)
                try FileManager.default.removeItem(at: scene.url("out"))
                try good.pngData(provenance: nil).prefix(60).write(to: scene.url(name))
                for command in ["align", "upsample"] {
                    let output = try run(command, "./\(name)", in: scene.folder)
                    expectOneLine(output, about: name.replacingOccurrences(of: "\n", with: "\\u{A}"))
                }
                try FileManager.default.removeItem(at: scene.url(name))
            }
            // Bytes that are no text at all.
            let odd = FilePath(scene.folder).appending(bytes: [0x62, 0xFF, 0xFE] + Array(".png".utf8))
            try writeFile(Data([1, 2, 3]), to: odd)
            for command in ["align", "upsample"] {
                let output = try PulseBinary.shell(#""$0" \#(command) b*.png --output out"#, in: scene.folder)
                expectOneLine(output, about: ".png")
            }
        }
    }

    /// The files of a face are called by the photograph's name and more, for which there is no room here.
    @Test func aNameWithoutRoomForMoreIsSaid() throws {
        try AlignScene.with { scene in
            let long = String(repeating: "x", count: 251) + ".png"
            try scene.draw(long)
            try scene.addLandmarks()
            let output = try scene.align([long, "--output", "out", "--landmarks", "points.json"])
            output.expectStatus(2)
            #expect(output.standardError.contains(long.prefix(200)), "\(output)")
            #expect(try scene.names("out").isEmpty)
        }
    }

    @Test func whatIsNoFileIsRefusedAtOnce() throws {
        try UpsampleScene.with { scene in
            let files = FileManager.default
            try files.createSymbolicLink(atPath: scene.url("a.png").path, withDestinationPath: "b.png")
            try files.createSymbolicLink(atPath: scene.url("b.png").path, withDestinationPath: "a.png")
            try files.createSymbolicLink(atPath: scene.url("gone.png").path, withDestinationPath: "nowhere")
            try files.createDirectory(at: scene.url("folder.png"), withIntermediateDirectories: false)
            #expect(mkfifo(scene.url("pipe.png").path, 0o600) == 0)
            for command in ["align", "upsample"] {
                for name in ["a.png", "gone.png", "folder.png", "pipe.png", "/dev/zero"] {
                    expectOneLine(try run(command, name, in: scene.folder), about: name)
                }
            }
        }
    }

    /// Whatever is read, it is one state of the file or an error; nothing waits, and nothing falls over.
    @Test func aFileThatChangesMeanwhile() throws {
        try UpsampleScene.with { scene in
            let picture = try Picture.canvas(width: 900, height: 900, fill: (9, 90, 200)).pngData(
                provenance: nil)
            let tail = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7919) })
            let url = scene.url("changing.png")
            try (picture + tail).write(to: url)
            for command in ["align", "upsample"] {
                for _ in 0..<3 {
                    let running = try PulseBinary.start(arguments(command, "changing.png"), in: scene.folder)
                    let ended = running.wait(timeout: 60) { _ in
                        for size in [0, 200, picture.count, picture.count + tail.count] {
                            truncate(url.path, off_t(size))
                            if size == 200 { try? picture.write(to: url, options: []) }
                        }
                        return false
                    }
                    _ = ended
                    let output = running.wait(timeout: 5)
                    #expect([1, 2].contains(output.status) && !output.timedOut, "\(output)")
                    #expect(output.standardError.contains("changing.png"), "\(output)")
                }
            }
        }
    }
}
