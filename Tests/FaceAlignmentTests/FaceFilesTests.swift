import Files
import Foundation
import Imaging
import TestSupport
import Testing

@testable import FaceAlignment

/// Which files are faces of ours, and what becomes of them.
@Suite final class FaceFilesTests {
    private let folder: FilePath

    init() throws { folder = FilePath(try makeTemporaryDirectory()) }

    deinit { try? removeTree(folder) }

    private func names() throws -> [String] { try entries(of: folder).map(\.string) }

    private func bytes(_ name: String) throws -> [UInt8] {
        try readFile(folder.appending(name), limit: 1 << 20)
    }

    private func photo(_ sha256: String) -> PhotoOrigin {
        PhotoOrigin(file: "\(sha256).jpg", sha256: sha256, width: 90, height: 80)
    }

    @discardableResult
    private func write(
        _ indices: [Int], named name: String = "group.jpg", of sha256: String = "a", level: UInt8 = 9,
        force: Bool = false
    ) throws -> [FilePath] {
        let set = try FaceSet(
            FaceFiles(of: FilePath(name), in: folder), of: photo(sha256), force: force)
        for index in indices {
            let aligned = AlignedFace(
                picture: plain(width: 8, height: 8, level: level),
                face: face(landmarks(centre: [40, 40], scale: 10)),
                transform: PhotoTransform(right: [5, 0], down: [0, 5], origin: [20, 17]), photo: photo(sha256)
            )
            try set.add(aligned, as: index)
        }
        return try set.commit()
    }

    @Test func facesComeTogetherAndEarlierOnesLeave() throws {
        let paths = try write([0, 1, 2, 10])
        #expect(paths.map(\.lastComponentBytes) == [0, 1, 2, 10].map { Array("group_\($0).png".utf8) })
        #expect(try names().count == 8)
        let earlier = try bytes("group_0.png")
        try write([0, 3], level: 200)
        #expect(try names() == ["group_0.json", "group_0.png", "group_3.json", "group_3.png"])
        #expect(try bytes("group_0.png") != earlier)
        #expect(
            FaceRecord(intactFileAt: folder.appending("group_0.json"))?.picture
                == sha256(of: try bytes("group_0.png")))
    }

    @Test func namesThatAreNotOfThisPhotoAreNobodysBusiness() throws {
        let others = [
            "group.png", "group_.png", "group_a.png", "group_01.png", "group_-1.png", "group_+1.png",
            "group_1.jpg",
            "group_20240101.png", "group_1.png.bak", "group_1_0.png", "Group_1.png", "groups_1.png",
            "group_٣.png",
        ]
        for name in others { try writeFile(Data("mine".utf8), to: folder.appending(name)) }
        try write([0])
        #expect(try names().count == others.count + 2)
        for name in others { #expect(try bytes(name) == Array("mine".utf8)) }
    }

    /// At a name that would be written, and at one that would be removed; a pair, a half, a folder, a link.
    @Test(arguments: [
        ["group_0.png"], ["group_0.json"], ["group_0.png", "group_0.json"], ["group_7.png"], ["group_7.json"],
        ["group_7.json/"], ["group_0.png@"],
    ])
    func theUsersFilesStay(_ mine: [String]) throws {
        for name in mine {
            let path = folder.appending(name.filter { $0 != "/" && $0 != "@" })
            if name.hasSuffix("/") {
                try makeFolder(path)
            } else if name.hasSuffix("@") {
                try FileManager.default.createSymbolicLink(atPath: path.string, withDestinationPath: "away")
            } else {
                try writeFile(Data("{}".utf8), to: path)
            }
        }
        let before = try names()
        for force in [false, true] {
            let error = #expect(throws: FaceFilesError.self) { try write([0, 1], force: force) }
            guard case .foreign(let paths) = error else { continue }
            #expect(Set(paths.map { $0.lastComponent?.string }) == Set(before))
            #expect(try names() == before)
        }
    }

    @Test(arguments: ["group_1.png", "group_1.json"])
    func facesThatTheUserChangedStay(_ name: String) throws {
        try write([0, 1])
        let changed = try bytes(name) + [10]
        try removeTree(folder.appending(name))
        try writeFile(Data(changed), to: folder.appending(name))
        #expect(
            throws: FaceFilesError.foreign([
                folder.appending("group_1.png"), folder.appending("group_1.json"),
            ])
        ) {
            try write([0], force: true)
        }
        #expect(try bytes(name) == changed && names().count == 4)
    }

    @Test func facesOfAnotherPhotoLeaveWithForceAlone() throws {
        try write([0, 1, 2], of: "a")
        let before = try bytes("group_0.png")
        #expect(throws: FaceFilesError.otherPhoto(folder.appending("group_0.png"), photo: "a.jpg")) {
            try write([0], of: "b", level: 1)
        }
        #expect(try bytes("group_0.png") == before)
        try write([0], of: "b", level: 1, force: true)
        #expect(try names() == ["group_0.json", "group_0.png"])
        #expect(try bytes("group_0.png") != before)
    }

    @Test func whatComesInBetweenIsNotReplaced() throws {
        try write([0, 1])
        let set = try FaceSet(FaceFiles(of: "group.jpg", in: folder), of: photo("a"), force: true)
        try writeFile(Data("mine".utf8), to: folder.appending("group_5.png"))
        let aligned = AlignedFace(
            picture: plain(width: 8, height: 8), face: face(landmarks(centre: [40, 40], scale: 10)),
            transform: PhotoTransform(right: [1, 0], down: [0, 1], origin: [0, 0]), photo: photo("a"))
        try set.add(aligned, as: 0)
        #expect(throws: FaceFilesError.foreign([folder.appending("group_5.png")])) { try set.commit() }
        #expect(try names().count == 5 && bytes("group_5.png") == Array("mine".utf8))
    }

    @Test func namesAreBytes() throws {
        let odd = FilePath(bytes: [0x62, 0xFF, 0xFE, 0x2E, 0x70, 0x6E, 0x67])
        let composed = FilePath(bytes: Array("caf\u{E9}.png".utf8))
        let decomposed = FilePath(bytes: Array("cafe\u{301}.png".utf8))
        for photo in [odd, composed, decomposed] {
            let set = try FaceSet(FaceFiles(of: photo, in: folder), of: self.photo("x"), force: false)
            #expect(set.earlier.isEmpty)
            let aligned = AlignedFace(
                picture: plain(width: 8, height: 8), face: face(landmarks(centre: [40, 40], scale: 10)),
                transform: PhotoTransform(right: [1, 0], down: [0, 1], origin: [0, 0]), photo: self.photo("x")
            )
            try set.add(aligned, as: 0)
            let written = try set.commit()
            #expect(written.map(\.lastComponentBytes) == [photo.stemBytes + Array("_0.png".utf8)])
            #expect(kind(of: written[0]) == .file)
        }
    }
}
