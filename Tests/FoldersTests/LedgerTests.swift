import Files
import Foundation
import TestSupport
import Testing

@testable import Folders

/// What a journal remembers, and when it is believed.
@Suite final class LedgerTests {
    private let output: FilePath

    init() throws { output = FilePath(try makeTemporaryDirectory()).appending("out") }

    deinit { try? removeTree(output.folder) }

    private func ledger(_ settings: String = "{}", _ policy: RedoPolicy = RedoPolicy()) throws -> Ledger {
        try Ledger(Journal(in: output), work: "test", settings: settings, policy: policy)
    }

    private func place(_ name: String) -> [UInt8] { Array(name.utf8) }

    /// Makes a result and keeps it.
    private func finish(_ ledger: Ledger, _ name: String, sha256: String = "1", isAccepted: Bool = true)
        throws
    {
        let path = output.appending(bytes: place(name))
        try makeFolder(path)
        try writeAtomically(Data("result".utf8), to: path.appending("1.png"))
        try ledger.recordResult(
            at: place(name), sha256: sha256, isAccepted: isAccepted, files: [place(name + "/1.png")])
    }

    @Test func whatIsDoneIsKnownToTheNextRun() throws {
        let first = try ledger()
        #expect(try first.decision(at: place("a"), sha256: "1") == .work(earlier: nil))
        try finish(first, "a", isAccepted: false)
        let next = try ledger()
        #expect(try next.decision(at: place("a"), sha256: "1") == .done(isAccepted: false))
        #expect(try next.decision(at: place("a"), sha256: "2") == .work(earlier: "1"))
        #expect(try next.decision(at: place("x/a"), sha256: "1") == .equal(place: place("a"), earlier: nil))
        #expect(try ledger("other").decision(at: place("a"), sha256: "1") == .work(earlier: "1"))
    }

    @Test func theFolderIsBelievedMoreThanTheJournal() throws {
        try finish(ledger(), "a")
        try writeAtomically(Data("shorter".utf8), to: output.appending("a/1.png"))
        #expect(try ledger().decision(at: place("a"), sha256: "1") == .work(earlier: "1"))
        try finish(ledger(), "a")
        try removeTree(output.appending("a"))
        #expect(try ledger().decision(at: place("a"), sha256: "1") == .work(earlier: "1"))
        // What is not there is not kept.
        try ledger().recordResult(at: place("b"), sha256: "3", isAccepted: true, files: [place("b/1.png")])
        #expect(try ledger().decision(at: place("b"), sha256: "3") == .work(earlier: nil))
    }

    @Test func whatFailedIsTriedAgainOnRequest() throws {
        try ledger().recordFailure(at: place("a"), sha256: "1")
        #expect(try ledger().decision(at: place("a"), sha256: "1") == .failedBefore)
        #expect(try ledger().decision(at: place("a"), sha256: "2") == .work(earlier: nil))
        #expect(try ledger("other").decision(at: place("a"), sha256: "1") == .work(earlier: nil))
        let retrying = try ledger("{}", RedoPolicy(failed: true))
        #expect(try retrying.decision(at: place("a"), sha256: "1") == .work(earlier: nil))
        try finish(retrying, "a")
        #expect(try ledger().decision(at: place("a"), sha256: "1") == .done(isAccepted: true))
    }

    @Test func everythingIsDoneAgainOnRequestButOnce() throws {
        try finish(ledger(), "a")
        let forcing = try ledger("{}", RedoPolicy(everything: true))
        #expect(try forcing.decision(at: place("a"), sha256: "1") == .work(earlier: "1"))
        try finish(forcing, "a")
        #expect(try forcing.decision(at: place("b"), sha256: "1") == .equal(place: place("a"), earlier: nil))
    }

    @Test func theSeedOfAFolderStays() throws {
        #expect(try Journal(in: output).seed(given: nil, drawn: 5) == 5)
        #expect(try Journal(in: output).seed(given: nil, drawn: 6) == 5)
        #expect(try Journal(in: output).seed(given: 7, drawn: 8) == 7)
        #expect(try Journal(in: output).seed(given: nil, drawn: 9) == 7)
    }

    @Test func aFolderThatIsTakenAwayGetsANewJournal() throws {
        let ledger = try ledger()
        try finish(ledger, "a")
        try removeTree(output)
        try finish(ledger, "b", sha256: "2")
        #expect(try self.ledger().decision(at: place("b"), sha256: "2") == .done(isAccepted: true))
        #expect(try self.ledger().decision(at: place("a"), sha256: "1") == .work(earlier: nil))
    }

    @Test func namesAreBytes() throws {
        let odd: [UInt8] = [0xFF, 0x0A, 0x27]
        try makeFolder(output.appending(bytes: odd))
        let folder = output.appending(bytes: odd)
        let ledger = try Ledger(Journal(in: folder), work: "test", settings: "{}")
        try writeAtomically(Data("x".utf8), to: folder.appending(bytes: odd))
        try ledger.recordResult(at: odd, sha256: "1", isAccepted: true, files: [odd])
        let again = try Ledger(Journal(in: folder), work: "test", settings: "{}")
        #expect(try again.decision(at: odd, sha256: "1") == .done(isAccepted: true))
        #expect(kind(of: folder.appending(Journal.name)) == .file)
    }

    @Test func whatIsNoJournalIsNamed() throws {
        try makeFolder(output)
        let path = output.appending(Journal.name)
        try writeFile(Data(repeating: 7, count: 5000), to: path)
        let output = output
        #expect(throws: JournalError.damaged(path)) { try Journal(in: output) }
        try removeTree(path)
        try writeFile(Data("mine".utf8), to: output.folder.appending("file"))
        #expect(throws: JournalError.self) { try Journal(in: output.folder.appending("file")) }
    }
}
