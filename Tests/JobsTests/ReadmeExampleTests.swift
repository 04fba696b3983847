import Foundation
import Imaging
import TestSupport
import Testing

@Suite struct ReadmeExampleTests {
    /// `ReadmeExample.swift` is the example, so that whoever compiles the tests has compiled the README.
    @Test func readmeShowsTheCompiledLines() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let example = folder.appendingPathComponent("ReadmeExample.swift")
        let code = try String(contentsOf: example, encoding: .utf8)
        let readme = try String(
            contentsOf: folder.appendingPathComponent("../../README.md").standardizedFileURL, encoding: .utf8)
        #expect(readme.contains("```swift\n" + code + "```"))
    }

    @Test func theLinesWriteAPictureThatSaysWhatItIs() throws {
        try withTemporaryDirectory { folder in
            let face = folder.appendingPathComponent("face.png")
            let file = folder.appendingPathComponent("1.png")
            let tiny = Picture(width: 16, height: 16, pixels: (0..<768).map { UInt8(90 + $0 / 8) })
            try tiny.writePNG(to: face, provenance: nil)
            try upsample(face, to: file)
            let found = try Picture(contentsOf: file)
            #expect(found.width == 1024 && found.height == 1024)
            #expect(try Data(contentsOf: file).range(of: Data("trainedAlgorithmicMedia".utf8)) != nil)
        }
    }
}
