import Foundation
import TestSupport
import Testing

/// The real server on a free port, with a folder of its own.
final class ServeScene {
    let scene: UpsampleScene
    let home: URL?
    private(set) var process: PulseBinary.Running
    private(set) var client: RawHTTP
    private(set) var token = ""
    private let options: [String]

    static let base = "/api/v1"

    /// - Parameter options: of `pulse serve`.
    static func with(
        _ options: [String] = [], home: URL? = nil, in scene: UpsampleScene,
        _ body: (ServeScene) throws -> Void
    )
        throws
    {
        let server = try ServeScene(scene, home, options)
        defer {
            server.process.interrupt()
            _ = server.process.wait(timeout: 20)
        }
        try body(server)
    }

    private init(_ scene: UpsampleScene, _ home: URL?, _ options: [String]) throws {
        (self.scene, self.home, self.options) = (scene, home, options)
        process = try ServeScene.started(scene, home, options)
        client = RawHTTP(port: 0)
        try connect()
    }

    private static func started(_ scene: UpsampleScene, _ home: URL?, _ options: [String]) throws
        -> PulseBinary.Running
    {
        try PulseBinary.start(
            ["serve", "--port", "0", "--folder", scene.url("serve").path] + options,
            environment: home.map { ["PULSE_HOME": $0.path] } ?? [:], in: scene.folder)
    }

    private func connect() throws {
        try #require(process.wait { $0.standardOutputSoFar.contains("\n") }, "\(process.standardErrorSoFar)")
        let address = process.standardOutputSoFar.split(separator: "\n")[0]
        let match = try #require(
            address.firstMatch(of: /^http:\/\/127\.0\.0\.1:(\d+)\/(?:#token=(.+))?$/), "\(address)")
        token = String(match.2 ?? "")
        client = RawHTTP(
            port: try #require(Int(match.1)),
            headers: token.isEmpty ? [:] : ["Authorization": "Bearer \(token)"])
    }

    /// Kills the server and starts another one with the same folder.
    func restart(after signal: Int32 = SIGKILL) throws {
        process.send(signal)
        _ = process.wait(timeout: 20)
        process = try ServeScene.started(scene, home, options)
        try connect()
    }

    func get(_ path: String, headers: [String: String] = [:]) throws -> RawHTTP.Answer {
        try client.request("GET", ServeScene.base + path, headers: headers)
    }

    func post(_ path: String, _ value: [String: Any] = [:], headers: [String: String] = [:]) throws
        -> RawHTTP.Answer
    {
        try client.json("POST", ServeScene.base + path, value, headers: headers)
    }

    /// Sends a picture and gives its id.
    func send(_ file: String) throws -> String {
        let answer = try client.request(
            "POST", ServeScene.base + "/pictures", headers: ["Content-Type": "image/png"],
            body: Array(try scene.bytes(file)))
        try #require(answer.status == 201, "\(answer)")
        return try #require(try answer.json()["id"] as? String)
    }

    /// Starts the shortest search there is, and gives the job's id.
    func start(_ picture: String, seed: Int = 7, steps: Int = 1, count: Int = 1) throws -> String {
        let answer = try post(
            "/jobs",
            [
                "picture": picture,
                "options": [
                    "seed": "\(seed)", "steps": steps, "count": count, "mode": "classic", "tolerance": 255,
                ],
            ])
        try #require([200, 201].contains(answer.status), "\(answer)")
        return try #require(try answer.json()["id"] as? String)
    }

    /// Waits for a job to be in a state.
    @discardableResult
    func wait(for id: String, _ states: Set<String> = ["done"], seconds: Double = 60) throws -> [String: Any]
    {
        let end = Date().addingTimeInterval(seconds)
        while true {
            let answer = try get("/jobs/\(id)")
            let job = try answer.json()
            if let state = job["state"] as? String, states.contains(state) { return job }
            try #require(Date() < end, "\(answer)")
            Thread.sleep(forTimeInterval: 0.1)
        }
    }
}
