import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct ZipArchiveTests {
    @Test func readsStoredAndDeflatedEntries() throws {
        let archive = try ZipArchive(contentsOf: goldenURL("plain.zip"))
        #expect(
            archive.entries.map(\.name) == ["folder/", "folder/stored.txt", "folder/deflated.txt", "empty"])
        #expect(text(try archive.read("folder/stored.txt", limit: 6)) == "stored")
        let numbers = (0..<300).map(String.init).joined(separator: "\n")
        #expect(text(try archive.read("folder/deflated.txt", limit: 10_000)) == numbers)
        #expect(try archive.read("empty", limit: 0).count == 0)
        #expect(try archive.read("folder/stored.txt", limit: 6).name.hasSuffix("plain.zip/folder/stored.txt"))
    }

    @Test func refusesWhatItShould() throws {
        func read(_ file: String, _ entry: String, limit: Int = 1 << 30) -> CheckpointError.Problem? {
            problem { try ZipArchive(contentsOf: goldenURL(file)).read(entry, limit: limit) }
        }
        #expect(read("plain.zip", "stored.txt") == .missingEntry("stored.txt"))
        #expect(read("plain.zip", "folder/stored.txt", limit: 5) == .tooLarge(bytes: 6, limit: 5))
        #expect(read("bomb.zip", "zeros") == .compressionRatio(entry: "zeros", ratio: 1015, limit: 200))
        #expect(read("lzma.zip", "rare") == .unsupportedCompression(entry: "rare", method: 14))
        #expect(read("encrypted.zip", "secret") == .encryptedEntry("secret"))
        // Some libzip versions refuse such an archive on opening.
        #expect(throws: CheckpointError.self) {
            try ZipArchive(contentsOf: goldenURL("duplicate.zip")).read("same", limit: 10)
        }
    }

    @Test func noticesDamagedContent() throws {
        var bytes = [UInt8](try Data(contentsOf: goldenURL("plain.zip")))
        let start = try #require(
            bytes.indices.first { bytes[$0...].starts(with: Array("stored".utf8) + [0x50]) })
        bytes[start] ^= 1
        try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent("damaged.zip")
            try Data(bytes).write(to: url)
            let archive = try ZipArchive(contentsOf: url)
            guard case .corruptEntry? = problem({ try archive.read("folder/stored.txt", limit: 10) }) else {
                Issue.record("the checksum was not verified")
                return
            }
        }
    }

    @Test func refusesWhatIsNoArchive() throws {
        try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent("text.zip")
            try Data("not an archive".utf8).write(to: url)
            guard case .notAnArchive? = problem({ try ZipArchive(contentsOf: url) }) else {
                Issue.record("text was read as an archive")
                return
            }
            #expect(problem { try ZipArchive(contentsOf: folder) } == .notARegularFile)
        }
    }

    private func text(_ file: FileBytes) -> String {
        file.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}
