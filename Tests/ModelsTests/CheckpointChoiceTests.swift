import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints
@testable import Generators
@testable import Models

/// Which of the generators in a checkpoint is imported.
@Suite struct CheckpointChoiceTests {
    @Test(arguments: [
        "g_ema", "G_ema", "Gs", "params_ema", "netG_ema", "model_ema", "generator_ema", "ema", "EMA",
        "modelEMA",
        "emaModel", "averaged", "generator_averaged", "average_model", "G.average",
        "state_dict.ema.generator",
        "ema_0.999", "GEMA", "g-ema", "module.generator_ema", "netg_ema_v2",
    ])
    func namesOfAverages(_ name: String) { #expect(isAverageName(name)) }

    @Test(arguments: [
        "g", "G", "generator", "params", "netG", "schema", "remains", "cinema", "gs", "", "state_dict",
        "model_no_ema", "without_ema", "generator.", "D", "email",
    ])
    func otherNames(_ name: String) { #expect(!isAverageName(name)) }

    typealias Table = [(name: String, tensor: Tensor<Float>)]

    /// rosinality's generator, and the same with another first RGB bias, which stands for the weights in training.
    private static func generators() throws -> (average: Table, training: Table) {
        let checkpoint = try Checkpoint(
            contentsOf: goldenURL("stylegan2-rosinality.pt", of: "GeneratorsTests"))
        let average = try #require(checkpoint.network("g_ema")).tensors.map {
            ($0.name, try $0.tensor.tensor())
        }
        let training = average.map { name, tensor in
            (name, name == "to_rgb1.bias" ? tensor.map { $0 + 1 } : tensor)
        }
        return (average, training)
    }

    /// Whether an import of that file takes the average, and what it says about training weights.
    private static func takesAverage(_ bytes: [UInt8], name: String = "file.pt") throws -> (
        Bool, [ImportEvent]
    ) {
        let bias = try #require(generators().average.first { $0.name == "to_rgb1.bias" }).tensor
        return try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent(name)
            try Data(bytes).write(to: url)
            let store = ModelStore(home: folder)
            var events: [ImportEvent] = []
            let model = try TinyModel.install([url], in: store) { events.append($0) }
            let file = try SafetensorsFile(contentsOf: store.url(of: model.name))
            let imported = try file.tensor("synthesis.b4.torgb.bias")
            events = events.filter { if case .trainingWeights = $0 { true } else { false } }
            return (imported.elements == bias.elements, events)
        }
    }

    @Test(arguments: [
        ("params", "params_ema"), ("netG", "netG_ema"), ("model", "model_ema"), ("g", "g_ema"),
        ("G", "G_ema"),
        ("generator", "generator_averaged"), ("model.state", "ema.state"), ("a.b.netG", "a.b.netG_ema"),
        ("state_dict", "average"), ("ema.no_ema", "ema.g"),
    ])
    func anAverageOutranksItsSibling(_ training: String, _ average: String) throws {
        func nested(_ path: String, _ table: Table) -> (String, TorchValue) {
            let keys = path.split(separator: ".").map(String.init)
            let value = keys.dropFirst().reversed().reduce(TorchValue.table(table)) {
                .dictionary([($1, $0)])
            }
            return (keys[0], value)
        }
        let tables = try Self.generators()
        let entries = [nested(training, tables.training), nested(average, tables.average)]
        guard entries[0].0 != entries[1].0 else { return }
        for order in [entries, entries.reversed()] {
            let (isAverage, said) = try Self.takesAverage(TorchFile.archive(.dictionary(order)))
            #expect(isAverage, "\(order.map(\.0))")
            #expect(said.isEmpty)
        }
    }

