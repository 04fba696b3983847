import Foundation
import TestSupport
import Testing

@testable import Files

/// Four files on their way, a to d, where c cannot arrive: a folder has its name.
@Suite("Several files take their places together, or none does")
final class StagingSetTests {
    private let root: FilePath
    private let names = ["a", "b", "c", "d"]

    init() throws {
        root = FilePath(try makeTemporaryDirectory())
        for name in ["a", "d", "stale"] { try writeAtomically(Data("old".utf8), to: root.appending(name)) }
        try makeFolder(root.appending("c"))
        try writeFile(Data("old".utf8), to: root.appending("c/inside"))
    }

    deinit { try? removeTree(root) }

    private func text(_ name: String) throws -> String {
        String(decoding: try readFile(root.appending(name), limit: 1000), as: UTF8.self)
    }

    private func expectOld() throws {
        #expect(try entries(of: root).map(\.string) == ["a", "c", "d", "stale"])
        for name in ["a", "c/inside", "d", "stale"] { #expect(try text(name) == "old", "\(name)") }
    }

    private func expectNew() throws {
        #expect(try entries(of: root).map(\.string) == names)
        for name in names { #expect(try text(name) == "new", "\(name)") }
    }

    private func writeNew(below content: FilePath) throws {
        try makeFolder(content)
        for name in names { try writeFile(Data("new".utf8), to: content.appending(name)) }
    }

    private var moves: [Staging.Move] {
        names.map { Staging.Move(name: $0, destination: root.appending($0)) }
    }

    @Test("a file that cannot take its place costs nothing") func refused() throws {
        let staging = try Staging(in: root)
        try writeNew(below: staging.content)
        let error = FileError(root.appending("c"), .unwritable(code: EISDIR))
        #expect(throws: error) { try staging.commit(moves, removing: [root.appending("stale")]) }
        staging.discard()
        try expectOld()
    }

    @Test("what was refused can be asked for again") func again() throws {
        let staging = try Staging(in: root)
        try writeNew(below: staging.content)
        #expect(throws: FileError.self) { try staging.commit(moves, removing: [root.appending("stale")]) }
        try removeTree(root.appending("c"))
        try staging.commit(moves, removing: [root.appending("stale")])
        try expectNew()
    }

    /// How far a process has come that is killed, before its refusal or while it takes back what it did.
    enum Kill: CaseIterable {
        case atOnce, exchanged, besideItsPlace, movedAside, moved, removed
    }

    /// The hidden folder of such a process.
    private func leftover(_ kill: Kill) throws {
        let place = root.appending(".pulse-0123456789abc.part")
        let content = place.appending("content")
        try writeNew(below: content)
        let state = StagingState(
            moves: names.map { .init(from: "content/\($0)", to: root.appending($0), in: place) },
            removals: [.init(path: root.appending("stale"))])
        try writeFile(state.json, to: place.appending(StagingState.name))
        func move(_ from: FilePath, _ to: FilePath) { #expect(rename(from, to: to)) }
        let a = root.appending("a")
        if kill == .atOnce { return }
        if kill == .exchanged {
            #expect(exchange(content.appending("a"), a))
            return
        }
        move(a, place.appending("replaced-0"))
        if kill == .besideItsPlace { return }
        move(content.appending("a"), a)
        if kill == .movedAside { return }
        move(content.appending("b"), root.appending("b"))
        if kill == .removed { move(root.appending("stale"), place.appending("removed-0")) }
    }

    @Test("a kill and then a refusal leave what was there before", arguments: Kill.allCases)
    func killedAndRefused(_ kill: Kill) throws {
        try leftover(kill)
        Staging.sweep(root)
        try expectOld()
    }

    @Test("a kill on either way is made good once nothing is refused", arguments: Kill.allCases)
    func killedAndFinished(_ kill: Kill) throws {
        try removeTree(root.appending("c"))
        try leftover(kill)
        Staging.sweep(root)
        try expectNew()
    }

    @Test("what the user put there after the kill stays when the rest is taken back") func spared() throws {
        try leftover(.exchanged)
        try removeTree(root.appending("a"))
        try makeFolder(root.appending("a"))
        Staging.sweep(root)
        #expect(kind(of: root.appending("a")) == .folder)
        #expect(try entries(of: root).map(\.string) == ["a", "c", "d", "stale"])
    }

    @Test("the folder may have another path by the time of the sweep") func movedFolder() throws {
        try removeTree(root.appending("c"))
        try leftover(.exchanged)
        let other = FilePath(root.string + "-moved")
        #expect(rename(root, to: other))
        Staging.sweep(other)
        #expect(rename(other, to: root))
        try expectNew()
    }

    @Test("a state that is written over a longer one is read as what it is") func overwritten() throws {
        let path = root.appending("state")
        let descriptor = path.withPlatformString { open($0, O_RDWR | O_CREAT, 0o600) }
        defer { close(descriptor) }
        let long = StagingState(moves: [.init(from: "content/a", to: root.appending("a"))])
        #expect(long.write(to: descriptor) && StagingState(contentsOf: path)?.moves.count == 1)
        #expect(StagingState.idle.write(to: descriptor) && StagingState(contentsOf: path)?.moves.count == 0)
    }
}
