import Foundation
import Imaging
import TestSupport
import Testing

/// Ctrl-C keeps what is finished, loses nothing that was there before, and leaves no litter.
@Suite struct UpsampleInterruptionTests {
    /// Starts a run too long to end by itself and interrupts it once `condition` holds.
    private func interrupted(
        _ scene: UpsampleScene, _ inputs: [String], _ options: [String] = [], steps: Int = 2,
        when condition: (PulseBinary.Running) -> Bool
    ) throws -> PulseBinary.Output {
        let run = try PulseBinary.start(
            scene.arguments(inputs, ["--tolerance", "255", "--progress", "json"] + options, steps: steps),
            in: scene.folder)
        #expect(run.wait { condition($0) }, "\(run.standardErrorSoFar)")
        run.interrupt()
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

    /// The progress goes into a pipe that is full and that nobody reads, so that the search stands still in its first
    /// step: the first signal alone would never end it, and a second that is ignored would not either.
    @Test func aSecondInterruptionEndsAtOnceWithoutLitter() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            let stuck = Pipe()
            fill(stuck)
            let run = try PulseBinary.start(
                scene.arguments(["a.png"], ["--progress", "json"]), in: scene.folder,
                standardError: stuck.fileHandleForWriting)
            // There is something to leave behind.
            #expect(run.wait { _ in hidden(scene).count == 1 })
            run.interrupt()
            Thread.sleep(forTimeInterval: 1)
            #expect(run.isRunning, "one signal alone ended what this test takes for endless")
            run.interrupt()
            let output = run.wait(timeout: 10)
            #expect(!output.timedOut && output.status == 130, "\(output)")
            #expect(try scene.names("out") == [])
        }
    }

    /// Names of unfinished results.
    private func hidden(_ scene: UpsampleScene) -> [String] {
        ((try? scene.names("out")) ?? []).filter { $0.hasPrefix(".") }
    }

    /// Writes into a pipe until it holds no more.
    private func fill(_ pipe: Pipe) {
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        for size in [4096, 1] {
            let bytes = [UInt8](repeating: UInt8(ascii: "."), count: size)
            while write(descriptor, bytes, size) > 0 {}
        }
        _ = fcntl(descriptor, F_SETFL, flags)
    }
}
