import Foundation
import TestSupport
import Testing

@testable import Files

@Suite("Files and folders appear whole or not at all")
final class StagingTests {
    private let root: FilePath

    init() throws { root = FilePath(try makeTemporaryDirectory()) }

    deinit { try? removeTree(root) }

    private func names(_ folder: FilePath) throws -> [String] { try entries(of: folder).map(\.string) }

    private func text(_ path: FilePath) throws -> String {
        String(decoding: try readFile(path, limit: 1000), as: UTF8.self)
    }

    @Test("a file is replaced, and nothing else is left")
    func file() throws {
        let folder = root
        try writeAtomically(Data("one".utf8), to: folder.appending("a"))
        try writeAtomically(Data("two".utf8), to: folder.appending("a"))
        #expect(try text(folder.appending("a")) == "two")
        #expect(try names(folder) == ["a"])
    }

    @Test("a file below a file, or in a folder that is missing, cannot be written, and leaves nothing")
    func unwritable() throws {
        try writeAtomically(Data("x".utf8), to: root.appending("a"))
        let below = root.appending("a/b")
        #expect(throws: FileError(below, .unwritable(code: ENOTDIR))) {
            try writeAtomically(Data(), to: below)
        }
        let missing = root.appending("none/b")
        #expect(throws: FileError(missing, .unwritable(code: ENOENT))) {
            try writeAtomically(Data(), to: missing)
        }
        #expect(try names(root) == ["a"])
    }

    @Test("a name that is not UTF-8 is written, found and read")
    func bytes() throws {
        let path = root.appending(bytes: [0x62, 0xFF, 0xFE, 0x2E, 0x70])
        try writeAtomically(Data("x".utf8), to: path)
        #expect(try text(path) == "x")
        #expect(path.stemBytes == [0x62, 0xFF, 0xFE])
        #expect(path.resolved.lastComponentBytes == path.lastComponentBytes)
    }

    @Test("a folder replaces a folder, and a failure leaves the earlier one", arguments: [true, false])
    func folder(_ succeeds: Bool) throws {
        let parent = root
        let destination = parent.appending("result")
        try makeFolder(destination)
        try writeFile(Data("old".utf8), to: destination.appending("x"))
        let staging = try Staging(in: parent)
        try makeFolder(staging.content)
        try writeFile(Data("new".utf8), to: staging.content.appending("x"))
        if succeeds { try staging.commit(as: destination) } else { staging.discard() }
        #expect(try text(destination.appending("x")) == (succeeds ? "new" : "old"))
        #expect(try names(parent) == ["result"])
    }

    @Test("a folder never replaces a file, nor a file a folder")
    func kinds() throws {
        let parent = root
        try writeAtomically(Data("file".utf8), to: parent.appending("a"))
        try makeFolder(parent.appending("b"))
        try writeFile(Data("keep".utf8), to: parent.appending("b/keep"))
        let staging = try Staging(in: parent)
        try makeFolder(staging.content)
        #expect(throws: FileError.self) { try staging.commit(as: parent.appending("a")) }
        staging.discard()
        #expect(throws: FileError(parent.appending("b"), .isFolder)) {
            try writeAtomically(Data(), to: parent.appending("b"))
        }
        #expect(try text(parent.appending("a")) == "file")
        #expect(try names(parent) == ["a", "b"])
    }

    /// What a process that is killed leaves: the hidden folder, whose lock is gone.
    private func leftover(in parent: FilePath, _ state: StagingState) throws -> FilePath {
        let place = parent.appending(".pulse-0123456789abc.part")
        try makeFolder(place.appending("content"))
        try writeFile(state.json, to: place.appending(StagingState.name))
        return place
    }

    @Test("what a killed process was making is swept; what is being made stays")
    func sweep() throws {
        let parent = root
        let place = try leftover(in: parent, StagingState(moves: []))
        try writeFile(Data("half".utf8), to: place.appending("content/1.png"))
        let alive = try Staging(in: parent)
        Staging.sweep(parent)
        #expect(kind(of: place) == .missing)
        #expect(try names(parent).count == 1)
        alive.discard()
        #expect(try names(parent).isEmpty)
    }

    @Test("folders of the user's that are called like ours are left alone")
    func foreignNames() throws {
        let parent = root
        let place = parent.appending(".pulse-0123456789abc.part")
        for state in ["", "notes", "{}", #"{"format":"other","moves":[],"removals":[]}"#] {
            try makeFolder(place)
            try writeFile(Data(state.utf8), to: place.appending("state"))
            Staging.sweep(parent)
            #expect(try text(place.appending("state")) == state)
            try removeTree(place)
        }
    }

    @Test("a kill between the moves of several files is made good by the next sweep", arguments: 0...2)
    func rollForward(_ done: Int) throws {
        let parent = root
        for name in ["a_0", "a_1", "a_2"] {
            try writeAtomically(Data("old".utf8), to: parent.appending(name))
        }
        let state = StagingState(
            moves: ["a_0", "a_1"].map { .init(from: "content/\($0)", to: parent.appending($0)) },
            removals: [.init(path: parent.appending("a_2"))])
        let place = try leftover(in: parent, state)
        for name in ["a_0", "a_1"] { try writeFile(Data("new".utf8), to: place.appending("content/\(name)")) }
        for name in ["a_0", "a_1"].prefix(done) {
            #expect(rename(place.appending("content/\(name)"), to: parent.appending(name)))
        }
        Staging.sweep(parent)
        #expect(try names(parent) == ["a_0", "a_1"])
        #expect(try text(parent.appending("a_0")) == "new")
        #expect(try text(parent.appending("a_1")) == "new")
    }

    @Test("what the user put there after the kill is not replaced")
    func rollForwardSparesTheUser() throws {
        let parent = root
        let state = StagingState(moves: [.init(from: "content/a_0", to: parent.appending("a_0"))])
        let place = try leftover(in: parent, state)
        try writeFile(Data("new".utf8), to: place.appending("content/a_0"))
        try writeAtomically(Data("mine".utf8), to: parent.appending("a_0"))
        Staging.sweep(parent)
        #expect(try text(parent.appending("a_0")) == "mine")
    }

    @Test("a folder that was moved aside without an exchange gets its successor")
    func replacedFolder() throws {
        let parent = root
        let destination = parent.appending("result")
        try makeFolder(destination)
        try writeFile(Data("old".utf8), to: destination.appending("x"))
        let place = try leftover(in: parent, StagingState(moves: [.init(from: "content", to: destination)]))
        try writeFile(Data("new".utf8), to: place.appending("content/x"))
        #expect(rename(destination, to: place.appending("replaced")))
        Staging.sweep(parent)
        #expect(try text(destination.appending("x")) == "new")
        #expect(try names(parent) == ["result"])
    }
}
