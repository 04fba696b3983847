import Files
import Foundation
import HTTPTypes
import Hummingbird
import Search
import TestSupport
import Testing

@testable import Jobs
@testable import PulseServer

/// The server's parts by themselves.
@Suite struct ServerPartsTests {
    @Test(arguments: [
        ("bytes=0-0", 10, ByteRange.part(0..<1)), ("bytes=2-", 10, .part(2..<10)),
        ("bytes=-3", 10, .part(7..<10)),
        ("bytes=-30", 10, .part(0..<10)), ("bytes=5-99", 10, .part(5..<10)),
        ("bytes=10-", 10, .unsatisfiable),
        ("bytes=-0", 10, .unsatisfiable), ("bytes=4-2", 10, .whole), ("bytes=0-1,3-4", 10, .whole),
        ("lines=0-1", 10, .whole), ("bytes=a-b", 10, .whole), ("bytes=--1", 10, .whole),
        ("bytes=", 10, .whole),
        ("bytes=-1", 0, .unsatisfiable),
    ])
    func ranges(text: String, count: Int, range: ByteRange) { #expect(ByteRange(text, of: count) == range) }

    @Test func namesOfFilesAreOursOnly() {
        for name in ["1.png", "small-12.png", "report.json", "4.safetensors"] {
            #expect(WebServices.isFileName(name))
        }
        for name in [
            "", ".png", "..", "../1.png", "1.png/", "a/b.png", "1.exe", "1.png.png", "Á.png", "1.PNG",
            "a%2f.png",
        ] {
            #expect(!WebServices.isFileName(name), "\(name)")
        }
    }

    private func refusal(_ change: (inout JobOptions) -> Void) -> Problem? {
        var options = JobOptions()
        change(&options)
        do { _ = try options.request { "\($0)" } } catch { return error }
        return nil
    }

    @Test func optionsAreCheckedAsTheCommandLineDoes() throws {
        let request = try JobOptions().request { "\($0)" }
        #expect(request.count == 4 && type(of: request.method).name == "fast" && request.operator == nil)
        #expect(refusal { $0.count = 0 }?.kind == .badOption)
        #expect(refusal { $0.count = 17 }?.kind == .badOption)
        #expect(refusal { $0.seed = "-1" } != nil)
        #expect(refusal { $0.seed = "007" } != nil)
        #expect(refusal { $0.seed = "18446744073709551616" } != nil)
        #expect(refusal { $0.seed = "18446744073709551615" } == nil)
        #expect(refusal { $0.mode = "slow" } != nil)
        #expect(refusal { $0.operator = "sinc" } != nil)
        #expect(refusal { $0.steps = 0 } != nil)
        #expect(refusal { $0.tolerance = -1 } != nil)
        #expect(refusal { $0.size = 7 } != nil)
        #expect(refusal { $0.inputNoise = "loud" } != nil)
        #expect(refusal { $0.inputNoise = "jpeg:30" } == nil)
        #expect(refusal { ($0.mode, $0.exactFit) = ("classic", false) } != nil)
        #expect(refusal { ($0.mode, $0.steps) = ("classic", 3) } == nil)
        var options = JobOptions()
        (options.seed, options.steps, options.inputNoise, options.exactFit) = ("5", 3, "grey:20", false)
        let asked = try options.request { "\($0)" }
        let complete = JobOptions(of: asked, size: 32)
        #expect(complete.seed == "5" && complete.steps == 3 && complete.inputNoise == "grey:20.0")
        #expect(try complete.request { "\($0)" }.json == asked.json)
    }

    @Test func targetsAreReadAsTheyAreWritten() throws {
        for target in [
            JobTarget.whole, .face(2), .mosaic(1), .region(Box(x: 1, y: 2, width: 30, height: 40.5)),
        ] {
            #expect(try JSONDecoder().decode(JobTarget.self, from: JSONEncoder().encode(target)) == target)
        }
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(JobTarget.self, from: Data(#"{"kind":"all"}"#.utf8))
        }
    }

    // MARK: - Who may come in

    private func request(
        _ method: HTTPRequest.Method, _ path: String, _ host: String?, _ headers: HTTPFields = [:]
    )
        -> Request
    {
        Request(
            head: HTTPRequest(
                method: method, scheme: "http", authority: host, path: path, headerFields: headers),
            body: .init(buffer: .init()))
    }

    private func status(_ keeper: Doorkeeper, _ request: Request) -> Int {
        do { _ = try keeper.client(of: request) } catch { return error.kind.status }
        return 200
    }

    @Test func onlyWhoKnowsTheSecretComesIn() throws {
        let keeper = Doorkeeper(token: "secret", names: ["127.0.0.1", "localhost"])
        keeper.open(port: 7860)
        let path = "/api/v1/jobs"
        #expect(status(keeper, request(.get, "/", "localhost:7860")) == 200)
        #expect(status(keeper, request(.get, path, "localhost:7860")) == 401)
        #expect(
            status(keeper, request(.get, path, "localhost:7860", [.authorization: "Bearer secret"])) == 200)
        #expect(
            status(keeper, request(.get, path, "localhost:7860", [.authorization: "Bearer secre"])) == 401)
        #expect(status(keeper, request(.get, path, "localhost:7860", [.authorization: "secret"])) == 401)
        #expect(throws: Problem.self) { try keeper.admit("wrong") }
        let cookie = try keeper.admit("secret")
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
        let pair = String(cookie.prefix { $0 != ";" })
        #expect(status(keeper, request(.get, path, "127.0.0.1:7860", [.cookie: "a=b; \(pair)"])) == 200)
        #expect(status(keeper, request(.get, path, "127.0.0.1:7860", [.cookie: "pulse-7861=x"])) == 401)
        let other = Doorkeeper(token: "secret", names: ["127.0.0.1"])
        other.open(port: 7860)
        #expect(
            status(other, request(.get, path, "127.0.0.1:7860", [.cookie: pair])) == 401,
            "of an earlier server")
    }

    @Test func otherSitesAndOtherNamesAreKeptOut() {
        let keeper = Doorkeeper(token: nil, names: ["127.0.0.1", "localhost", "[::1]"])
        keeper.open(port: 7860)
        for host in [
            "evil.test:7860", "localhost.evil.test:7860", "localhost", "127.0.0.1:80", "", "localhost:78600",
        ] {
            #expect(status(keeper, request(.get, "/", host)) == 403, "\(host)")
        }
        #expect(status(keeper, request(.get, "/", nil)) == 400)
        #expect(status(keeper, request(.get, "/", "LOCALHOST:7860")) == 200)
        #expect(status(keeper, request(.get, "/", "[::1]:7860")) == 200)
        let (host, path) = ("localhost:7860", "/api/v1/jobs")
        for origin in ["http://evil.test", "null", "http://localhost:7861", "https://localhost:7860"] {
            #expect(status(keeper, request(.post, path, host, [.origin: origin])) == 403, "\(origin)")
            #expect(status(keeper, request(.get, path, host, [.origin: origin])) == 403, "\(origin)")
        }
        #expect(status(keeper, request(.post, path, host, [.origin: "http://localhost:7860"])) == 200)
        #expect(status(keeper, request(.post, path, host)) == 200, "no browser")
        var elsewhere = HTTPFields()
        elsewhere[named: "Sec-Fetch-Site"] = "cross-site"
        #expect(status(keeper, request(.get, path, host, elsewhere)) == 403)
        #expect(
            status(keeper, request(.get, "/", host, elsewhere)) == 200,
            "a link to the page")
    }

    // MARK: - What is inside the program

    private var page: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/PulseServer/Page").standardizedFileURL
    }

    @Test func everyFileOfThePageIsInTheProgram() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: page.path).sorted()
        #expect(PageFiles.names.sorted() == names)
        for name in names {
            #expect(
                try PageFiles.bytes(name) == Array(Data(contentsOf: page.appendingPathComponent(name))),
                "\(name)")
        }
        #expect(PageFiles.bytes("nothing.js") == [])
    }

    @Test func thePageSaysEverythingInBothLanguages() throws {
        let text = try String(contentsOf: page.appendingPathComponent("text.js"), encoding: .utf8)
        let parts = text.components(separatedBy: "\n  zh: {")
        #expect(parts.count == 2)
        func keys(_ part: String) -> Set<String> {
            Set(
                part.matches(of: /(?m)(?:^|[,{]) *"?([a-zA-Z][a-zA-Z.]*)"?: +(?:"|[a-zA-Z(])/).map {
                    String($0.1)
                })
        }
        let (english, chinese) = (keys(parts[0]), keys(parts[1].components(separatedBy: "\n};")[0]))
        #expect(english.subtracting(["en"]).subtracting(chinese) == [] && chinese.subtracting(english) == [])
        #expect(chinese.count > 80)
    }

    @Test func theDescriptionKnowsEveryAddressAndNoOther() throws {
        let document = try #require(
            JSONSerialization.jsonObject(with: Data(PageFiles.openAPI)) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        let described = Set(
            paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
        try withTemporaryDirectory { folder in
            let settings = ServerSettings(folder: FilePath(folder), executable: "", wording: { "\($0)" })
            let store = try Store(in: settings.folder)
            let services = WebServices(
                store: store, board: JobBoard(store: store, settings: settings, logger: .init(label: "test")),
                looks: LookDesk(settings: settings), doorkeeper: Doorkeeper(token: nil, names: []),
                counter: RequestCounter(), settings: settings)
            let served = services.routes.map { "\($0.method.rawValue) \($0.path)" }.filter {
                $0.contains("/api/")
            }
            #expect(Set(served) == described)
        }
    }
}
