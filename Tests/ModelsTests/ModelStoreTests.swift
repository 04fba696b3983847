import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints
@testable import Generators
@testable import Models

@Suite struct ModelStoreTests {
    @Test func validatesNames() {
        for name in ["a", "mobilestylegan-ffhq-1024", "0._-", String(repeating: "x", count: 64)] {
            #expect(ModelStore.isValid(name: name), "\(name)")
        }
        for name in ["", ".", "..", ".hidden", "-x", "A", "a/b", "a\\b", "ä", "a b", "a\0", "a\n"] {
            #expect(!ModelStore.isValid(name: name), "\(name)")
        }
        #expect(!ModelStore.isValid(name: String(repeating: "x", count: 65)))
        #expect(ModelStore.derivedName(URL(fileURLWithPath: "/x/My Net (1).xml")) == "my-net--1-")
        #expect(ModelStore.derivedName(URL(fileURLWithPath: "/x/_É.xml")) == "model")
    }

    @Test func namesWhatIsMissing() throws {
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home)
            #expect(store.list().isEmpty)
            let missing = modelError { try store.load("nothing") }
            guard case .unknownModel("nothing", [], store.folder.path)? = missing else {
                Issue.record("\(String(describing: missing))")
                return
            }
            let refused = modelError { try store.load("../x") }
            guard case .invalidName("../x")? = refused else {
                Issue.record("a path was taken for a name: \(String(describing: refused))")
                return
            }
        }
    }

    /// Computed before or when asked for, once or by several at the same time.
    @Test func namesItsFilesDigest() throws {
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home)
            try TinyModel.install([TinyModel.wheel], in: store, name: "tiny")
            let digest = sha256(of: FileBytes(try TinyModel.bytes(store.url(of: "tiny")), name: "tiny"))
            #expect(try store.load("tiny").sha256 == digest)
            let model = try store.load("tiny")
            for _ in 1...3 { model.prepareDigest() }
            #expect(model.sha256 == digest)
            #expect(model.sha256 == digest)
        }
    }

    @Test func listsDamagedModelsAsDamaged() throws {
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home)
            try TinyModel.install([TinyModel.wheel], in: store, name: "good")
            try Data("x".utf8).write(to: store.url(of: "bad"))
            try Data("x".utf8).write(to: store.folder.appendingPathComponent("Not a model.safetensors"))
            let list = store.list()
            #expect(list.map(\.name) == ["bad", "good"])
            #expect(throws: ModelError.self) { try list[0].content.get() }
            #expect(try list[1].content.get().specification.family == "MobileStyleGAN")
        }
    }

    /// A model file whose tensors or configuration do not fit must not reach the engine.
    @Test func refusesModelFilesThatDoNotFit() throws {
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home)
            let model = try TinyModel.install([TinyModel.wheel], in: store, name: "m")
            let url = try store.url(of: "m")
            let file = try SafetensorsFile(contentsOf: url)
            let tensors = try file.names.map { (name: $0, tensor: try file.tensor($0)) }
            #expect(model.parameterCount > 0)

            for (key, value) in [
                ("format", "other"), ("formatVersion", "2"), ("config", "{}"), ("family", "Other"),
                ("config", file.metadata["config"]?.replacingOccurrences(of: "8,12,8", with: "8,13,8") ?? ""),
                ("config", file.metadata["config"]?.replacingOccurrences(of: "16", with: "-16") ?? ""),
            ] {
                var metadata = file.metadata
                metadata[key] = value
                try writeSafetensors(tensors, metadata: metadata, to: url)
                let refused = modelError {
                    let model = try store.load("m")
                    _ = try model.makeGenerator(threads: 1)
                }
                #expect(refused != nil, "\(key) = \(value)")
            }
            for name in ["synthesis.conv1.bias", "mapping.layers.2.weight", "latent.std"] {
                let without = tensors.filter { $0.name != name }
                let reshaped = tensors.map { $0.name == name ? ($0.name, Tensor<Float>(zeros: [3])) : $0 }
                for damaged in [without, reshaped] {
                    try writeSafetensors(damaged, metadata: file.metadata, to: url)
                    let refused = modelError {
                        let model = try store.load("m")
                        _ = try model.makeGenerator(threads: 1)
                        _ = try model.mapping()
                        _ = try model.latentStatistics()
                    }
                    #expect(refused.map { "\($0)".contains(name) } == true, "\(name)")
                }
            }
        }
    }

    @Test func theInstalledDefaultModelIsComplete() throws {
        _ = try installedModel()
        let model = try ModelStore().load(ModelStore.defaultModelName)
        let specification = model.specification
        #expect(specification.resolution == 1024)
        #expect(specification.slotCount == 23)
        #expect(specification.liveSlots == [0, 1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 21])
        #expect(specification.noiseSides.count == 15)
        #expect(model.licence.contains("Apache-2.0") && model.licence.contains("NVIDIA"))
        let statistics = try model.latentStatistics()
        let total = statistics.eigenvalues.elements.reduce(0.0) { $0 + Double($1) }
        let variances = dot(statistics.standardDeviation, statistics.standardDeviation)
        #expect(abs(total / variances - 1) < 1e-4)
        #expect(abs(statistics.eigenvalues[0] - 29.6) < 0.5, "the spread along the leading axis")
        #expect(try model.mapping().size == 512)
    }
}
