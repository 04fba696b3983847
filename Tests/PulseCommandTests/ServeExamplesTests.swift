import Foundation
import Imaging
import TestSupport
import Testing

/// The examples in Documentation/Server.md do what it says.
@Suite struct ServeExamplesTests {
    private func example(_ language: String) throws -> String {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Documentation/Server.md").standardizedFileURL
        let text = try String(contentsOf: page, encoding: .utf8)
        let parts = text.components(separatedBy: "```\(language)\n")
        try #require(parts.count == 2)
        return parts[1].components(separatedBy: "```")[0]
    }

    /// - Parameter line: of shell; what it needs and is not there is no fault of the example.
    private func run(
        _ language: String, _ line: String, needing program: String,
        check: (UpsampleScene, String) throws -> Void
    ) throws {
        try UpsampleScene.withPreparedHome { scene, home in
            try scene.add("face.png")
            try ServeScene.with(home: home, in: scene) { server in
                let token = scene.url("serve/token").path
                let code = try example(language)
                    .replacingOccurrences(of: "127.0.0.1:7860", with: "127.0.0.1:\(server.client.port)")
                    .replacingOccurrences(of: "~/.local/share/pulse/serve/token", with: token)
                try Data(("set -e\n" + code).utf8).write(to: scene.url("example.sh"))
                try Data(code.utf8).write(to: scene.url("example.py"))
                let output = try PulseBinary.shell(
                    "command -v \(program) >/dev/null || exit 77; \(line)", in: scene.folder)
                if output.status == 77 { return }
                #expect(output.status == 0, "\(output)")
                try check(scene, output.standardOutput)
            }
        }
    }

    @Test func theOneForCurl() throws {
        try run("sh", "bash example.sh", needing: "curl") { scene, _ in
            let answer = try Picture(contentsOf: scene.url("1.png"))
            #expect(answer.width == 1024)
            let events = try String(contentsOf: scene.url("events.txt"), encoding: .utf8)
            #expect(events.contains("event: snapshot"))
        }
    }

    @Test func theOneForPython() throws {
        try run("python", "python3 example.py", needing: "python3") { scene, printed in
            #expect(printed.split(separator: "\n").count == 2)
            let answer = try Picture(contentsOf: scene.url("answer-2.png"))
            #expect(answer.width == 1024)
        }
    }
}
