import Foundation
import Imaging
import Jobs
import TestSupport
import Testing

/// `Documentation/report.schema.json`, held against what the real program writes.
@Suite struct ReportSchemaTests {
    private func schema() throws -> JSONSchema {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return try JSONSchema(
            contentsOf: tests.appendingPathComponent("../../Documentation/report.schema.json").standardized)
    }

    private func expectValid(
        _ name: String, _ scene: UpsampleScene, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let faults = try schema().faults(of: scene.bytes("out/\(name)/report.json"))
        #expect(faults == [], sourceLocation: sourceLocation)
    }

    @Test func reportsOfEveryModeAreValid() throws {
        try UpsampleScene.withPreparedHome { scene, home in
            try scene.add("a.png")
            let tiny = try scene.add("b.png")
            try tiny.enlarged(to: 160).writePNG(to: scene.url("mosaic.png"), provenance: nil)
            let noisy = Picture(
                width: 16, height: 16,
                pixels: tiny.pixels.enumerated().map { $0 % 37 == 5 ? 0 : $0 % 41 == 7 ? 255 : $1 })
            try noisy.writePNG(to: scene.url("noisy.png"), provenance: nil)
            func run(_ arguments: [String]) throws {
                let all = ["upsample", "--output", "out", "--steps", "1", "--count", "1", "--seed", "9"]
                let output = try PulseBinary.run(
                    all + arguments, environment: ["PULSE_HOME": home.path], in: scene.folder)
                #expect(output.status < 2, "\(output)")
            }
            try run(["a.png", "mosaic.png", "noisy.png", "--format", "webp", "--animation", "png"])
            for name in ["a", "mosaic", "noisy"] { try expectValid(name, scene) }
            let report = try String(decoding: scene.bytes("out/a/report.json"), as: UTF8.self)
            for key in ["judgement", "correction", "likeness", "encoderSHA256", "animation", "\"format\""] {
                #expect(report.contains(key), "the example is to show what there is: \(key)")
            }
            try run(["b.png", "--mode", "classic", "--zero-noise", "1,2", "--save-intermediate"])
            try expectValid("b", scene)
            try run(["b.png", "--no-exact-fit", "--input-noise", "jpeg:70", "--operator", "box", "--force"])
            try expectValid("b", scene)
        }
    }

    @Test func whatIsMissingWrongOrTooMuchIsFound() throws {
        try UpsampleScene.with { scene in
            try scene.add("a.png")
            try scene.upsample(["a.png"], ["--tolerance", "255"], steps: 1).expectStatus(0)
            let whole = try scene.bytes("out/a/report.json")
            let schema = try schema()
            func faults(_ change: (inout [String: Any]) -> Void) throws -> [String] {
                var root = try #require(JSONSerialization.jsonObject(with: whole) as? [String: Any])
                change(&root)
                return try schema.faults(of: JSONSerialization.data(withJSONObject: root))
            }
            #expect(try faults { _ in } == [])
            for key in ["input", "seed", "candidates", "files", "request"] {
                #expect(try faults { $0[key] = nil } != [], "\(key)")
            }
            #expect(try faults { $0["another"] = 1 } != [])
            #expect(try faults { $0["seed"] = -1 } != [])
            #expect(try faults { $0["seed"] = 1.5 } != [])
            #expect(try faults { $0["mode"] = "slow" } != [])
            #expect(try faults { $0["candidates"] = [Any]() } != [])
            #expect(try faults { $0["interrupted"] = false } != [])
            #expect(try faults { $0["files"] = ["1.png": "00"] } != [])
            #expect(
                try faults {
                    var request = $0["request"] as? [String: Any] ?? [:]
                    request["options"] = ["steps": 1]
                    $0["request"] = request
                } != [])
        }
    }
}
