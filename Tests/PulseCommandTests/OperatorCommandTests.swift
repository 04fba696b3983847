import Foundation
import Imaging
import Jobs
import Tensors
import TestSupport
import Testing

/// What `pulse upsample` says and does about how an input was made small.
@Suite struct OperatorCommandTests {
    /// A face whose pixels were taken as they are, and one that was made small by bicubic filtering.
    @Test func whatIsRecognisedIsTakenAndWhatIsNotIsSaid() throws {
        try UpsampleScene.withPreparedHome { scene, home in
            let golden = try Golden(contentsOf: goldenURL("operators.safetensors", of: "SearchTests"))
            let faces: Tensor<Float> = try golden.tensor("pictures.16")
            // Of the two faces the second; the operators in their order.
            try Picture(faces.item(8)).writePNG(to: scene.url("nearest.png"), provenance: nil)
            try Picture(faces.item(6)).writePNG(to: scene.url("bicubic.png"), provenance: nil)
            func run(_ arguments: [String], _ folder: String) throws -> PulseBinary.Output {
                try PulseBinary.run(
                    ["upsample"] + arguments + ["--output", folder], environment: ["PULSE_HOME": home.path],
                    in: scene.folder)
            }
            let short = ["--count", "1", "--steps", "1", "--seed", "2"]
            let output = try run(["nearest.png", "bicubic.png"] + short, "out")
            #expect(output.standardOutput.contains("made small by nearest (margin "), "\(output)")
            #expect(!output.standardOutput.contains("undetermined"), "\(output)")
            let (nearest, bicubic) = (try scene.report("nearest"), try scene.report("bicubic"))
            #expect(nearest.operator == "nearest" && nearest.operatorGuess?.isUndetermined == false)
            #expect(bicubic.operator == "bicubic" && bicubic.operatorGuess?.isUndetermined == true)
            #expect(bicubic.operatorNote?.contains("undetermined") == true)

            // The same bits again, from the report, on another number of threads.
            _ = try run(["--from", "out/nearest/report.json", "--threads", "1"], "again")
            #expect(try scene.bytes("again/nearest/1.png") == scene.bytes("out/nearest/1.png"))
            #expect(try scene.report("nearest", in: "again").operatorGuess == nearest.operatorGuess)

            let asked = try run(["bicubic.png", "--operator", "auto"] + short, "asked")
            #expect(asked.standardOutput.contains("How the input was made small is undetermined"), "\(asked)")
            #expect(try scene.bytes("asked/bicubic/1.png") == scene.bytes("out/bicubic/1.png"))
            let told = try run(["nearest.png", "--operator", "bicubic"] + short, "told")
            #expect(!told.standardOutput.contains("made small by"), "\(told)")
            #expect(try scene.report("nearest", in: "told").operatorGuess == nil)
        }
    }
}
