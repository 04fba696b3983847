import Foundation
import TestSupport
import Testing

@testable import Files

@Suite("What a folder holds, and what of it is not ours")
final class FolderContentsTests {
    private let root: FilePath

    init() throws { root = FilePath(try makeTemporaryDirectory()) }

    deinit { try? removeTree(root) }

    private func ours() throws -> (folder: FilePath, digests: [String: String]) {
        let folder = root.appending("result")
        try makeFolder(folder.appending("intermediate/1"))
        try writeFile(Data("one".utf8), to: folder.appending("1.png"))
        try writeFile(Data("half".utf8), to: folder.appending("intermediate/1/00.png"))
        return (folder, try digests(below: folder))
    }

    private func foreign(in folder: FilePath, _ digests: [String: String]) throws -> String? {
        try firstForeign(in: folder) { path, name throws(FileError) in
            try digests[name] == sha256(contentsOf: path)
        }
    }

    @Test("as it was written it is ours, litter of file browsers included")
    func untouched() throws {
        let (folder, digests) = try ours()
        #expect(Set(digests.keys) == ["1.png", "intermediate/1/00.png"])
        try writeFile(Data("any".utf8), to: folder.appending(".DS_Store"))
        try writeFile(Data([0, 5, 0x16, 7, 0, 2, 0, 0]), to: folder.appending("intermediate/._1"))
        #expect(try foreign(in: folder, digests) == nil)
    }

    @Test(
        "an added, changed or renamed thing at any depth is the user's",
        arguments: [
            "notes.txt", "2.png", "1.png", "intermediate/notes", "intermediate/1/01.png", "empty/", "._x",
        ])
    func foreign(_ item: String) throws {
        let (folder, digests) = try ours()
        let path = folder.appending(item)
        if item.hasSuffix("/") {
            try makeFolder(path)
        } else {
            try? removeTree(path)
            try writeFile(Data("user".utf8), to: path)
        }
        #expect(try foreign(in: folder, digests) == (item == "empty/" ? "empty" : item))
    }

    @Test("a link is never ours")
    func link() throws {
        let (folder, digests) = try ours()
        try FileManager.default.createSymbolicLink(
            atPath: folder.appending("9.png").string, withDestinationPath: "1.png")
        #expect(try foreign(in: folder, digests) == "9.png")
    }
}

@Suite("Where things live, and what is read")
final class HomeTests {
    private let root: FilePath

    init() throws { root = FilePath(try makeTemporaryDirectory()) }

    deinit { try? removeTree(root) }

    @Test("a relative XDG_DATA_HOME is ignored, and PULSE_HOME wins")
    func home() {
        #expect(pulseHome(["PULSE_HOME": "/a", "XDG_DATA_HOME": "/b"]).path == "/a")
        #expect(pulseHome(["PULSE_HOME": "", "XDG_DATA_HOME": "/b"]).path == "/b/pulse")
        #expect(pulseHome(["XDG_DATA_HOME": "b"]).path.hasSuffix("/.local/share/pulse"))
    }

    @Test("a pipe is refused at once")
    func pipe() throws {
        let path = root.appending("pipe")
        #expect(path.withPlatformString { mkfifo($0, 0o600) } == 0)
        #expect(throws: FileError(path, .notARegularFile)) { try readFile(path, limit: 10) }
    }

    @Test("a file larger than its limit is not read")
    func limit() throws {
        let path = root.appending("f")
        try writeAtomically(Data(count: 11), to: path)
        #expect(throws: FileError(path, .tooLarge(bytes: 11, limit: 10))) { try readFile(path, limit: 10) }
    }
}