    @Test(arguments: [
        ("generator.", "generator_ema."), ("module.g.", "module.g_ema."), ("netG.", "ema.netG."),
        ("", "ema."),
    ])
    func anAverageOutranksItsSiblingUnderPrefixes(_ training: String, _ average: String) throws {
        let tables = try Self.generators()
        let (a, b) = (
            tables.training.map { (name: training + $0.name, tensor: $0.tensor) },
            tables.average.map { (name: average + $0.name, tensor: $0.tensor) }
        )
        for table in [a + b, b + a] {
            #expect(try Self.takesAverage(TorchFile.archive(.table(table))).0)
            #expect(try Self.takesAverage(TorchFile.archive(.dictionary([("state_dict", .table(table))]))).0)
        }
    }

    @Test func trainingWeightsAreTakenWhereThereIsNothingElseAndThatIsSaid() throws {
        let training = try Self.generators().training
        let list = TorchValue.dictionary([("shadow_params", .list(training.map { .tensor($0.tensor) }))])
        let prefixed = training.map { (name: "generator." + $0.name, tensor: $0.tensor) }
        let cases: [(TorchValue, String, [String])] = [
            (.dictionary([("netG", .table(training)), ("step", .integer(1))]), "netG", []),
            (.table(prefixed), "generator", []),
            (.dictionary([("g", .table(training)), ("ema", list)]), "g", ["ema.shadow_params"]),
        ]
        for (root, expectedName, expectedUnusable) in cases {
            let (isAverage, said) = try Self.takesAverage(TorchFile.archive(root))
            #expect(!isAverage)
            guard case .trainingWeights(_, let network, let unusable)? = said.first else {
                Issue.record("nothing was said of '\(expectedName)'")
                continue
            }
            #expect(network == expectedName && unusable == expectedUnusable)
        }
        // A table without a name of its own says nothing either way.
        let (_, said) = try Self.takesAverage(TorchFile.archive(.table(training)))
        #expect(said.isEmpty)
    }

    // MARK: Noise

    @Test func rosinalitysFilesWithoutNoiseMapsStoreNone() throws {
        let average = try Self.generators().average
        let bare = average.filter { !$0.name.hasPrefix("noises.") }
        try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent("bare.pt")
            try Data(TorchFile.archive(.dictionary([("g_ema", .table(bare))]))).write(to: url)
            let store = ModelStore(home: folder)
            let model = try store.load(TinyModel.install([url], in: store).name)
            #expect(!model.storesNoise && model.specification.noiseSides.count == 9)
            let (generator, specification) = (try model.makeGenerator(threads: 1), model.specification)
            func image(_ noise: NoiseMap) -> Tensor<Float> {
                let side = specification.resolution
                let w: Tensor<Float> = randomTensor(
                    [specification.liveSlots.count, specification.latentSize], stream: 1)
                var image = Tensor<Float>(zeros: [3, side, side])
                generator.forward(
                    w: w, noise: specification.noiseSides.map { _ in noise }, image: &image)
                return image
            }
            #expect(image(.baked) == image(.zero))

            let some = average.filter { $0.name != "noises.noise_4" }
            try Data(TorchFile.archive(.dictionary([("g_ema", .table(some))]))).write(to: url)
            guard
                case .tensorMissing(_, "noises.noise_4", _)? = modelError({
                    try TinyModel.install([url], in: store, name: "some")
                })
            else {
                Issue.record("a single missing map must be missed")
                return
            }
        }
    }

    /// Models that were imported before the configuration said whether noise is stored have it.
    @Test func olderConfigurationsStoreNoise() throws {
        let old = Data("{\"channels\":[8,8],\"styleDim\":4}".utf8)
        let decoded = try JSONDecoder().decode(StyleGAN2Configuration.self, from: old)
        #expect(decoded == StyleGAN2Configuration(channels: [8, 8], styleDim: 4))
        let text = String(decoding: try JSONEncoder().encode(decoded), as: UTF8.self)
        #expect(!text.contains("storesNoise"))
        let bare = StyleGAN2Configuration(channels: [8, 8], styleDim: 4, storesNoise: false)
        let again = try JSONDecoder().decode(StyleGAN2Configuration.self, from: JSONEncoder().encode(bare))
        #expect(again == bare)
    }
}
