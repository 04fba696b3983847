import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// The fixtures that the original savers wrote; `Tools/goldens/checkpoint_pickles.py` makes them.
enum CheckpointFixture {
    static let names = [
        "gaussian_fit.pt", "nested.pt", "nested_legacy.pt", "stylegan2_ada.pkl", "tensor.pt",
        "tensorflow.pkl",
        "tensorflow_protocol2.pkl", "tensorflow_protocol5.pkl", "tensorflow_python2.pkl", "tensors.pt",
        "torch_archive.pt", "torch_late_types.pt", "torch_legacy.pt", "versioned.pt",
    ]

    static func url(_ name: String) -> URL { goldenURL("checkpoints/\(name)") }

    static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url(name))) }
}

@Suite struct CheckpointTests {
    private func open(_ name: String) throws -> Checkpoint {
        try Checkpoint(contentsOf: CheckpointFixture.url(name))
    }

    @Test(arguments: CheckpointFixture.names)
    func readsEveryTensorAsPythonDoes(_ name: String) throws {
        let values = try Golden("checkpoints/values")
        let names = Set(values.names.filter { $0.hasPrefix("\(name):") })
        for checkpoint in [
            try open(name), try Checkpoint(FileBytes(CheckpointFixture.bytes(name), name: name)),
        ] {
            var found = checkpoint.looseTensors.map { ("\(name):loose:\($0.name)", $0.tensor) }
            for network in checkpoint.networks {
                found += network.tensors.map { ("\(name):\(network.path):\($0.name)", $0.tensor) }
            }
            #expect(Set(found.map(\.0)) == names)
            for (key, tensor) in found where names.contains(key) {
                // Golden files have no scalars; a scalar's shape is checked below.
                let value: Tensor<Double> = try values.tensor(key)
                let expected = tensor.shape.isEmpty ? value.reshaped([]) : value
                #expect(try tensor.tensor(as: Double.self) == expected, "\(key)")
                #expect(try tensor.tensor() == expected.map { Float($0) }, "\(key)")
            }
        }
    }

    @Test(arguments: [
        ("nested.pt", Checkpoint.Format.torchArchive), ("nested_legacy.pt", .torchLegacy),
    ])
    func findsNetworksAmongOtherThings(_ name: String, format: Checkpoint.Format) throws {
        let checkpoint = try open(name)
        #expect(checkpoint.format == format)
        #expect(checkpoint.networks.map(\.path) == ["g", "g_ema"])
        #expect(checkpoint.networks.allSatisfy { $0.kind == .stateDict })
        #expect(checkpoint.looseTensors.map(\.name) == ["latent_avg"])
        #expect(checkpoint.otherEntries == ["g_optim", "args", "ada_aug_p"])
        let network = try #require(checkpoint.network("g_ema"))
        #expect(
            network.tensors.map(\.name)
                == ["layer0.weight", "layer0.bias", "layer1.weight", "layer1.bias"])
        #expect(network["layer0.weight"]?.name == "g_ema.layer0.weight", "for messages")
        let arguments = try #require(checkpoint.root["args"])
        guard case .object(let object) = arguments else {
            Issue.record("not an object")
            return
        }
        #expect(object.module == "argparse" && object.name == "Namespace")
        #expect(arguments["size"]?.integer == 64 && arguments["lr"]?.double == 0.002)
    }

    @Test func readsSettingsOfTensorFlowNetworks() throws {
        for name in CheckpointFixture.names where name.hasPrefix("tensorflow") {
            let checkpoint = try open(name)
            #expect(checkpoint.networks.map(\.path) == ["G", "D", "Gs"])
            let network = try #require(checkpoint.network("Gs"))
            #expect(network.kind == .tensorFlowNetwork)
            #expect(network.attributes["build_func_name"]?.string == "G_main")
            let settings = try #require(network.attributes["static_kwargs"])
            #expect(settings["resolution"]?.integer == 4)
            let nested = try #require(settings["kwargs"]?["nested"]?.elements)
            #expect(nested[1].double == 2.5 && nested[2].string == "text" && nested[4].bool == true)
            let synthesis = network.attributes["components"]?["synthesis"]
            #expect(synthesis?["name"]?.string == "G_synthesis")
            #expect(synthesis?["static_kwargs"]?["fmap_max"]?.integer == 2)
            #expect(network["lod"]?.shape == [])
            #expect(network["synthesis/4x4/Conv/weight"]?.shape == [3, 3, 2, 2])
        }
    }

    @Test func readsSettingsOfPersistentModules() throws {
        let checkpoint = try open("stylegan2_ada.pkl")
        #expect(checkpoint.format == .pickle)
        #expect(checkpoint.networks.map(\.path) == ["G", "D", "G_ema"])
        #expect(checkpoint.otherEntries == ["training_set_kwargs", "augment_pipe"])
        let network = try #require(checkpoint.network("G_ema"))
        #expect(network.kind == .persistentModule)
        #expect(network.attributes["class_name"]?.string == "Generator")
        #expect(network.attributes["img_resolution"]?.integer == 8)
        #expect(network.attributes["init_kwargs"]?["mapping_kwargs"]?["num_layers"]?.integer == 1)
        #expect(network["synthesis.b8.conv0.noise_const"]?.shape == [8, 8])
        #expect(network["mapping.w_avg"]?.shape == [4])
    }

    @Test func keepsShapes() throws {
        let network = try #require(try open("torch_archive.pt").network(""))
        #expect(network["scalar"]?.shape == [])
        #expect(network["empty"]?.shape == [0, 3])
        #expect(network["shared.channels_last"]?.shape == [1, 2, 3, 4])
        #expect(network["types.bfloat16"]?.elementType == .bfloat16)
    }

    @Test func readsSafetensorsAsOneNetwork() throws {
        let checkpoint = try Checkpoint(contentsOf: goldenURL("types.safetensors"))
        #expect(checkpoint.format == .safetensors)
        #expect(checkpoint.networks.map(\.path) == [""])
        #expect(checkpoint.networks[0].attributes["note"]?.string == "tab\tquote\" ünï \\ 😀")
        #expect(try checkpoint.networks[0]["bfloat16"]?.tensor().elements == [0, 1, 2, 3, 64, 127])
        #expect(throws: CheckpointError.self) { try checkpoint.networks[0]["large"]?.tensor() }
    }
}
