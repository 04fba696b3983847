import Files
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Folders

/// Which pictures are meant, and what their results are called.
@Suite final class InputListingTests {
    private let root: FilePath
    private let png: Data

    init() throws {
        root = FilePath(try makeTemporaryDirectory())
        png = try Picture(width: 8, height: 8, pixels: [UInt8](repeating: 90, count: 192)).pngData(
            provenance: nil)
    }

    deinit { try? removeTree(root) }

    private func add(_ name: String, _ data: Data? = nil) throws { try add(Array(name.utf8), data) }

    private func add(_ name: [UInt8], _ data: Data? = nil) throws {
        let path = root.appending(bytes: name)
        try makeFolder(path.folder)
        try writeFile(data ?? png, to: path)
    }

    private func list(_ arguments: [String], list: PathList? = nil, results: ResultMarks = ResultMarks())
        throws
        -> InputListing
    {
        try InputListing(
            arguments.map { root.appending($0) }, list: list, output: root.appending("out"), results: results)
    }

    private func places(_ listing: InputListing) -> [String] {
        listing.items.map { String(decoding: $0.place, as: UTF8.self) }
    }

    @Test func aTreeIsKeptInTheOrderOfItsBytes() throws {
        for name in ["in/b.png", "in/a.png", "in/B.png", "in/x/a.png", "in/x/y/a.png", "in/é.png"] {
            try add(name)
        }
        let listing = try list(["in"])
        #expect(places(listing) == ["B", "a", "b", "x/a", "x/y/a", "é"])
        #expect(listing.items[4].path == root.appending("in/x/y/a.png"))
        #expect(listing.faults.isEmpty && listing.skipped.total == 0)
    }

    @Test func whatIsNoPictureIsCountedByKind() throws {
        try add("in/a.png")
        try add("in/picture without an ending")
        try add("in/damaged.png", Data("oh".utf8))
        try add("in/empty.jpg", Data())
        try add("in/.hidden.png")
        try add("in/._a.png", Data([0, 5, 0x16, 7]))
        try add("in/.cache/b.png")
        try add("in/Thumbs.db", Data([0xD0, 0xCF, 0x11, 0xE0]))
        try add("in/desktop.ini", Data("[x]".utf8))
        try add("in/a.json", Data("{}".utf8))
        try add("in/notes.txt", Data("notes".utf8))
        try add("in/layers.psd", Data("8BPS".utf8))
        try add("in/empty", Data())
        try add("in/.pulse-journal.sqlite", Data())
        _ = root.appending("in/pipe").withPlatformString { mkfifo($0, 0o600) }
        let listing = try list(["in"])
        #expect(places(listing) == ["a", "damaged", "empty", "picture without an ending"])
        #expect(
            listing.skipped.counts == [
                .hidden: 3, .litter: 2, .json: 1, .notAPicture(.text): 1, .otherFormat("Photoshop (PSD)"): 1,
                .other: 1, .special: 1,
            ])
    }

    @Test func equalStemsAreToldApart() throws {
        for name in ["in/a.png", "in/a.jpg", "in/a.png.gif", "in/b.png", "in/b/1.png", "in/c.png"] {
            try add(name)
        }
        let listing = try list(["in"])
        #expect(places(listing).sorted() == ["a.jpg", "a.png", "a.png.gif", "b.png", "b/1", "c"])
        try add("other/c.png")
        #expect(throws: ListingError.self) { try self.list(["in", "other"]) }
        #expect(places(try list(["in", "in/c.png"])).count == 6)
    }

    @Test func resultsAreNotTakenForInputs() throws {
        for name in ["in/a.png", "in/out/a.png", "in/old/1.png", "in/face_0.png"] { try add(name) }
        let marks = ResultMarks(
            isFolder: { $0.lastComponent == "old" }, isFile: { $0.lastComponent == "face_0.png" })
        let listing = try InputListing(
            [root.appending("in")], output: root.appending("in/out"), results: marks)
        #expect(places(listing) == ["a"])
        #expect(listing.skipped.counts == [.result: 2])
        let folder = root.appending("in")
        #expect(throws: ListingError.outputIsInput(folder)) { try InputListing([folder], output: folder) }
    }

    @Test func patternsTakeWhatTheyMatch() throws {
        for name in ["in/a.png", "in/b.jpg", "in/x/a.png", "in/x/y/b.png", "in/[1].png", "in/1.png"] {
            try add(name)
        }
        #expect(places(try list(["in/*.png"])) == ["1", "[1]", "a"])
        #expect(places(try list(["in/**/*.png"])) == ["1", "[1]", "a", "x/a", "x/y/b"])
        #expect(places(try list(["in/x*"])) == ["x/a", "x/y/b"])
        // A file of that name is that file.
        #expect(places(try list(["in/[1].png"])) == ["[1]"])
        let mixed = try list(["in/*.gif", "in/a.png"])
        #expect(places(mixed) == ["a"] && mixed.faults == [.noMatch(root.appending("in/*.gif"))])
    }

    @Test func linksAreFollowedOnce() throws {
        for name in ["in/a.png", "in/x/b.png", "elsewhere/c.png"] { try add(name) }
        func link(_ name: String, to target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: root.appending(name).string, withDestinationPath: target)
        }
        try link("in/x/up", to: "..")
        try link("in/self", to: "self")
        try link("in/gone", to: "nowhere")
        try link("in/else", to: "../elsewhere")
        try link("in/zelse", to: "../elsewhere")
        try link("in/link.png", to: "a.png")
        let listing = try list(["in"])
        #expect(places(listing) == ["a", "link", "x/b", "else/c"])
        #expect(
            listing.faults == [
                .dangling(root.appending("in/gone")), .dangling(root.appending("in/self")),
                .loop(root.appending("in/x/up")), .sameFolder(root.appending("in/zelse")),
            ])
        #expect(listing.faults.filter(\.isFailure).isEmpty)
    }

    @Test func oddNamesAreNames() throws {
        let odd: [[UInt8]] = [
            Array("-dash.png".utf8), Array("new\nline.png".utf8), Array("😀.png".utf8),
            [0xFF, 0xFE] + Array(".png".utf8),
            [UInt8](repeating: UInt8(ascii: "x"), count: 251) + Array(".png".utf8),
        ]
        for name in odd { try add(Array("in/".utf8) + name) }
        let listing = try list(["in"])
        #expect(Set(listing.items.map { $0.path.lastComponentBytes }) == Set(odd))
    }

    @Test func aListKeepsTheFoldersOfItsPaths() throws {
        let lines = "x/a.png\r\n\n../up/b.png\n/abs/c.png\nx/a.png"
        let paths = PathList([0xEF, 0xBB, 0xBF] + Array(lines.utf8), isNullSeparated: false)
        #expect(paths.paths == ["x/a.png", "../up/b.png", "/abs/c.png", "x/a.png"])
        #expect(places(try list([], list: paths)) == ["x/a", "up/b", "abs/c"])
        let nulls = PathList(Array("a\nb.png\0c.png\0".utf8), isNullSeparated: true)
        #expect(nulls.paths == ["a\nb.png", "c.png"])
    }

    @Test func anEmptyFolderIsSaid() throws {
        try add("in/notes.txt", Data("notes".utf8))
        let error = try #require(throws: ListingError.self) { try self.list(["in"]) }
        guard case .nothing(_, let skipped) = error else { throw error }
        #expect(skipped.total == 1)
        let needed = [root.appending("in")]
        #expect(InputListing.isNeeded(for: needed) && !InputListing.isNeeded(for: ["a.png", "b.png"]))
    }
}
