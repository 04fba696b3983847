import Foundation
import TestSupport
import Testing

/// What scripts rely on before any model is needed: exit codes, and where text goes.
@Suite struct CommandLineTests {
    @Test(arguments: [
        ["--help"], ["upsample", "--help"], ["generate", "--help"], ["align", "--help"], ["model", "--help"],
    ])
    func helpIsAnAnswer(arguments: [String]) throws {
        let output = try PulseBinary.run(arguments)
        #expect(output.status == 0, "\(output)")
        #expect(output.standardOutput.contains("USAGE"))
        #expect(output.standardError.isEmpty, "\(output)")
    }

    @Test(arguments: ["upsample", "generate", "align"]) func outputHasAShortForm(command: String) throws {
        let output = try PulseBinary.run([command, "--help"])
        #expect(output.standardOutput.contains("-o, --output <"), "\(output)")
    }

    /// Not every model makes faces.
    @Test func generateIsForEveryModel() throws {
        let output = try PulseBinary.run(["generate", "--help"])
        #expect(output.standardOutput.range(of: "face", options: .caseInsensitive) == nil, "\(output)")
    }

    @Test func namesItsVersion() throws {
        let output = try PulseBinary.run(["--version"])
        #expect(output.status == 0)
        #expect(
            output.standardOutput.trimmingCharacters(in: .newlines).allSatisfy { $0.isNumber || $0 == "." })
        #expect(!output.standardOutput.isEmpty)
    }

    /// Each is refused at once, with exit code 2, a message that names what is wrong, and nothing on standard
    /// output.
    @Test(arguments: [
        (["frobnicate"], "frobnicate"),
        (["--frobnicate"], "--frobnicate"),
        (["upsample"], "inputs"),
        (["upsample", "a.png"], "--output"),
        (["upsample", "a.png", "--output", "o", "--mode", "slow"], "slow"),
        (["upsample", "a.png", "--output", "o", "--eps", "1"], "--mode classic"),
        (["upsample", "a.png", "--output", "o", "--mode", "classic", "--spread", "1"], "--mode fast"),
        (["upsample", "a.png", "--output", "o", "--spread", "3"], "spread"),
        (["upsample", "a.png", "--output", "o", "--input-noise", "65"], "noise"),
        (["upsample", "a.png", "--output", "o", "--input-noise", "jpeg:0"], "quality"),
        (["upsample", "a.png", "--output", "o", "--input-noise", "rain"], "rain"),
        (["upsample", "a.png", "--output", "o", "--steps", "0"], "steps"),
        (["upsample", "a.png", "--output", "o", "--count", "0"], "--count"),
        (["upsample", "a.png", "--output", "o", "--batch", "0"], "--batch"),
        (["upsample", "a.png", "--output", "o", "--threads", "0"], "--threads"),
        (["upsample", "a.png", "--output", "o", "--seed", "x"], "--seed"),
        (["upsample", "a.png", "--output", "o", "--tolerance", "nan"], "tolerance"),
        (["upsample", "a.png", "--output", "o", "--tolerance=-1"], "tolerance"),
        (["upsample", "a.png", "--output", "o", "--mode", "classic", "--eps", "inf"], "eps"),
        (["upsample", "a.png", "--output", "o", "--operator", "magic"], "magic"),
        (["upsample", "a.png", "--output", "o", "--mode", "classic", "--loss", "100*L3"], "L3"),
        (["upsample", "a.png", "--output", "o", "--mode", "classic", "--loss", ""], "--loss"),
        (["upsample", "a.png", "--output", "o", "--mode", "classic", "--noise", "loud"], "loud"),
        (["upsample", "a.png", "--output", "o", "--mode", "classic", "--zero-noise", "1,x"], "--zero-noise"),
        (["upsample", "a.png", "--output", "o", "--mode", "classic", "--optimizer", "lbfgs"], "lbfgs"),
        (
            ["upsample", "a.png", "--output", "o", "--mode", "classic", "--learning-rate", "0"],
            "learning rate"
        ),
        (["upsample", "a.png", "--output", "o", "--mode", "classic", "--schedule", "never"], "never"),
        (["upsample", "a.png", "--output", "o", "--progress", "music"], "music"),
        (["generate", "--output", "o.png"], "--seed"),
        (["generate", "--seed", "1"], "--output"),
        (["generate", "--seed", "1", "--output", "o.gif"], ".safetensors"),
        (["generate", "--seed", "1", "--output", "o.png", "--format", "jpeg"], ".jpg"),
        (["upsample", "a.png", "--output", "o", "--format", "gif"], "gif"),
        (["upsample", "a.png", "--output", "o", "--animation", "gif"], "gif"),
        (["generate", "--seed", "1", "--output", "o.png", "--psi", "nan"], "--psi"),
        (["generate", "--seed", "1", "--output", "o.png", "--cutoff=-1"], "--cutoff"),
    ])
    func usageErrors(arguments: [String], mention: String) throws {
        try withTemporaryDirectory { folder in
            let output = try PulseBinary.run(arguments, in: folder)
            #expect(output.status == 2, "\(output)")
            #expect(output.standardOutput.isEmpty, "\(output)")
            #expect(output.standardError.hasPrefix("pulse: error: "), "\(output)")
            #expect(output.standardError.contains(mention), "\(output)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        }
    }

    @Test func namesTheModelThatIsMissing() throws {
        try withTemporaryDirectory { folder in
            let output = try PulseBinary.run(
                ["generate", "--seed", "1", "--output", "o.png", "--model", "nobody"],
                environment: ["PULSE_HOME": folder.path], in: folder)
            #expect(output.status == 2, "\(output)")
            #expect(output.standardError.contains("nobody"), "\(output)")
            #expect(output.standardError.contains("pulse model import"), "\(output)")
        }
    }
}
