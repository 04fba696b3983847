import Foundation
import Generators
import Tensors
import TestSupport
import Testing

@testable import Checkpoints
@testable import Models

/// The checkpoints that the originals save: what is recognised, what is stored, what is refused.
@Suite struct StyleGANImportTests {
    /// Imports into a fresh store and gives the model with what was reported.
    private func with(
        _ names: [String],
        _ body: (Model, SafetensorsFile, _ reports: [String], _ skipped: [String]) throws -> Void
    ) throws {
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home)
            var (reports, skipped): ([String], [String]) = ([], [])
            let model = try TinyModel.install(names.map(TinyStyleGAN.file), in: store) { event in
                switch event {
                case .recognised(let file, let network, let evidence):
                    reports.append("\(URL(fileURLWithPath: file).lastPathComponent): \(network); \(evidence)")
                case .skipped(let names): skipped += names
                default: break
                }
            }
            try body(model, SafetensorsFile(contentsOf: store.url(of: model.name)), reports, skipped)
        }
    }

    @Test func pulsesThreeFilesMakeOneModel() throws {
        let tiny = TinyStyleGAN.styleGAN1
        let files = ["stylegan1-synthesis.pt", "stylegan1-mapping.pt", "stylegan1-gaussian_fit.pt"]
        try with(files) { model, file, reports, skipped in
            #expect(model.name == "stylegan1-synthesis" && model.family == "StyleGAN1")
            #expect(model.specification.resolution == 128 && model.specification.slotCount == 12)
            #expect(model.specification.noiseSides == [4, 4, 8, 8, 16, 16, 32, 32, 64, 64, 128, 128])
            #expect(model.hasMapping && model.hasStatistics && !model.storesNoise && model.classCount == 0)
            #expect(skipped.isEmpty)
            #expect(
                reports == [
                    "stylegan1-synthesis.pt: StyleGAN1 synthesis network, 128×128; the key blocks.4x4.const, "
                        + "channels 12, 12, 12, 12, 11, 9",
                    "stylegan1-mapping.pt: StyleGAN mapping network; pixel norm and 8 linear layers of width 24",
                    "stylegan1-gaussian_fit.pt: PULSE's fit of the latents; the keys mean and std",
                ])
            let mapped = try model.mapping()(tiny.z(length: 24))
            let expected: Tensor<Float> = try tiny.golden().tensor("mapped")
            expectClose(mapped, expected, absolute: 1e-5, relative: 1e-5, "mapping")
            let statistics = try model.latentStatistics()
            expectClose(statistics.mean, randomTensor([24], stream: 4, seed: tiny.seed), absolute: 0)
            expectClose(
                statistics.standardDeviation,
                randomTensor([24], stream: 5, seed: tiny.seed, as: Float.self).map { abs($0) }, absolute: 0)
            #expect(try model.averageLatent() == nil)
        }
    }

    /// As in PULSE, where the fit is there the mapping network is not needed.
    @Test func theFitStandsInForTheMappingNetwork() throws {
        try with(["stylegan1-synthesis.pt", "stylegan1-gaussian_fit.pt"]) { model, _, _, _ in
            #expect(!model.hasMapping && model.hasStatistics)
            let statistics = try model.latentStatistics()
            let deviations = statistics.standardDeviation.elements.sorted(by: >)
            #expect(statistics.eigenvalues.elements == deviations.map { $0 * $0 })
            for k in 0..<24 {
                let coordinate = statistics.eigenvectors.item(k).elements.firstIndex(of: 1)
                #expect(coordinate.map { statistics.standardDeviation[$0] } == deviations[k])
            }
        }
        try with(["stylegan1-synthesis.pt"]) { model, _, _, _ in
            #expect(!model.hasMapping && !model.hasStatistics)
        }
    }

    /// NVIDIA's file of the same weights gives the same numbers, and its noise and average besides.
    @Test func tensorFlowStyleGAN1() throws {
        let tiny = TinyStyleGAN.styleGAN1
        try with(["stylegan1.pkl"]) { model, file, reports, skipped in
            #expect(model.family == "StyleGAN1" && model.storesNoise && model.hasMapping)
            #expect(
                reports.first?.contains("synthesis/4x4/Const/StyleMod/weight in Gs") == true, "\(reports)")
            #expect(
                skipped.contains("G") && skipped.contains("D")
                    && skipped.contains("synthesis/ToRGB_lod1/weight"))
            let pulse = try tiny.imported(["stylegan1-synthesis.pt", "stylegan1-mapping.pt"])
            for name in pulse.names where !name.hasPrefix("latent.") {
                #expect(try file.tensor(name) == pulse.tensor(name), "\(name)")
            }
            let map: Tensor<Float> = randomTensor([8, 8], stream: 203, seed: tiny.seed)
            #expect(try file.tensor("synthesis.blocks.8x8.epi2.noise.noise") == map)
            #expect(try model.averageLatent() == tiny.golden().tensor("average"))
            let configuration = try #require(model.synthesis as? StyleGAN1Configuration)
            #expect(configuration.epsilon == 1e-8)
        }
    }

    @Test(arguments: ["stylegan2-rosinality.pt", "stylegan2.pkl"]) func styleGAN2(_ name: String) throws {
        let tiny = TinyStyleGAN.styleGAN2
        try with([name]) { model, file, reports, skipped in
            #expect(model.family == "StyleGAN2" && model.specification.resolution == 64)
            #expect(model.specification.slotCount == 10 && model.specification.noiseSides.count == 9)
            #expect(model.hasMapping && model.storesNoise && model.classCount == 0)
            let expected: Tensor<Float> = try tiny.golden().tensor("mapped")
            expectClose(try model.mapping()(tiny.z(length: 24)), expected, absolute: 1e-5, relative: 1e-5)
            #expect(try model.averageLatent() == tiny.golden().tensor("average"))
            let others = name.hasSuffix("pkl") ? ["D", "G", "lod"] : ["ada_aug_p", "args", "d", "g_optim"]
            #expect(Set(others).isSubset(of: skipped), "\(skipped)")
            #expect(reports.count == 2 && reports[0].contains("channels 12, 11, 10, 8, 6"), "\(reports)")
        }
    }

    @Test func styleGAN2FilesOfTheSameWeightsGiveTheSameNumbers() throws {
        let tiny = TinyStyleGAN.styleGAN2
        let a = try tiny.imported(["stylegan2-rosinality.pt"])
        let b = try tiny.imported(["stylegan2.pkl"])
        #expect(Set(a.names) == Set(b.names))
        for name in a.names {
            // TensorFlow's styles are stored less 1.
            try expectClose(
                a.tensor(name), b.tensor(name), absolute: name.hasSuffix("affine.bias") ? 2e-7 : 0, name)
        }
    }

    @Test func styleGAN2ADAWithClasses() throws {
        let tiny = TinyStyleGAN.ada
        try with(["stylegan2-ada.pkl"]) { model, file, reports, skipped in
            #expect(model.family == "StyleGAN2" && model.classCount == 3)
            #expect(reports.first?.contains("clamped at 1.5") == true, "\(reports)")
            #expect(reports.last?.contains("3 classes") == true, "\(reports)")
            #expect(skipped.contains("D") && skipped.contains("training_set_kwargs"), "\(skipped)")
            let mapping = try model.mapping()
            #expect(mapping.latentSize == 20 && mapping.size == 24)
            let mapped = mapping(tiny.z(length: 20), classes: [0, 1, 2, 0, 1, 2])
            try expectClose(mapped, tiny.golden().tensor("mapped"), absolute: 1e-5, relative: 1e-5)
            #expect(try model.averageLatent() == tiny.golden().tensor("average"))
            // Means over the classes alike lie between those of single classes.
            let statistics = try model.latentStatistics()
            #expect(statistics.mean.count == 24)
        }
    }

    @Test(arguments: [
        ("stylegan2-ada-resnet.pkl", "architecture"), ("stylegan2-ada-orig.pkl", "architecture"),
    ])
    func otherArchitecturesAreDeclinedByName(_ name: String, _ mention: String) throws {
        try withTemporaryDirectory { home in
            let error = modelError {
                try TinyModel.install([TinyStyleGAN.file(name)], in: ModelStore(home: home))
            }
            guard case .declined(let file, let network)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(file.hasSuffix(name) && network.name.contains(mention), "\(network)")
            #expect(!FileManager.default.fileExists(atPath: home.appendingPathComponent("models").path))
        }
    }
}
