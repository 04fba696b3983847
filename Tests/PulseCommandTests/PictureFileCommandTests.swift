import Files
import Foundation
import TestSupport
import Testing

@Suite("What is given as a picture")
struct PictureFileCommandTests {
    @Test("A pipe is refused at once, and nobody waits for a writer", arguments: ["align", "upsample"])
    func pipe(command: String) throws {
        try withTemporaryDirectory { folder in
            #expect(mkfifo(folder.appendingPathComponent("pipe.png").path, 0o600) == 0)
            let output = try PulseBinary.run(
                [command, "pipe.png", "--output", "out"], in: folder, timeout: 60)
            #expect(output.status == 2 && !output.timedOut)
            #expect(output.standardError.contains("pipe.png: this is a pipe, a socket or a device"))
        }
    }

    @Test("macOS's metadata are said to be that, not to be converted", arguments: ["align", "upsample"])
    func appleDouble(command: String) throws {
        try withTemporaryDirectory { folder in
            let bytes: [UInt8] = [0, 5, 0x16, 7, 0, 2, 0, 0] + Array("Mac OS X        ".utf8) + [0, 2]
            try Data(bytes).write(to: folder.appendingPathComponent("._face.png"))
            let output = try PulseBinary.run([command, "._face.png", "--output", "out"], in: folder)
            #expect(output.status == 2)
            #expect(output.standardError.contains("macOS metadata, not a picture"))
            #expect(!output.standardError.lowercased().contains("convert"))
        }
    }
}
