import Foundation
import Imaging
import TestSupport
import Testing

/// Ctrl-C keeps what is finished, loses nothing that was there before, and leaves no litter.
@Suite struct UpsampleInterruptionTests {
    /// Starts a run too long to end by itself and interrupts it once `condition` holds.
    private func interrupted(
        _ scene: UpsampleScene, _ inputs: [String], _ options: [String] = [], times: Int = 1, steps: Int = 2,
        when condition: (PulseBinary.Running) -> Bool
    ) throws -> PulseBinary.Output {
        let run = try PulseBinary.start(
            scene.arguments(inputs, ["--tolerance", "255", "--progress", "json"] + options, steps: steps),
            in: scene.folder)
        #expect(run.wait { condition($0) }, "\(run.standardErrorSoFar)")
        for _ in 0..<times {
            run.interrupt()
            Thread.sleep(forTimeInterval: 0.05)
        }
        return run.wait(timeout: 60)
    }

    private func steps(_ run: PulseBinary.Running) -> Int {
        run.standardErrorSoFar.split(separator: "\n").filter { $0.hasPrefix("{") }.count
    }

    @Test func keepsFinishedInputsAndTheBestSoFar() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            try scene.add("b.png", tint: 0.4)
            try scene.add("c.png", tint: 0.6)
            // a ends after six steps of each candidate; b is under way.
            let output = try interrupted(
                scene, ["a.png", "b.png", "c.png"], ["--count", "2"], steps: 6, when: { steps($0) >= 13 })
            #expect(output.status == 130, "\(output)")
            #expect(try scene.names("out") == ["a", "b"])
            #expect(try scene.report("a").interrupted == nil)
            #expect(try scene.report("a").candidates.count == 2)
            let report = try scene.report("b")
            #expect(report.interrupted == true)
            #expect((1...2).contains(report.candidates.count))
            for candidate in report.candidates {
                #expect(candidate.steps >= 1)
                let face = try Picture(contentsOf: scene.url("out/b/\(candidate.file)"))
                #expect(face.width == 1024)
            }
            #expect(output.standardOutput.contains("interrupted"), "\(output)")
        }
    }

    /// An earlier result is complete; what an interrupted run has found goes beside it.
    @Test func neverReplacesAFinishedResult() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            try scene.upsample(["a.png"], ["--tolerance", "255"], steps: 1).expectStatus(0)
            let before = try scene.bytes("out/a/report.json")
            let output = try interrupted(scene, ["a.png"], ["--count", "500"], when: { steps($0) >= 1 })
            #expect(output.status == 130, "\(output)")
            #expect(try scene.names("out") == ["a", "a-interrupted"])
            #expect(try scene.bytes("out/a/report.json") == before)
            #expect(try scene.report("a-interrupted").interrupted == true)

            // A finished one replaces it.
            try scene.upsample(["a.png"], ["--tolerance", "255"], steps: 2).expectStatus(0)
            #expect(try scene.report("a").candidates.first?.steps == 2)
            #expect(try scene.names("out") == ["a", "a-interrupted"])
        }
    }

    @Test func aSecondInterruptionEndsAtOnceWithoutLitter() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            let output = try interrupted(
                scene, ["a.png"], ["--count", "500", "--batch", "4"], times: 2, when: { steps($0) >= 1 })
            #expect(output.status == 130, "\(output)")
            #expect(try scene.names("out").filter { $0.hasPrefix(".") } == [])
        }
    }
}
