import Foundation
import TestSupport

@testable import Checkpoints
@testable import Models

/// The tiny network that `Tools/goldens/tiny_openvino_graph.py` writes.
enum TinyModel {
    static let synthesis = goldenURL("SynthesisNetwork.xml", of: "GeneratorsTests")
    static let mapping = goldenURL("MappingNetwork.xml", of: "GeneratorsTests")
    static let wheel = goldenURL("tiny_model.whl", of: "GeneratorsTests")

    static func bytes(_ url: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: url)) }

    /// An import with few samples, for speed.
    @discardableResult
    static func install(
        _ files: [URL], in store: ModelStore, name: String? = nil,
        progress: (ImportEvent) -> Void = { _ in }
    ) throws -> Model {
        try store.importModel(files: files, name: name, sampleCount: 2000, progress: progress)
    }
}

extension TinyStyleGAN {
    /// The model file that an import of these files writes.
    func imported(_ names: [String]) throws -> SafetensorsFile {
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home)
            let model = try TinyModel.install(names.map(Self.file), in: store, name: "imported")
            return try SafetensorsFile(contentsOf: store.url(of: model.name))
        }
    }
}
