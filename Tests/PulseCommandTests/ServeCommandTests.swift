import Foundation
import Imaging
import TestSupport
import Testing

/// `pulse serve` as programs meet it: the real server, over a socket.
@Suite struct ServeCommandTests {
    @Test func aPictureBecomesFaces() throws {
        try UpsampleScene.withPreparedHome { scene, home in
            try scene.add("face.png")
            try ServeScene.with(home: home, in: scene) { server in
                let picture = try server.send("face.png")
                let looked = try server.get("/pictures/\(picture)").json()
                #expect(
                    looked["width"] as? Int == 16
                        && (looked["suggested"] as? [String: Any])?["kind"] as? String == "whole")
                let asked: [String: Any] = [
                    "picture": picture, "options": ["seed": "3", "steps": 2, "count": 2],
                ]
                let started = try server.post("/jobs", asked, headers: ["Idempotency-Key": "one"])
                #expect(started.status == 201, "\(started)")
                let id = try #require(try started.json()["id"] as? String)
                #expect(started.headers["location"] == "/api/v1/jobs/\(id)")
                let again = try server.post("/jobs", asked, headers: ["Idempotency-Key": "one"])
                #expect(try again.status == 200 && again.json()["id"] as? String == id)
                #expect(
                    try server.post("/jobs", ["picture": picture], headers: ["Idempotency-Key": "one"]).status
                        == 422)
                let same = try server.post("/jobs", asked)
                #expect(
                    try same.status == 200 && same.json()["id"] as? String == id,
                    "the same is not searched for twice")

