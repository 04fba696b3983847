import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Generators
@testable import Models

/// Plain tables of tensors under the names of each trainer: taken when complete, refused by name when not.
@Suite struct StyleGANRefusalTests {
    typealias Table = [(name: String, tensor: Tensor<Float>)]

    /// The generator of a checkpoint, as a table.
    private static func table(_ name: String, network: String) throws -> Table {
        let checkpoint = try Checkpoint(contentsOf: TinyStyleGAN.file(name))
        return try #require(checkpoint.network(network)).tensors.map { ($0.name, try $0.tensor.tensor()) }
    }

    /// The model file that an import of the table, in safetensors, writes.
    private static func imported(_ table: Table) throws -> SafetensorsFile {
        try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent("table.safetensors")
            try writeSafetensors(table, metadata: [:], to: url)
            let store = ModelStore(home: folder)
            return try SafetensorsFile(contentsOf: store.url(of: TinyModel.install([url], in: store).name))
        }
    }

    /// Why the network of a table cannot be taken; nil if it can.
    private static func refusal(_ table: Table) throws -> ModelError? {
        try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent("table.safetensors")
            try writeSafetensors(table, metadata: [:], to: url)
            return modelError { try CheckpointNetworks(Checkpoint(contentsOf: url)) }
        }
    }

    private static let sources = [
        ("stylegan1-synthesis.pt", ""), ("stylegan2-rosinality.pt", "g_ema"), ("stylegan2-ada.pkl", "G_ema"),
    ]

    @Test(arguments: sources) func safetensorsHoldTheSameModel(_ name: String, _ network: String) throws {
        let file = try Self.imported(Self.table(name, network: network))
        let original = try withTemporaryDirectory { folder in
            let store = ModelStore(home: folder)
            let model = try TinyModel.install([TinyStyleGAN.file(name)], in: store)
            return try SafetensorsFile(contentsOf: store.url(of: model.name))
        }
        // rosinality keeps the average beside the generator.
        #expect(
            Set(file.names) == Set(original.names).subtracting(network == "g_ema" ? ["latent.average"] : []))
        for name in file.names { #expect(try file.tensor(name) == original.tensor(name), "\(name)") }
    }

    /// What a generator can be without: what its trainers do not always write.
    private static func isOptional(_ name: String) -> Bool {
        ["filter", "kernel", "w_avg"].contains { name.hasSuffix($0) }
    }

    @Test(arguments: sources) func everyTensorIsNeededAndUsed(_ name: String, _ network: String) throws {
        let table = try Self.table(name, network: network)
        #expect(try Self.refusal(table) == nil)
        for i in table.indices {
            let name = table[i].name
            var changed = table
            changed.remove(at: i)
            if !Self.isOptional(name) {
                #expect(try Self.refusal(changed) != nil, "taken without \(name)")
            }
            changed = table
            changed[i].name += "_of_another_network"
            #expect(try Self.refusal(changed) != nil, "taken with \(changed[i].name)")
            changed = table
            changed[i].tensor = Tensor(zeros: [1] + table[i].tensor.shape + [2])
            #expect(try Self.refusal(changed) != nil, "taken with another shape of \(name)")
        }
    }

    /// Of tables under TensorFlow's names, too, which a safetensors file can have.
    @Test(arguments: sources + [("stylegan1.pkl", "Gs"), ("stylegan2.pkl", "Gs")])
    func whateverIsMissingIsMissedByItsName(_ name: String, _ network: String) throws {
        let table = try Self.table(name, network: network)
        for i in table.indices {
            let name = table[i].name
            // The growing network's other outputs, and what it has grown to, play no part.
            if Self.isOptional(name) || name.hasSuffix("lod") || name.contains("_lod1") { continue }
            if name == "dlatent_avg" || name.contains("ToRGB_lod") && !name.contains("lod0/") { continue }
            var changed = table
            changed.remove(at: i)
            guard case .tensorMissing(_, let missing, _)? = try Self.refusal(changed) else {
                Issue.record("without \(name): \(String(describing: try Self.refusal(changed)))")
                continue
            }
            #expect(name.hasSuffix(missing))
        }
    }

    @Test func theTensorAtFaultIsNamed() throws {
        let table = try Self.table("stylegan2-rosinality.pt", network: "g_ema")
        let place = try #require(table.firstIndex { $0.name == "convs.2.conv.weight" })
        var changed = table
        changed.append(("convs.2.conv.extra", Tensor(zeros: [2])))
        guard case .tensorUnused(_, "convs.2.conv.extra", _)? = try Self.refusal(changed) else {
            Issue.record("\(String(describing: try Self.refusal(changed)))")
            return
        }
        changed = table
        changed[place].tensor[5] = .nan
        guard case .tensorNotFinite(_, "convs.2.conv.weight")? = try Self.refusal(changed) else {
            Issue.record("\(String(describing: try Self.refusal(changed)))")
            return
        }
        changed = table
        changed[place].tensor = Tensor(zeros: [1, 10, 3, 3, 11])
        guard
            case .tensorShape(_, "convs.2.conv.weight", [1, 10, 3, 3, 11], _, _)? = try Self.refusal(changed)
        else {
            Issue.record("\(String(describing: try Self.refusal(changed)))")
            return
        }
        changed = table
        changed.removeAll { $0.name == "convs.3.conv.weight" }
        guard case .tensorMissing(_, "convs.3.conv.weight", _)? = try Self.refusal(changed) else {
            Issue.record("\(String(describing: try Self.refusal(changed)))")
            return
        }
    }

    @Test(arguments: [
        (["synthesis.input.freqs", "synthesis.input.weight", "mapping.fc0.weight"], "StyleGAN3"),
        (["G.synthesis.L0_36_512.weight", "G.synthesis.L0_36_512.bias"], "StyleGAN3"),
        (["G.blocks.0.to_style1.weight", "G.blocks.0.conv1.weight"], "lucidrains"),
        (["synthesis/4x4/Const/const", "synthesis/ToRGB_lod0/weight"], "configuration B, C or D"),
        (["synthesis/4x4/Const/const", "synthesis/8x8/Skip/weight"], "without skip connections"),
    ])
    func otherNetworksAreDeclinedByName(_ names: [String], _ mention: String) throws {
        let refusal = try Self.refusal(names.map { ($0, Tensor(zeros: [2])) })
        guard case .declined(_, let network)? = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(network.name.contains(mention), "\(network)")
    }

    @Test func otherTablesAreNotRecognised() throws {
        let refusal = try Self.refusal([
            ("layer.weight", Tensor(zeros: [2])), ("layer.bias", Tensor(zeros: [2])),
        ])
        guard case .unrecognised? = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
    }

    /// A filter that is not the one that the layers compute with would change every picture in silence.
    @Test func anotherFilterIsDeclined() throws {
        var table = try Self.table("stylegan2-ada.pkl", network: "G_ema")
        let place = try #require(table.firstIndex { $0.name.hasSuffix("b8.conv0.resample_filter") })
        table[place].tensor[0] += 1e-3
        guard case .declined(_, let network)? = try Self.refusal(table) else {
            Issue.record("\(String(describing: try Self.refusal(table)))")
            return
        }
        #expect(network.name.contains("resample_filter"))
    }
}
