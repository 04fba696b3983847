import Files
import Folders
import Foundation
import Testing

@testable import pulse

/// What is said of folders and of the time they take.
@Suite struct FolderWordingTests {
    @Test(arguments: [
        (0.2, "1 s"), (99, "99 s"), (101, "2 min"), (5_990, "100 min"), (10_000, "3 h"), (170_000, "48 h"),
        (180_000, "3 days"),
    ])
    func durations(seconds: Double, words: String) {
        #expect(JobClock.words(seconds: seconds) == words)
    }

    /// Nothing is known before the first share of work; inputs that need no work do not count.
    @Test func theTimeLeftIsThatOfTheWholeJob() throws {
        var clock = JobClock(total: 1000)
        clock.begin(12)
        #expect(clock.text() == "12 of 1000")
        Thread.sleep(forTimeInterval: 0.05)
        let half = try #require(clock.left(share: 0.5))
        #expect((90...400).contains(half), "\(half)")
        clock.end()
        let ended = try #require(clock.left(share: 0))
        #expect((45...200).contains(ended), "\(ended)")
        #expect(clock.text().hasPrefix("12 of 1000, ") && clock.text().hasSuffix(" left"))
    }

    @Test(arguments: [
        (ListingFault.loop("in/x"), "in/x: leads back to a folder above it"),
        (.dangling("in/x"), "a link to nothing"), (.sameFolder("in/x"), "met before"),
        (.noMatch("*.png"), "Check the pattern"),
        (.file(FileError("in/new\nline", .unreadable(code: EACCES))), #"in/new\nline: cannot be read"#),
    ])
    func faults(fault: ListingFault, words: String) {
        #expect(fault.wording.contains(words), "\(fault.wording)")
    }

    @Test func journalsAreNamedWithWhatToDo() {
        let path: FilePath = "out/.pulse-journal.sqlite"
        for (error, words) in [
            (JournalError.damaged(path), "Remove it"), (.newer(path, version: 9), "format 9"),
            (.busy(path), "Wait"), (.unusable(path, code: ENOSPC), "next run"),
        ] {
            #expect(error.wording.contains(words) && error.wording.contains("journal.sqlite"))
        }
    }

    @Test func listingsAreRefusedWithWhatToDo() {
        for (error, words) in [
            (ListingError.outputIsInput("in"), "--output"), (.noName("in/.."), "Name a picture"),
            (.nameClash(place: "o/a", first: "x/a", second: "y/a"), "x/a and y/a"),
            (.nameClash(place: "o/a", first: "x/a", second: "x/a"), "as a folder"),
            (.nothing(["in"], SkippedFiles()), "no picture in it. Name"),
        ] {
            #expect(error.wording.contains(words), "\(error.wording)")
        }
    }
}
