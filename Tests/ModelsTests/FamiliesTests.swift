import Engine
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints
@testable import Generators
@testable import Models

/// A family is its folder and one line in a list: this one is `ToyFamily.swift`, and the list is made here.
@Suite struct FamiliesTests {
    private static let size = 6

    private static func store(_ home: URL) -> ModelStore {
        ModelStore(home: home, families: GeneratorFamily.all + [.toy])
    }

    private static let table: [(name: String, tensor: Tensor<Float>)] = [
        ("net.toy.weight", randomTensor([192, 2 * size], stream: 1, seed: 9)),
        ("net.toy.strength", Tensor([0.5], shape: [1])),
        ("net.mapping.style.1.weight", randomTensor([size, size], stream: 2, seed: 9)),
        ("net.mapping.style.1.bias", randomTensor([size], stream: 3, seed: 9)),
        ("other.counter", Tensor([1], shape: [1])),
    ]

    private static func write(_ table: [(name: String, tensor: Tensor<Float>)], in folder: URL) throws -> URL
    {
        let url = folder.appendingPathComponent("net.safetensors")
        try writeSafetensors(table, metadata: [:], to: url)
        return url
    }

    @Test func namesAreEachOnesOwn() {
        let names = GeneratorFamily.all.map(\.name)
        #expect(names.prefix(3) == ["MobileStyleGAN", "StyleGAN1", "StyleGAN2"])
        #expect(Set(names).count == names.count)
    }

    @Test func aNewFamilyIsImportedLoadedAndRendered() throws {
        try withTemporaryDirectory { home in
            let file = try Self.write(Self.table, in: home)
            var (reports, skipped): ([String], [String]) = ([], [])
            try TinyModel.install([file], in: Self.store(home), name: "toy") { event in
                if case .recognised(_, let network, let evidence) = event {
                    reports.append("\(network); \(evidence)")
                }
                if case .skipped(let names) = event { skipped += names }
            }
            #expect(
                reports == [
                    "Toy synthesis network, 8×8; the key net.toy.weight, latents of 6",
                    "toy mapping network; pixel norm and 1 linear layers of width 6",
                ])
            #expect(skipped == ["other"])

            let model = try Self.store(home).load("toy")
            #expect(model.family == "Toy" && model.hasMapping && model.hasStatistics && !model.storesNoise)
            let generators = try model.makeGenerators(2, threads: 3)
            let w: Tensor<Float> = randomTensor([2, Self.size], stream: 4, seed: 9)
            let map: Tensor<Float> = randomTensor([8, 8], stream: 5, seed: 9)
            var image = Tensor<Float>(zeros: [3, 8, 8])
            for generator in generators {
                generator.forward(w: w, noise: [.map(map)], image: &image)
                let expected = matrixMultiply(Self.table[0].tensor, w.reshaped([2 * Self.size, 1]))
                for i in 0..<image.count {
                    #expect(abs(image[i] - expected[i] - 0.5 * map[i % 64]) < 1e-5)
                }
            }
            #expect(try Self.store(home).list().map { try $0.content.get().family } == ["Toy"])
        }
    }

    @Test func everyTensorOfANewFamilyIsNeededAndUsed() throws {
        try withTemporaryDirectory { home in
            func refusal(_ table: [(name: String, tensor: Tensor<Float>)]) throws -> ModelError? {
                let file = try Self.write(table, in: home)
                return modelError { try TinyModel.install([file], in: Self.store(home), name: "toy") }
            }
            var table = Self.table
            table.remove(at: 1)
            guard case .tensorMissing(_, "toy.strength", "Toy")? = try refusal(table) else {
                Issue.record("taken without a tensor")
                return
            }
            table = Self.table + [("net.toy.extra", Tensor(zeros: [1]))]
            guard case .tensorUnused(_, "toy.extra", "Toy")? = try refusal(table) else {
                Issue.record("taken with a tensor too many")
                return
            }
        }
    }

    /// Its graphs are its own as well; what stands behind the activations of the mapping network goes into the
    /// weights where the family's model files have no place for it.
    @Test func aNewFamilyReadsItsGraphs() throws {
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home, families: [.toy])
            let model = try TinyModel.install([TinyModel.mapping], in: store, name: "graph")
            #expect(model.family == "Toy" && model.specification.latentSize == 16)
            let golden = try Golden(
                contentsOf: goldenURL("tiny_openvino_graph.safetensors", of: "GeneratorsTests"))
            try expectClose(
                model.mapping()(golden.tensor("z")), golden.tensor("w"), absolute: 1e-5, "mapping")
        }
    }

    @Test func withoutItsLineAFamilyIsUnknown() throws {
        try withTemporaryDirectory { home in
            let file = try Self.write(Self.table, in: home)
            guard
                case .unrecognised? = modelError({ try TinyModel.install([file], in: ModelStore(home: home)) }
                )
            else {
                Issue.record("a family that is not in the list was recognised")
                return
            }
            try TinyModel.install([file], in: Self.store(home), name: "toy")
            let error = modelError { try ModelStore(home: home).load("toy") }
            guard case .notAModel(_, .unknownFamily("Toy"))? = error else {
                Issue.record("a family that is not in the list was opened")
                return
            }
        }
    }

    /// The default model, weights and workspaces together, before it is read.
    @Test func theDefaultModelsMemoryIsKnownBeforehand() throws {
        let url = try installedModel()
        let store = ModelStore(home: url.deletingLastPathComponent().deletingLastPathComponent())
        let model = try store.load(ModelStore.defaultModelName)
        let estimate = model.memory.total(generators: 2, threads: 3)
        let (generators, bytes) = try AlignedFloats.growth { try model.makeGenerators(2, threads: 3) }
        #expect(abs(Double(estimate) / Double(bytes) - 1) < 0.05, "\(estimate) for \(bytes)")
        withExtendedLifetime(generators) {}
    }
}
