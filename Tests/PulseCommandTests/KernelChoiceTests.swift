import Engine
import Foundation
import TestSupport
import Testing

/// `PULSE_KERNELS` forces a set of kernels or ends the command: never another set without a word.
@Suite struct KernelChoiceTests {
    private static let absent = Kernels.names.filter { Kernels(named: $0) == nil }

    @Test(arguments: ["avx52", "AVX2", "fast"] + absent)
    func whatCannotBeHadIsRefusedBeforeWork(_ name: String) throws {
        try withTemporaryDirectory { folder in
            for arguments in [
                ["generate", "--seed", "1", "--output", "o.png"], ["upsample", "a.png", "--output", "out"],
                ["model", "import", "a.pt"],
            ] {
                let output = try PulseBinary.run(
                    arguments, environment: ["PULSE_KERNELS": name, "PULSE_HOME": folder.path], in: folder)
                output.expectStatus(2)
                #expect(output.standardOutput.isEmpty, "\(output)")
                // What is wrong, and what can be had.
                #expect(output.standardError.contains("PULSE_KERNELS is '\(name)'"), "\(output)")
                for kernels in Kernels.available {
                    #expect(output.standardError.contains(kernels.name), "\(output)")
                }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        }
    }

    @Test(arguments: Kernels.available.map(\.name) + [""])
    func whatCanBeHadIsTaken(_ name: String) throws {
        let output = try PulseBinary.run(["model", "list"], environment: ["PULSE_KERNELS": name])
        output.expectStatus(0)
    }

    @Test func helpNeedsNoKernels() throws {
        for arguments in [["--help"], ["--version"]] {
            try PulseBinary.run(arguments, environment: ["PULSE_KERNELS": "avx52"]).expectStatus(0)
        }
    }
}
