import FaceAlignment
import Files
import Foundation
import TestSupport
import Testing

/// Nothing of the user's gives way to a face; earlier faces do, together.
@Suite struct AlignOwnershipTests {
    private let given = ["--landmarks", "points.json"]

    @Test(arguments: [
        ["shoot/party_0.png", "shoot/party_0.json"], ["shoot/party_0.json"], ["shoot/party_3.png"],
    ])
    func theUsersFilesStay(_ mine: [String]) throws {
        try AlignScene.with { scene in
            try scene.draw("shoot/party.png")
            try scene.addLandmarks()
            for file in mine { try scene.add(file) }
            let before = try scene.names("shoot")
            for more in [[], ["--force"]] {
                let output = try scene.align(["shoot/party.png", "--output", "shoot"] + given + more)
                output.expectStatus(2)
                for file in mine {
                    #expect(output.standardError.contains(file), "\(output)")
                    #expect(try scene.bytes(file) == Data("mine".utf8))
                }
                #expect(try scene.names("shoot") == before)
            }
        }
    }

    @Test func whatIsReadIsNotReplaced() throws {
        try AlignScene.with { scene in
            try scene.draw("d/a.png")
            try scene.draw("d/a_1.png", tint: 9)
            try scene.addLandmarks("d/a_0.json")
            try FileManager.default.createSymbolicLink(
                atPath: scene.url("link").path, withDestinationPath: "d")
            try FileManager.default.createSymbolicLink(
                atPath: scene.url("other.json").path, withDestinationPath: "d/a_0.json")
            let before = try scene.names("d")
            let commands = [
                ["d/a.png", "d/a_1.png", "--output", "d"], ["d/a.png", "link/a_1.png", "--output", "./d/"],
                ["d/a_1.png", "d/a.png", "--output", "link"],
                ["d/a.png", "--landmarks", "d/a_0.json", "--output", "d"],
                ["d/a.png", "--landmarks", "other.json", "--output", "link"],
            ]
            for command in commands {
                for more in [[], ["--force"]] {
                    let output = try scene.align(command + more)
                    output.expectStatus(2)
                    #expect(output.standardError.contains("Choose another --output"), "\(output)")
                    #expect(try scene.names("d") == before)
                }
            }
            let twice = try scene.align(["d/a.png", "link/a.png", "--output", "out"])
            twice.expectStatus(2)
            #expect(twice.standardError.contains("a_0.png"), "\(twice)")
        }
    }

    @Test func facesOfAnotherPhotoLeaveWithForceAlone() throws {
        try AlignScene.with { scene in
            try scene.draw("a.png")
            try scene.draw("b/a.png", tint: 200)
            try scene.addLandmarks()
            try scene.align(["a.png", "--output", "out"] + given).expectStatus(0)
            let first = try scene.bytes("out/a_0.png")
            let other = try scene.align(["b/a.png", "--output", "out"] + given)
            other.expectStatus(2)
            #expect(
                other.standardError.contains("--force") && other.standardError.contains("a.png"), "\(other)")
            #expect(try scene.bytes("out/a_0.png") == first)
            let forced = try scene.align(["b/a.png", "--output", "out", "--force"] + given)
            forced.expectStatus(0)
            #expect(forced.standardError.contains("replaced"), "\(forced)")
            #expect(try scene.bytes("out/a_0.png") != first && scene.isWhole("out/a_0"))
        }
    }

    @Test func aPhotoWithoutAFaceLeavesEarlierOnes() throws {
        try AlignScene.with { scene in
            try scene.draw("a.png")
            try scene.addLandmarks()
            try scene.align(["a.png", "--output", "out"] + given).expectStatus(0)
            let before = try scene.bytes("out/a_0.png")
            let output = try scene.align(["a.png", "--output", "out"])
            output.expectStatus(1)
            #expect(output.standardError.contains("earlier run are still there"), "\(output)")
            #expect(try scene.bytes("out/a_0.png") == before)
        }
    }

    /// Killed at any moment, it leaves the earlier faces or the new ones, and nothing else, once the next run has swept.
    @Test func aKillLeavesTheOldOrTheNew() throws {
        try AlignScene.with { scene in
            try scene.draw("a.png")
            try scene.addLandmarks()
            func arguments(_ size: Int) -> [String] {
                ["align", "a.png", "--output", "out", "--size", "\(size)"] + given
            }
            try PulseBinary.run(arguments(1024), in: scene.folder).expectStatus(0)
            var sizes: Set<Int> = []
            for step in 0..<14 {
                let run = try PulseBinary.start(arguments(step % 2 == 0 ? 1023 : 1024), in: scene.folder)
                Thread.sleep(forTimeInterval: 0.03 * Double(step))
                run.send(SIGKILL)
                _ = run.wait()
                Staging.sweep(scene.path.appending("out"))
                #expect(try scene.names("out") == ["a_0.json", "a_0.png"])
                #expect(scene.isWhole("out/a_0"))
                if let record = FaceRecord(intactFileAt: scene.path.appending("out/a_0.json")) {
                    sizes.insert(record.size)
                }
            }
            #expect(sizes.isSubset(of: [1023, 1024]))
        }
    }
}