                let events = try server.get("/jobs/\(id)/events").text
                #expect(events.hasPrefix("retry: 2000\n\nevent: snapshot\ndata: {"))
                #expect(events.contains("event: candidate\n") || events.contains("\"state\":\"done\""))
                let job = try server.wait(for: id)
                let candidates = try #require(job["candidates"] as? [[String: Any]])
                #expect(candidates.count == 2 && job["note"] != nil)
                let sentences = try #require(job["sentences"] as? [String: Any])
                #expect((sentences["imagined"] as? String)?.contains("imagined") == true)
                for candidate in candidates {
                    let files = try #require(candidate["files"] as? [String: Any])
                    for key in ["picture", "small", "difference", "latents"] {
                        let file = try server.client.request("GET", try #require(files[key] as? String))
                        #expect(file.status == 200 && !file.body.isEmpty, "\(key)")
                    }
                }
                for key in ["overview", "spread", "report", "archive"] {
                    #expect(
                        try server.client.request("GET", try #require(job[key] as? String)).status == 200,
                        "\(key)")
                }
                // What the command line finds for the same picture and seed.
                let line = try PulseBinary.run(
                    ["upsample", "face.png", "-o", "out", "--seed", "3", "--steps", "2", "--count", "2"],
                    environment: ["PULSE_HOME": home.path], in: scene.folder)
                #expect([0, 1].contains(line.status), "\(line)")
                for number in 1...2 {
                    let served = try server.get("/jobs/\(id)/files/\(number).png").body
                    #expect(try served == Array(scene.bytes("out/face/\(number).png")), "face \(number)")
                }
                #expect(try Array(server.get("/jobs/\(id)/archive").body.prefix(4)) == [0x50, 0x4B, 3, 4])
                #expect(
                    try Picture(data: server.get("/jobs/\(id)/thumbnail").body, name: "thumbnail").width
                        == 192)
            }
        }
    }

    @Test func filesComeInPartsAndAreKnownAgain() throws {
        try UpsampleScene.with { scene in
            try scene.add("face.png")
            try ServeScene.with(in: scene) { server in
                let id = try server.start(server.send("face.png"))
                try server.wait(for: id)
                let whole = try server.get("/jobs/\(id)/files/1.png?download=1")
                #expect(
                    whole.headers["content-disposition"]?.contains("attachment; filename=\"pulse-") == true)
                let tag = try #require(whole.headers["etag"])
                #expect(
                    try server.get("/jobs/\(id)/files/1.png", headers: ["If-None-Match": tag]).status == 304)
                let part = try server.get("/jobs/\(id)/files/1.png", headers: ["Range": "bytes=10-19"])
                #expect(part.status == 206 && part.body == Array(whole.body[10..<20]))
                #expect(part.headers["content-range"] == "bytes 10-19/\(whole.body.count)")
                let old = try server.get(
                    "/jobs/\(id)/files/1.png", headers: ["Range": "bytes=0-1", "If-Range": "\"x\""])
                #expect(old.status == 200)
                #expect(
                    try server.get("/jobs/\(id)/files/1.png", headers: ["Range": "bytes=99999999-"]).status
                        == 416)
                for name in [
                    "../order.json", "..%2forder.json", "%2e%2e/order.json", "order.json", "1.png%00", "lock",
                ] {
                    #expect(try server.get("/jobs/\(id)/files/\(name)").status == 404, "\(name)")
                }
            }
        }
    }

    @Test func deletedMeansGone() throws {
        try UpsampleScene.with { scene in
            try scene.add("face.png")
            try ServeScene.with(in: scene) { server in
                let picture = try server.send("face.png")
                let ids = try (1...3).map { try server.start(picture, seed: $0) }
                for id in ids { try server.wait(for: id) }
                #expect(try server.get("/jobs").json()["total"] as? Int == 3)
                #expect(try server.client.request("DELETE", "/api/v1/jobs/\(ids[0])").status == 204)
                #expect(try server.get("/jobs/\(ids[0])").status == 404)
                #expect(!FileManager.default.fileExists(atPath: scene.url("serve/jobs/\(ids[0])").path))
                #expect(try server.client.request("DELETE", "/api/v1/pictures/\(picture)").status == 204)
                #expect(try server.get("/pictures/\(picture)/image").status == 404)
                // A job has what it needs.
                let more = try server.post("/jobs/\(ids[1])/more", ["count": 1])
                #expect(more.status == 201, "\(more)")
                try server.wait(for: try #require(try more.json()["id"] as? String))
                #expect(try server.client.request("DELETE", "/api/v1/jobs").status == 204)
                #expect(try server.get("/jobs").json()["total"] as? Int == 0)
                #expect(try scene.names("serve/jobs") == [] && scene.names("serve/pictures") == [])
            }
        }
    }

    @Test func cancellingKeepsTheBestSoFar() throws {
        try UpsampleScene.with { scene in
            try scene.add("face.png")
            try ServeScene.with(in: scene) { server in
                let picture = try server.send("face.png")
                let running = try server.start(picture, steps: 5000)
                let waiting = try server.start(picture, seed: 8, steps: 5000)
                let stepped = Date().addingTimeInterval(40)
                while Date() < stepped {
                    let candidates =
                        try server.get("/jobs/\(running)").json()["candidates"] as? [[String: Any]]
                    if candidates?.first?["step"] as? Int ?? 0 > 0 { break }
                    Thread.sleep(forTimeInterval: 0.1)
                }
                #expect(try server.get("/jobs/\(waiting)").json()["position"] as? Int == 0)
                #expect(try server.post("/jobs/\(waiting)/cancel").json()["state"] as? String == "cancelled")
                #expect(try server.post("/jobs/\(running)/cancel").status == 200)
                let job = try server.wait(for: running, ["cancelled"])
                let files = (job["candidates"] as? [[String: Any]])?.first?["files"] as? [String: Any]
                let face = try server.client.request("GET", try #require(files?["picture"] as? String))
                #expect(try Picture(data: face.body, name: "face").width == 1024)
            }
        }
    }

    /// A job that was accepted is done once, whatever ends the server, and with the bits of one that was never stopped.
    @Test func killsLoseNoJob() throws {
        try UpsampleScene.with { scene in
            try scene.add("face.png")
            try ServeScene.with(in: scene) { server in
                let picture = try server.send("face.png")
                var ids = [try server.start(picture, seed: 50, steps: 60)]
                for seed in 1...5 { ids.append(try server.start(picture, seed: seed)) }
                // Long enough for something of the first to be saved.
                let saved = scene.url("serve/jobs/\(ids[0])/out/.pulse-searches")
                #expect(server.process.wait { _ in FileManager.default.fileExists(atPath: saved.path) })
                for wait in [0.1, 0.4, 1.3] {
                    try server.restart()
                    Thread.sleep(forTimeInterval: wait)
                }
                try server.restart(after: SIGTERM)
                for id in ids { try server.wait(for: id, seconds: 120) }
                #expect(try server.get("/jobs").json()["total"] as? Int == ids.count)
                #expect(try server.get("/jobs/\(ids[0])").json()["resumed"] as? Int ?? 0 > 0)
                let line = try PulseBinary.run(
                    [
                        "upsample", "face.png", "-o", "out", "--mode", "classic", "--seed", "50", "--steps",
                        "60",
                    ]
                        + ["--tolerance", "255"], in: scene.folder)
                line.expectStatus(0)
                let served = try server.get("/jobs/\(ids[0])/files/1.png").body
                #expect(try served == Array(scene.bytes("out/face/1.png")))
            }
        }
    }

    @Test func oneServerForAFolder() throws {
        try UpsampleScene.with { scene in
            try ServeScene.with(in: scene) { server in
                let second = try PulseBinary.run(
                    ["serve", "--port", "0", "--folder", scene.url("serve").path], in: scene.folder)
                #expect(
                    second.status == 2 && second.standardError.contains("another 'pulse serve'"), "\(second)")
                let taken = try PulseBinary.run(
                    ["serve", "--port", "\(server.client.port)", "--folder", scene.url("other").path],
                    in: scene.folder)
                #expect(
                    taken.status == 2 && taken.standardError.contains("choose another --port"), "\(taken)")
            }
            let open = try PulseBinary.run(["serve", "--host", "0.0.0.0", "--no-token"], in: scene.folder)
            #expect(
                open.status == 2 && open.standardError.contains("--no-token is for this computer only"),
                "\(open)")
        }
    }

    /// Ctrl-C ends it within seconds also while somebody watches.
    @Test func itEndsWhileSomebodyWatches() throws {
        try UpsampleScene.with { scene in
            try scene.add("face.png")
            try ServeScene.with(in: scene) { server in
                let id = try server.start(server.send("face.png"), steps: 5000)
                let socket = try server.client.connect()
                defer { close(socket) }
                let line =
                    "GET /api/v1/jobs/\(id)/events HTTP/1.1\r\nHost: 127.0.0.1:\(server.client.port)\r\n"
                    + "Authorization: Bearer \(server.token)\r\n\r\n"
                _ = line.withCString { send(socket, $0, strlen($0), 0) }
                var byte = [UInt8](repeating: 0, count: 64)
                #expect(recv(socket, &byte, byte.count, 0) > 0)
                let start = Date()
                server.process.send(SIGTERM)
                let output = server.process.wait(timeout: 20)
                #expect(output.status == 0 && !output.timedOut, "\(output)")
                #expect(Date().timeIntervalSince(start) < 8)
            }
        }
    }
}
