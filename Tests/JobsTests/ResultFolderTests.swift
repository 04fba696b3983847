import Files
import Foundation
import TestSupport
import Testing

@testable import Jobs

@Suite final class ResultFolderTests {
    private let root: FilePath
    private var destination: FilePath { root.appending("a") }

    init() throws { root = FilePath(try makeTemporaryDirectory()) }

    deinit { try? removeTree(root) }

    private func names(_ folder: FilePath) throws -> [String] { try entries(of: folder).map(\.string) }

    private func write(_ text: String, to path: FilePath) throws {
        try makeFolder(path.folder)
        try writeAtomically(Data(text.utf8), to: path)
    }

    /// Writes a result of one file, with its report.
    private func commit(_ text: String, as file: String, seed: UInt64 = 1, interrupted: Bool? = nil) throws {
        let folder = try ResultFolder(destination: destination)
        try writeFile(Data(text.utf8), to: folder.path(file))
        var report = anyReport(seed: seed, interrupted: interrupted)
        report.files = try digests(below: folder.staging)
        try writeFile(report.json(), to: folder.path(Report.name))
        try folder.commit()
    }

    @Test func appearsOnlyWhenCommitted() throws {
        let folder = try ResultFolder(destination: destination)
        try write("new", to: folder.path("report.json"))
        #expect(kind(of: destination) == .missing)
        try folder.commit()
        folder.discard()
        #expect(try names(root) == ["a"])
        #expect(try names(destination) == ["report.json"])
    }

    @Test func replacesAnEarlierResultOnlyWhenCommitted() throws {
        try commit("old", as: "1.png")
        try commit("new", as: "2.png")
        #expect(try names(destination) == ["2.png", "report.json"])
        #expect(try names(root) == ["a"])
    }

    @Test func leavesNothingWhenDiscarded() throws {
        let folder = try ResultFolder(destination: destination)
        try write("part", to: folder.path("1.png"))
        folder.discard()
        #expect(try names(root) == [])
    }

    @Test func takesAnotherName() throws {
        try ResultFolder(destination: destination).commit(as: root.appending("b"))
        #expect(try names(root) == ["b"])
    }

    @Test(arguments: [["1.png", "2.png"], ["overview.png"], ["intermediate/1/HR/00.png"], ["report.json"]])
    func isNotOursByItsNames(_ files: [String]) throws {
        for file in files { try write("mine", to: destination.appending(file)) }
        #expect(throws: ResultFolderError.foreignContent(destination, item: files[0])) {
            try ResultFolder.checkReplaceable(destination)
        }
    }

    @Test(arguments: ["1.png", "overview.png", "intermediate/1/HR/00.png", "intermediate/1/LR/99.png"])
    func knowsAResultOfTheVersionBeforeByItsReport(_ file: String) throws {
        try write(file, to: destination.appending(file))
        try writeAtomically(anyReport().json(), to: destination.appending(Report.name))
        try ResultFolder.checkReplaceable(destination)
        try write("mine", to: destination.appending(file).folder.appending("2.png"))
        #expect(throws: ResultFolderError.self) { try ResultFolder.checkReplaceable(destination) }
    }

    @Test func whatTheUserChangedOrAddedIsTheUsers() throws {
        for item in ["1.png", "notes.txt", "intermediate/x", "empty"] {
            try? removeTree(destination)
            try commit("old", as: "1.png")
            try ResultFolder.checkReplaceable(destination)
            if item == "empty" {
                try makeFolder(destination.appending(item))
            } else {
                try write("mine", to: destination.appending(item))
            }
            #expect(throws: ResultFolderError.foreignContent(destination, item: item)) {
                try ResultFolder.checkReplaceable(destination)
            }
        }
    }

    @Test func aCompleteResultIsReplacedByItsLikeAlone() throws {
        try commit("old", as: "1.png", seed: 7)
        let other = ResultFolderError.otherResult(destination, difference: .input(file: "faces/a.png"))
        let random = ResultFolderError.otherResult(destination, difference: .seed(7))
        try ResultFolder.checkReplaceable(destination, by: "00ff", .sameInput)
        try ResultFolder.checkReplaceable(destination, by: "ff00", .any)
        #expect(throws: random) {
            try ResultFolder.checkReplaceable(destination, by: "00ff", .incompleteOnly)
        }
        #expect(throws: other) { try ResultFolder.checkReplaceable(destination, by: "ff00", .sameInput) }
        try commit("half", as: "1.png", interrupted: true)
        try ResultFolder.checkReplaceable(destination, by: "ff00", .incompleteOnly)
    }

    @Test func refusesWhatIsNoFolder() throws {
        try write("a file", to: root.appending("b"))
        try FileManager.default.createSymbolicLink(
            atPath: root.appending("c").string, withDestinationPath: root.string)
        for name in ["b", "c"] {
            #expect(throws: ResultFolderError.notAFolder(root.appending(name))) {
                try ResultFolder.checkReplaceable(root.appending(name))
            }
        }
    }
}

@Suite final class InputListTests {
    private let root: FilePath

    init() throws { root = FilePath(try makeTemporaryDirectory()) }

    deinit { try? removeTree(root) }

    @Test func noResultTakesTheInputsPlace() throws {
        try makeFolder(root.appending("d/1"))
        try writeAtomically(Data(), to: root.appending("d/1/1.png"))
        #expect(throws: InputListError.self) {
            try InputList([root.appending("d/1/1.png")], output: root.appending("d"))
        }
        #expect(throws: InputListError.self) {
            try InputList([root.appending("d/x")], output: root.appending("d"))
        }
        let fine = try InputList([root.appending("d/1/1.png")], output: root.appending("e"))
        #expect(fine.inputs[0].destination == root.appending("e/1"))
    }

    @Test func namesAreBytes() throws {
        let names: [[UInt8]] = [
            Array("caf\u{E9}.png".utf8), Array("cafe\u{301}.png".utf8), [0xFF, 0x2E, 0x70],
        ]
        let list = try InputList(names.map { root.appending(bytes: $0) }, output: root.appending("out"))
        #expect(Set(list.inputs.map(\.name)).count == 3)
        #expect(throws: InputListError.self) {
            try InputList(
                [root.appending("a.png"), root.appending("x/a.jpg")], output: root.appending("out"))
        }
    }
}

@Suite struct MemoryBudgetTests {
    @Test func saysWhatThereIsRoomFor() throws {
        let budget = MemoryBudget(weights: 100 << 20, perGenerator: 200 << 20, generators: 8)
        try budget.check(available: 2 << 30)
        try budget.check(available: nil)
        let error = try #require(throws: MemoryError.self) { try budget.check(available: 1 << 30) }
        #expect(error.generators == 8 && error.possible == 4)
    }

    @Test func readsTheSystemsTables() {
        #expect(number(in: "MemTotal: 9 kB\nMemAvailable:   123 kB\n", after: "MemAvailable:") == 123)
        #expect(number(in: "Name:\tx\nVmSize:\t  77 kB\n", after: "VmSize:") == 77)
        #expect(number(in: "Name:\tx\n", after: "VmSize:") == nil)
    }

    @Test func knowsWhatIsFree() throws {
        let available = try #require(availableMemory())
        #expect(available > 1 << 24 && available < 1 << 44)
    }
}
