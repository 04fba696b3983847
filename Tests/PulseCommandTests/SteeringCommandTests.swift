import Checkpoints
import Files
import Foundation
import Tensors
import TestSupport
import Testing

/// More faces like one, moved along directions.
@Suite struct SteeringCommandTests {
    private func writeDirection(_ scene: UpsampleScene, _ name: String, shape: [Int], value: Float = 0.1)
        throws
    {
        try writeSafetensors(
            [("direction", Tensor(Array(repeating: value, count: shape.reduce(1, *)), shape: shape))],
            metadata: [:],
            to: FilePath(scene.url(name)))
    }

    @Test func directionsAreKeptForAModel() throws {
        try UpsampleScene.withPreparedHome { scene, home in
            func directions(_ more: [String]) throws -> PulseBinary.Output {
                try PulseBinary.run(
                    ["model", "directions", "mobilestylegan-ffhq-1024"] + more,
                    environment: ["PULSE_HOME": home.path],
                    in: scene.folder)
            }
            try writeDirection(scene, "age.safetensors", shape: [1, 512])
            try writeDirection(scene, "rows.safetensors", shape: [18, 512])
            let added = try directions(["--add", "age=age.safetensors", "--add", "smile=rows.safetensors"])
            added.expectStatus(0)
            #expect(added.standardOutput.hasSuffix("axis-8\nage\nsmile\n"), "\(added)")
            try writeDirection(scene, "short.safetensors", shape: [500])
            try writeDirection(scene, "nothing.safetensors", shape: [512], value: 0)
            for (line, words) in [
                ("x=short.safetensors", "[500]"), ("x=nothing.safetensors", "one tensor of 512"),
                ("Big=age.safetensors", "cannot be a direction's name"), ("axis-9=age.safetensors", "axis-N"),
                ("x=missing.pt", "missing.pt"),
            ] {
                let refused = try directions(["--add", line])
                #expect(refused.status == 2 && refused.standardError.contains(words), "\(refused)")
            }
            #expect(try directions(["--remove", "age"]).standardOutput.hasSuffix("axis-8\nsmile\n"))
            #expect(try directions(["--remove", "age"]).standardError.contains("no direction called 'age'"))

            try scene.add("face.png")
            func upsample(_ more: [String]) throws -> PulseBinary.Output {
                try PulseBinary.run(
                    ["upsample", "face.png", "--seed", "3", "--steps", "2", "--count", "1", "--force"] + more,
                    environment: ["PULSE_HOME": home.path], in: scene.folder)
            }
            #expect(try [0, 1].contains(upsample(["-o", "out"]).status))
            let near = ["--near", "out/face/1.safetensors"]
            #expect(try [0, 1].contains(upsample(["-o", "near"] + near).status))
            let moved = try upsample(["-o", "moved", "--steer", "smile=2", "--steer", "axis-1=-1"] + near)
            #expect([0, 1].contains(moved.status), "\(moved)")
            #expect(try scene.bytes("near/face/1.png") != scene.bytes("moved/face/1.png"))
            // The report says it all.
            let again = try PulseBinary.run(
                ["upsample", "--from", "moved/face/report.json", "-o", "again"],
                environment: ["PULSE_HOME": home.path],
                in: scene.folder)
            #expect([0, 1].contains(again.status), "\(again)")
            #expect(try scene.bytes("again/face/1.png") == scene.bytes("moved/face/1.png"))
            for (more, words) in [
                (["--steer", "smile=1"], "--steer moves the face of --near"),
                (near + ["--steer", "age=1"], "no direction called 'age'"),
                (near + ["--steer", "smile=9"], "steer"),
                (["--near", "face.png"], "face.png"), (near + ["--mode", "classic"], "--mode fast"),
            ] {
                let refused = try upsample(["-o", "refused"] + more)
                #expect(refused.status == 2 && refused.standardError.contains(words), "\(refused)")
            }
        }
    }

    @Test func theServerFindsMoreLikeOne() throws {
        try UpsampleScene.withPreparedHome { scene, home in
            try scene.add("face.png")
            try ServeScene.with(home: home, in: scene) { server in
                let picture = try server.send("face.png")
                let options: [String: Any] = ["seed": "3", "steps": 2, "count": 1]
                let first = try server.post("/jobs", ["picture": picture, "options": options])
                let id = try #require(try first.json()["id"] as? String)
                try server.wait(for: id)
                let steer = [["direction": "axis-2", "amount": 1.5]]
                let more = try server.post("/jobs/\(id)/more", ["count": 1, "like": 1, "steer": steer])
                #expect(more.status == 201, "\(more)")
                let next = try #require(try more.json()["id"] as? String)
                #expect(next != id)
                try server.wait(for: next)
                for body in [
                    ["like": 2], ["steer": steer],
                    ["like": 1, "steer": [["direction": "axis-99", "amount": 1]]],
                    ["like": 1, "steer": [["direction": "axis-1", "amount": 7]]], ["count": 0],
                ] as [[String: Any]] {
                    #expect(try server.post("/jobs/\(id)/more", body).status == 422, "\(body)")
                }
                let models = try #require(try server.get("/models").json()["models"] as? [[String: Any]])
                #expect((models.first?["directions"] as? [String])?.prefix(2) == ["axis-1", "axis-2"])
            }
        }
    }
}
