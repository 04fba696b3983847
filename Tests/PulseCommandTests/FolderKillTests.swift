import Foundation
import TestSupport
import Testing

/// Whatever ends a run, what is finished stays, and the next run does the rest.
@Suite struct FolderKillTests {
    private func fill(_ scene: UpsampleScene, count: Int) throws {
        for index in 0..<count {
            try scene.addBelow("in/\(index % 2)/\(index).png", tint: 0.2 + 0.1 * Double(index))
        }
    }

    /// Names of hidden things in the output, the journal aside.
    private func litter(_ scene: UpsampleScene) throws -> [String] {
        let names = FileManager.default.enumerator(atPath: scene.url("out").path)?.compactMap {
            $0 as? String
        }
        return (names ?? []).filter {
            $0.split(separator: "/").last?.hasPrefix(".") == true && $0 != ".pulse-journal.sqlite"
        }
    }

    @Test func killsAtAnyMomentLoseNothing() throws {
        try UpsampleScene.with { scene in
            try fill(scene, count: 6)
            var known: [String: Data] = [:]
            for round in 0..<6 {
                let run = try PulseBinary.start(scene.folderArguments(["in"]), in: scene.folder)
                Thread.sleep(forTimeInterval: 0.35 + 0.37 * Double(round) + Double.random(in: 0..<0.3))
                run.send(SIGKILL)
                _ = run.wait()
                for name in try scene.results() where !name.contains(".pulse-") {
                    #expect(try scene.isWhole(name), "\(name) in round \(round)")
                    let report = try scene.bytes("out/\(name)/report.json")
                    #expect(known[name] == nil || known[name] == report, "\(name) was made twice")
                    known[name] = report
                }
            }
            let last = try scene.upsampleFolder(["in"])
            last.expectStatus(0)
            #expect(try scene.results() == ["0/0", "0/2", "0/4", "1/1", "1/3", "1/5"])
            for (name, report) in known { #expect(try scene.bytes("out/\(name)/report.json") == report) }
            #expect(try Set(scene.results().map { try scene.report($0).seed }).count == 1)
            #expect(try litter(scene) == [])
        }
    }

    /// A search under way goes on from what was saved of it, to the same bits.
    @Test func aKilledSearchGoesOn() throws {
        try UpsampleScene.with { scene in
            try fill(scene, count: 1)
            func arguments(_ output: String) -> [String] {
                ["upsample", "in", "-o", output, "--mode", "classic", "--steps", "80", "--seed", "7"]
                    + ["--tolerance", "255"]
            }
            let run = try PulseBinary.start(arguments("out"), in: scene.folder)
            let saved = scene.url("out/0/.pulse-searches")
            #expect(
                run.wait { _ in
                    let names = FileManager.default.enumerator(atPath: saved.path)?.compactMap {
                        $0 as? String
                    }
                    return (names ?? []).contains { $0.hasSuffix("/1.safetensors") }
                }, "\(run.standardErrorSoFar)")
            run.send(SIGKILL)
            _ = run.wait()
            #expect(try scene.results().filter { !$0.contains(".pulse-") } == [])
            let rest = try PulseBinary.run(arguments("out"), in: scene.folder)
            rest.expectStatus(0)
            #expect(
                rest.standardError.contains("going on where an earlier run was stopped: candidate 1 after "),
                "\(rest)")
            try PulseBinary.run(arguments("whole"), in: scene.folder).expectStatus(0)
            #expect(try scene.bytes("out/0/0/1.png") == scene.bytes("whole/0/0/1.png"))
            #expect(try scene.bytes("out/0/0/1.safetensors") == scene.bytes("whole/0/0/1.safetensors"))
            #expect(try litter(scene) == [])
        }
    }

    @Test func anInterruptedJobGoesOn() throws {
        try UpsampleScene.with { scene in
            try fill(scene, count: 4)
            let run = try PulseBinary.start(scene.folderArguments(["in"]), in: scene.folder)
            #expect(run.wait { _ in (try? scene.results().count) ?? 0 >= 1 })
            run.interrupt()
            #expect(run.wait(timeout: 60).status == 130)
            let rest = try scene.upsampleFolder(["in"])
            rest.expectStatus(0)
            #expect(try scene.results().filter { !$0.contains("interrupted") }.count == 4)
            for name in ["0/0", "0/2", "1/1", "1/3"] { #expect(try scene.isWhole(name)) }
        }
    }

    @Test func theOutputIsTakenAwayUnderIt() throws {
        try UpsampleScene.with { scene in
            try fill(scene, count: 4)
            let run = try PulseBinary.start(scene.folderArguments(["in"]), in: scene.folder)
            #expect(run.wait { _ in (try? scene.results().count) ?? 0 >= 1 })
            try? FileManager.default.moveItem(at: scene.url("out"), to: scene.url("taken"))
            #expect(!run.wait(timeout: 60).timedOut)
            let rest = try scene.upsampleFolder(["in"])
            rest.expectStatus(0)
            for name in ["0/0", "0/2", "1/1", "1/3"] { #expect(try scene.isWhole(name)) }
            #expect(try scene.isWhole("0/0", in: "taken"))
        }
    }

    /// A limit on the size of files stands for a disk that is full: no picture can be written, and the journal is whole.
    @Test func aFullDiskLosesNothing() throws {
        try UpsampleScene.with { scene in
            try fill(scene, count: 2)
            let line =
                #"ulimit -f 200; "$0" upsample in -o out --mode classic --steps 1 --tolerance 255"#
            let full = try PulseBinary.shell(line, in: scene.folder)
            #expect(full.status == 2 && full.standardError.contains("2 failed"), "\(full)")
            // What the searches had come to may be kept.
            #expect(try scene.results() == [])
            #expect(try litter(scene).allSatisfy { $0.contains(".pulse-searches") })
            let rest = try scene.upsampleFolder(["in"])
            rest.expectStatus(0)
            #expect(rest.standardError.contains("2 done"), "\(rest)")
        }
    }

    @Test func aJournalThatIsDamagedCostsNoResult() throws {
        try UpsampleScene.with { scene in
            try fill(scene, count: 2)
            try scene.upsampleFolder(["in"], ["--seed", "7"]).expectStatus(0)
            let journal = scene.url("out/.pulse-journal.sqlite")
            try Data(repeating: 7, count: 4096).write(to: journal)
            let damaged = try scene.upsampleFolder(["in"], ["--seed", "7"])
            #expect(damaged.status == 2 && damaged.standardError.contains("Remove it"), "\(damaged)")
            try FileManager.default.removeItem(at: journal)
            let again = try scene.upsampleFolder(["in"], ["--seed", "7"])
            again.expectStatus(0)
            #expect(again.standardError.contains("2 pictures: 2 done before"), "\(again)")
        }
    }
}
