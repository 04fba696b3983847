import Foundation
import TestSupport
import Testing

/// `pulse model` with the tiny network of the importer's tests and a store of its own.
@Suite struct ModelCommandTests {
    private static let networks = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("GeneratorsTests/Goldens")

    private func pulse(_ arguments: String..., home: URL) throws -> PulseBinary.Output {
        try PulseBinary.run(["model"] + arguments, environment: ["PULSE_HOME": home.path])
    }

    @Test func importsListsAndDescribes() throws {
        try withTemporaryDirectory { home in
            let wheel = Self.networks.appendingPathComponent("tiny_model.whl").path
            let empty = try pulse("list", home: home)
            #expect(empty.status == 0 && empty.standardOutput.isEmpty)
            #expect(empty.standardError.contains("pulse model import"))

            let imported = try pulse("import", wheel, "--name", "tiny", home: home)
            #expect(imported.status == 0, "\(imported)")
            #expect(imported.standardOutput.hasPrefix("imported tiny\n"), "\(imported)")
            #expect(
                imported.standardError.contains(
                    "SynthesisNetwork.xml: MobileStyleGAN synthesis network, 32×32"))
            #expect(imported.standardError.contains("MappingNetwork.xml: StyleGAN2 mapping network"))
            #expect(imported.standardError.contains("latent statistics: 100 %"))

            let again = try pulse("import", wheel, "--name", "tiny", home: home)
            #expect(
                again.status == 0 && again.standardOutput.hasPrefix("tiny is in the store already"),
                "\(again)")
            #expect(!again.standardError.contains("latent statistics"))

            let list = try pulse("list", home: home)
            #expect(list.status == 0 && list.standardOutput.contains("tiny  MobileStyleGAN 32×32"), "\(list)")
            #expect(list.standardOutput.contains("licence:"))

            let info = try pulse("info", "tiny", home: home)
            #expect(info.status == 0, "\(info)")
            for fact in ["8 slots of 16", "5 maps", "tiny_model.whl", "licence", "known bias"] {
                #expect(info.standardOutput.contains(fact), "\(fact)")
            }
            #expect(info.standardError.isEmpty)
        }
    }

    @Test func refusesWithExitCodeTwoAndChangesNothing() throws {
        try withTemporaryDirectory { folder in
            let home = folder.appendingPathComponent("home")
            let pickle = folder.appendingPathComponent("stylegan.pkl")
            try Data([0x80, 0x03, 0x7D]).write(to: pickle)
            let mapping = Self.networks.appendingPathComponent("MappingNetwork.xml").path
            let synthesis = Self.networks.appendingPathComponent("SynthesisNetwork.xml").path
            for arguments in [
                ["import", pickle.path], ["import", mapping], ["import", folder.path],
                ["import", folder.appendingPathComponent("missing.whl").path],
                ["import", synthesis, "--name", "../outside"], ["info", "nothing"], ["import"],
            ] {
                let output = try PulseBinary.run(
                    ["model"] + arguments, environment: ["PULSE_HOME": home.path])
                #expect(output.status == 2, "\(arguments): \(output)")
                #expect(output.standardOutput.isEmpty)
                #expect(!output.standardError.isEmpty)
            }
            #expect(!FileManager.default.fileExists(atPath: home.path))
        }
    }
}
