import Foundation
import Imaging
import TestSupport
import Testing

/// What a server on a person's computer must expect: pages of other sites, other names, and requests that mean harm.
@Suite struct ServeHostileTests {
    /// Every answer is a problem with a sentence, within a second, and with the headers that keep pages apart.
    private func refused(
        _ answer: @autoclosure () throws -> RawHTTP.Answer, _ status: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) rethrows {
        let start = Date()
        let answer = try answer()
        #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
        #expect(Date().timeIntervalSince(start) < 3, sourceLocation: sourceLocation)
        #expect(answer.headers["content-type"] == "application/problem+json", sourceLocation: sourceLocation)
        #expect(answer.text.contains("urn:pulse:problem:"), sourceLocation: sourceLocation)
        #expect(answer.headers["content-security-policy"]?.contains("default-src 'none'") == true)
        #expect(answer.headers["x-content-type-options"] == "nosniff")
        #expect(answer.headers["access-control-allow-origin"] == nil)
    }

    @Test func requestsThatMeanHarmAreRefused() throws {
        try UpsampleScene.with { scene in
            try scene.add("face.png")
            try ServeScene.with(in: scene) { server in
                let client = server.client
                let jobs = "/api/v1/jobs"
                // Without the secret.
                try refused(client.request("GET", jobs, headers: ["Authorization": ""]), 401)
                try refused(client.request("GET", jobs, headers: ["Authorization": "Bearer x"]), 401)
                // By another name, and from another page.
                try refused(client.request("GET", jobs, headers: ["Host": "evil.test:\(client.port)"]), 403)
                try refused(
                    client.request("GET", "/", headers: ["Host": "localhost.evil.test:\(client.port)"]), 403)
                try refused(client.json("POST", jobs, [:], headers: ["Origin": "http://evil.test"]), 403)
                try refused(client.json("POST", jobs, [:], headers: ["Origin": "null"]), 403)
                try refused(client.request("GET", jobs, headers: ["Sec-Fetch-Site": "cross-site"]), 403)
                try refused(client.request("OPTIONS", jobs, headers: ["Origin": "http://evil.test"]), 403)
                // What no address knows.
                let patched = try client.request("PATCH", jobs)
                #expect(
                    patched.status == 405 && patched.headers["allow"] == "DELETE, GET, POST", "\(patched)")
                try refused(client.request("GET", "/api/v1/nothing"), 404)
                try refused(client.request("GET", "/page/../../etc/passwd"), 404)
                try refused(client.request("GET", "/page/%2e%2e%2fetc%2fpasswd"), 404)
                try refused(client.request("GET", jobs + "/%00"), 404)
                try refused(client.request("GET", jobs + "?limit=0"), 422)
                try refused(client.request("GET", jobs + "?before=x"), 404)
                // Bodies that are not what they should be.
                let json = ["Content-Type": "application/json"]
                for body in [
                    "{", "[]", "null", #"{"picture":1}"#, #"{"picture":"x","target":{"kind":"face"}}"#,
                    "\u{0}",
                ] {
                    try refused(client.request("POST", jobs, headers: json, body: Array(body.utf8)), 422)
                }
                try refused(
                    client.request("POST", jobs, headers: ["Content-Type": "text/plain"], body: [1]), 415)
                try refused(client.json("POST", jobs, ["picture": "x"]), 404)
                try refused(
                    client.request("POST", jobs, headers: json, body: Array(repeating: 32, count: 70_000)),
                    413)
                try refused(
                    client.exchange(
                        Array(
                            ("POST /api/v1/pictures HTTP/1.1\r\nHost: 127.0.0.1:\(client.port)\r\n"
                                + "Authorization: Bearer \(server.token)\r\nContent-Length: 40000000\r\n\r\n")
                                .utf8)), 413)
                #expect(
                    try client.exchange(Array("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".utf8)).status
                        >= 400)
                #expect(try client.exchange(Array("NONSENSE\r\n\r\n".utf8)).status == 400)
                #expect(try server.get("/health").status == 200)
            }
        }
    }

    @Test func picturesThatMeanHarmAreRefused() throws {
        try UpsampleScene.with { scene in
            try scene.add("face.png")
            try ServeScene.with(in: scene) { server in
                func post(_ bytes: [UInt8], type: String = "image/png") throws -> RawHTTP.Answer {
                    try server.client.request(
                        "POST", "/api/v1/pictures", headers: ["Content-Type": type], body: bytes)
                }
                let face = Array(try scene.bytes("face.png"))
                var bomb = face
                // The header of a picture of 20,000 × 20,000 pixels.
                bomb.replaceSubrange(16..<24, with: [0, 0, 0x4E, 0x20, 0, 0, 0x4E, 0x20])
                for (name, bytes) in [
                    ("empty", []), ("truncated", Array(face.prefix(60))), ("a bomb", bomb),
                    ("text", Array("hello".utf8)), ("a script", Array("<svg onload=alert(1)>".utf8)),
                    ("a zip", [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 60)),
                ] as [(String, [UInt8])] {
                    let answer = try post(bytes)
                    #expect(
                        answer.status == 422 && answer.text.contains("unreadable-picture"),
                        "\(name): \(answer)")
                    #expect(!answer.text.contains(scene.folder.path), "\(name) tells a path: \(answer)")
                }
                #expect(try post(face, type: "multipart/form-data; boundary=x").status == 415)
                #expect(try scene.names("serve/pictures") == [])
                #expect(try post(face, type: "application/octet-stream").status == 201)
            }
        }
    }

    /// Who asks slowly, or not at all, costs nothing for long.
    @Test func slowClientsAreLeft() throws {
        try UpsampleScene.with { scene in
            try ServeScene.with(in: scene) { server in
                let silent = try server.client.connect()
                defer { close(silent) }
                _ = "GET / HTTP/1.1\r\nHost: ".withCString { send(silent, $0, strlen($0), 0) }
                var byte: UInt8 = 0
                let start = Date()
                // The server closes before the test's own patience of 20 seconds ends.
                while recv(silent, &byte, 1, 0) > 0 {}
                #expect(Date().timeIntervalSince(start) < 19)
                #expect(try server.get("/health").status == 200)
            }
        }
    }
}
