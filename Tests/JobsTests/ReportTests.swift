import Degradation
import Files
import Foundation
import Imaging
import Search
import TestSupport
import Testing

@testable import Jobs

/// A report as the tests need one.
func anyReport(seed: UInt64 = .max, interrupted: Bool? = nil) -> Report {
    let certificate = Certificate(
        of: .canvas(width: 64, height: 64, fill: (9, 9, 9)),
        input: .canvas(width: 8, height: 8, fill: (4, 4, 4)),
        degradation: Resampling(from: 64, to: 8))
    return Report(
        input: .init("faces/a.png", sha256: "00ff", width: 8, height: 8),
        model: .init(name: "m", sha256: "11"),
        request: UpsampleRequest(model: "m", method: ClassicMethod(), seed: seed), kernels: "portable",
        candidates: [
            .init(
                file: "1.png", latents: "1.safetensors", certificate: certificate, steps: 3, bestAfter: 2,
                ended: "budget", seconds: 1.5, accepted: true)
        ],
        interrupted: interrupted, peakMemoryBytes: 123, seconds: 2)
}

/// What a search in fast mode knows of the operator.
func anyGuess(_ likeliest: String, margin: Double) throws -> OperatorGuess {
    let json = """
        {"likeliest": "\(likeliest)", "next": "lanczos", "margin": \(margin), "isUndetermined": \(margin < OperatorGuess.limit)}
        """
    return try JSONDecoder().decode(OperatorGuess.self, from: Data(json.utf8))
}

@Suite struct ReportTests {
    @Test(arguments: [
        ("nearest", 6.0, "nearest", "chose nearest"), ("nearest", 1.0, "bicubic", "undetermined"),
    ])
    func saysHowTheOperatorWasChosen(_ likeliest: String, _ margin: Double, chosen: String, words: String)
        throws
    {
        func report(_ request: UpsampleRequest, _ guess: OperatorGuess?) -> Report {
            Report(
                input: .init("a.png", sha256: "00", width: 16, height: 16),
                model: .init(name: "m", sha256: "11"),
                request: request, operatorGuess: guess, kernels: "portable", candidates: [],
                peakMemoryBytes: 1,
                seconds: 1)
        }
        let guess = try anyGuess(likeliest, margin: margin)
        let open = report(UpsampleRequest(model: "m", method: FastMethod(), seed: 1), guess)
        #expect(open.operator == chosen && open.operatorNote?.contains(words) == true)
        let again = try JSONDecoder().decode(Report.self, from: open.json())
        #expect(again.operatorGuess == guess && again.request?.operator == nil)
        // What is asked for is taken, whatever the input looks like.
        let asked = UpsampleRequest(model: "m", method: FastMethod(), operator: "box", seed: 1)
        #expect(asked.chosenOperator(isMosaic: false, guess: guess).name == "box")
        #expect(report(asked, nil).operatorNote == nil)
        let unknown = report(UpsampleRequest(model: "m", method: FastMethod(), seed: 1), nil)
        #expect(unknown.operator == "bicubic" && unknown.operatorNote?.contains("not examined") == true)
    }

