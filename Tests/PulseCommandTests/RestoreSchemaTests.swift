import Foundation
import TestSupport
import Testing

/// `Documentation/restore.schema.json`, held against what the real program writes.
@Suite struct RestoreSchemaTests {
    private static func schema() throws -> JSONSchema {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return try JSONSchema(
            contentsOf: tests.appendingPathComponent("../../Documentation/restore.schema.json").standardized)
    }

    @Test func reportsAreValid() throws {
        try withTemporaryDirectory { folder in
            let scene = try RestoreScene(in: folder)
            let schema = try Self.schema()
            let file = folder.appendingPathComponent("out/photo/report.json")
            for words in [
                ["--seed", "3", "--faces", "largest", "--region", "145,120,144,156", "--format", "jpeg"],
                ["--choose", "1=1"], ["--seed", "3", "--faces", "1", "--upscale", "2", "--force"],
            ] {
                let output = try scene.restore(
                    ["photo.png", "--output", "out", "--count", "1", "--steps", "1"] + words)
                #expect(output.status < 2, "\(output)")
                let faults = try schema.faults(of: Data(contentsOf: file))
                #expect(faults == [])
            }
        }
    }

    /// A report as it is written, with one thing wrong.
    private struct Damage: CustomTestStringConvertible {
        var path: [String]
        var value: String?

        var testDescription: String { path.joined(separator: "/") + " = " + (value ?? "nothing") }

        func damaged(_ value: Any, _ path: ArraySlice<String>) throws -> Any {
            guard let key = path.first else { return value }
            if var list = value as? [Any], let index = Int(key) {
                list[index] = try damaged(list[index], path.dropFirst())
                return list
            }
            var object = value as? [String: Any] ?? [:]
            if path.count > 1 {
                object[key] = try damaged(object[key] ?? [:], path.dropFirst())
            } else {
                object[key] = try self.value.map {
                    try JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed)
                }
            }
            return object
        }
    }

    private static let damages = [
        Damage(path: ["input"]), Damage(path: ["seed"]), Damage(path: ["faces"]), Damage(path: ["files"]),
        Damage(path: ["request"]), Damage(path: ["scale"]), Damage(path: ["regions"]),
        Damage(path: ["pictures"]), Damage(path: ["another"], value: "1"),
        Damage(path: ["scale"], value: "3"), Damage(path: ["pictures"], value: "[\"../1.png\"]"),
        Damage(path: ["interrupted"], value: "false"),
        Damage(path: ["faces", "0", "origin"], value: "\"guess\""),
        Damage(path: ["faces", "0", "candidates"], value: "[]"),
        Damage(path: ["faces", "0", "another"], value: "1"),
        Damage(path: ["faces", "0", "candidates", "0", "certificate", "rms"], value: "-1"),
        Damage(path: ["regions", "0", "confidence"], value: "1.5"),
        Damage(path: ["regions", "0", "box"], value: "[1, 2, 3, 4]"),
        Damage(path: ["request", "faces"], value: "{\"some\": {}}"),
    ]

    @Test func whatIsMissingWrongOrTooMuchIsFound() throws {
        try withTemporaryDirectory { folder in
            let scene = try RestoreScene(in: folder)
            let run = try scene.restore([
                "photo.png", "--output", "out", "--count", "1", "--steps", "1", "--seed", "3",
            ])
            #expect(run.status < 2, "\(run)")
            let whole = try Data(contentsOf: folder.appendingPathComponent("out/photo/report.json"))
            let schema = try Self.schema()
            let faults = try schema.faults(of: whole)
            #expect(faults == [])
            for damage in Self.damages {
                let report = try damage.damaged(JSONSerialization.jsonObject(with: whole), damage.path[...])
                let faults = try schema.faults(of: JSONSerialization.data(withJSONObject: report))
                #expect(faults != [], "\(damage)")
            }
        }
    }
}