    @Test func hasTheAgreedFields() throws {
        let object = try JSONSerialization.jsonObject(with: anyReport().json()) as? [String: Any]
        let root = try #require(object)
        #expect(
            Set(root.keys) == [
                "input", "model", "mode", "operator", "operatorNote", "seed", "request", "kernels",
                "candidates",
                "peakMemoryBytes", "seconds", "version",
            ])
        let candidate = try #require((root["candidates"] as? [[String: Any]])?.first)
        #expect(
            Set(candidate.keys) == [
                "file", "latents", "rms", "max", "mse", "steps", "bestAfter", "ended", "seconds", "accepted",
            ])
        #expect(
            Set(try #require(root["input"] as? [String: Any]).keys) == ["file", "sha256", "width", "height"])
        #expect(Set(try #require(root["model"] as? [String: Any]).keys) == ["name", "sha256"])
        #expect(root["version"] as? String == pulseVersion)
    }

    /// What has damaged an input is beside the number that earlier reports had alone.
    @Test func judgementsNameWhatHasDamagedTheInput() throws {
        let earlier = Data(#"{"searchedRMS": 3, "searchedFaceRMS": 2, "isConvincing": true}"#.utf8)
        var judgement = try JSONDecoder().decode(Judgement.self, from: earlier)
        func keys() throws -> Set<String> {
            let data = try JSONEncoder().encode(judgement)
            #expect(try JSONDecoder().decode(Judgement.self, from: data) == judgement)
            return Set(try #require(JSONSerialization.jsonObject(with: data) as? [String: Any]).keys)
        }
        let always: Set<String> = ["searchedRMS", "searchedFaceRMS", "isConvincing"]
        #expect(try keys() == always)
        (judgement.inputNoiseKind, judgement.inputNoise, judgement.jpegQuality) = (.jpeg, 9, 40)
        #expect(try keys() == always.union(["inputNoiseKind", "inputNoise", "jpegQuality"]))
        (judgement.inputNoiseKind, judgement.outlierPercent) = (.saltAndPepper, 3)
        let text = String(decoding: try JSONEncoder().encode(judgement), as: UTF8.self)
        #expect(
            text.contains("\"inputNoiseKind\":\"salt-and-pepper\"") && text.contains("\"outlierPercent\":3"))
    }

    @Test func isTheSameBytesEachTime() throws {
        let first = try anyReport().json()
        for _ in 0..<5 { #expect(try anyReport().json() == first) }
        let text = String(decoding: first, as: UTF8.self)
        #expect(text.contains("\"seed\" : 18446744073709551615"))
        #expect(text.contains("\"file\" : \"faces/a.png\""))
        #expect(try JSONDecoder().decode(Report.self, from: first).json() == first)
    }

    @Test func readsWhatVersionZeroOneWrote() throws {
        let text = """
            {"candidates": [{"accepted": true, "file": "1.png", "max": 1, "mse": 2, "rms": 3, "seconds": 4, "steps": 5}],
            "input": {"file": "a.png", "height": 8, "sha256": "00", "width": 8}, "mode": "classic",
            "model": {"name": "m", "sha256": "11"}, "operator": "bicubic", "peakMemoryBytes": 1, "seconds": 1, "seed": 1,
            "version": "0.1.0"}
            """
        let report = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
        #expect(report.request == nil && report.files == nil && report.candidates.count == 1)
    }

    @Test func keepsAPathThatIsNotText() {
        let path = FilePath(bytes: [0x61, 0xFF, 0x2E, 0x70])
        let input = Report.Input(path, sha256: "", width: 8, height: 8)
        #expect(input.path == path && input.fileBytes != nil)
        #expect(Report.Input("caf\u{E9}.png", sha256: "", width: 8, height: 8).fileBytes == nil)
    }

    @Test func knowsTheMemoryInUse() {
        #expect(peakMemoryBytes() > 1 << 20)
        #expect(peakMemoryBytes() < 1 << 40)
    }
}

@Suite struct UpsampleRequestTests {
    @Test func comesBackFromJSONAsItWas() throws {
        var method = ClassicMethod()
        method.loss = try LossExpression("10*L1+0.5*GEOCROSS")
        (method.steps, method.zeroNoise, method.noise) = (7, [1, 3], .fixed)
        (method.optimizer, method.schedule, method.tileLatent) = (.adamax, .fixed, true)
        let request = UpsampleRequest(
            model: "m", method: method, operator: "box", seed: .max, count: 3, tolerance: 2.5,
            savesIntermediate: true)
        let data = try JSONEncoder().encode(request)
        let again = try JSONDecoder().decode(UpsampleRequest.self, from: data)
        #expect(again.method as? ClassicMethod == method)
        #expect(again.model == "m" && again.operator == "box" && again.seed == .max && again.count == 3)
        #expect(again.tolerance == 2.5 && again.savesIntermediate)
    }

    @Test(arguments: [("mode", "\"slow\""), ("operator", "\"sinc\""), ("options", "{}"), ("seed", "-1")])
    func refusesWhatThisVersionDoesNotKnow(_ key: String, _ value: String) throws {
        let data = try JSONEncoder().encode(UpsampleRequest(model: "m", method: ClassicMethod(), seed: 1))
        var object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        object[key] = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
        let changed = try JSONSerialization.data(withJSONObject: object)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(UpsampleRequest.self, from: changed) }
    }
}
