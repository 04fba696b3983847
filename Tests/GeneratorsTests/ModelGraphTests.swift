import Foundation
import TestSupport
import Testing

@testable import Checkpoints
@testable import Generators

/// Graphs that differ from the network in one place are refused, with that place in the message.
@Suite(.timeLimit(.minutes(10))) struct ModelGraphTests {
    @Test func mapsTheGraphOntoTheNetworksOwnNames() throws {
        let golden = try Golden("tiny_openvino_graph")
        let network = try MobileStyleGANGraph(TinyModel.graph(TinyModel.synthesis))
        #expect(network.channels == [8, 12, 8])
        #expect(network.styleSize == 16)
        let tensors = Dictionary(uniqueKeysWithValues: network.tensors.map { ($0.name, $0.tensor) })
        let configuration = MobileStyleGANConfiguration(channels: [8, 12, 8], styleDim: 16)
        let shapes = Dictionary(uniqueKeysWithValues: configuration.tensorShapes.map { ($0.name, $0.shape) })
        #expect(tensors.mapValues(\.shape) == shapes)
        for (name, tensor) in tensors where !name.contains(".noise.") {
            #expect(try tensor == golden.tensor("synthesis." + name), "\(name)")
        }
        for name in golden.names where name.hasSuffix(".baked") {
            let layer = name.dropFirst("synthesis.".count).dropLast(".baked".count)
            let strength = try #require(tensors["\(layer).noise.weight"])
            let map = try #require(tensors["\(layer).noise.noise"])
            expectClose(
                map.map { $0 * strength[0] }, try golden.tensor(name, as: Float.self), relative: 3e-7, name)
            #expect(abs(dot(map, map) / Double(map.count) - 1) < 1e-6, "\(layer): unit variance")
        }
    }

    @Test(arguments: [
        ([("strides=\"2, 1\"", "strides=\"1, 1\"")], "strides"),
        ([("pads_begin=\"1, 1\"", "pads_begin=\"0, 0\"")], "pads_begin"),
        ([("dilations=\"1, 1\"", "dilations=\"2, 2\"")], "dilations"),
        ([("auto_pad=\"explicit\"", "auto_pad=\"same_upper\"")], "explicit padding"),
        ([("transpose_b=\"true\"", "transpose_b=\"false\"")], "product"),
        ([("type=\"PReLU\"", "type=\"Relu\"")], "activation"),
        ([("m.layers.0.conv1.bias", "m.layers.0.conv2.bias")], "the parameter layers.0.conv1.bias"),
        ([("m.layers.1.to_img.bias", "m.to_img1.bias")], "the parameter layers.1.to_img.bias"),
        (
            [
                (
                    "</layers>",
                    """
                    <layer id="9999" name="stray" type="Const"><data element_type="f32" shape="1" offset="0" \
                    size="4"/><output><port id="0"><dim>1</dim></port></output></layer></layers>
                    """
                )
            ], "stray"
        ),
    ])
    func refusesAnotherSynthesisNetwork(_ replacements: [(String, String)], evidence: String) throws {
        let graph = try TinyModel.graph(TinyModel.synthesis, replacing: replacements)
        let error = #expect(throws: CheckpointError.self) { try MobileStyleGANGraph(graph) }
        let problem = error.map { "\($0.problem)" } ?? ""
        #expect(problem.contains(evidence), "\(problem)")
        #expect(error?.file.contains("SynthesisNetwork.xml") == true)
    }

    @Test(arguments: [
        (0.2 as Float, 0.1 as Float, "slope"), (Float(0.5).squareRoot(), 0.7, "Haar"),
        (Float(1 / 72.0.squareRoot()), 0.2, "scale"), (Float(1 / 18.0.squareRoot()), .nan, "finite"),
    ])
    func checksTheConstantsOfTheSynthesisNetwork(_ old: Float, new: Float, evidence: String) throws {
        let graph = try TinyModel.graph(TinyModel.synthesis) { TinyModel.replace(old, by: new, in: &$0) }
        let error = #expect(throws: CheckpointError.self) { try MobileStyleGANGraph(graph) }
        let problem = error.map { "\($0.problem)" } ?? ""
        #expect(problem.contains(evidence), "\(problem)")
    }

    @Test(arguments: [
        (0.2 as Float, 0.3 as Float, "slope"), (Float(2).squareRoot(), 1, "gain"), (1e-8, 1e-5, "epsilon"),
        (0.5, 1, "exponent"),
    ])
    func checksTheConstantsOfTheMappingNetwork(_ old: Float, new: Float, evidence: String) throws {
        let graph = try TinyModel.graph(TinyModel.mapping) { TinyModel.replace(old, by: new, in: &$0) }
        let error = #expect(throws: CheckpointError.self) { try MappingNetwork(graph) }
        let problem = error.map { "\($0.problem)" } ?? ""
        #expect(problem.contains(evidence), "\(problem)")
    }

    @Test func damagedDescriptionsAndWeightsNeverCrash() throws {
        func open(_ description: [UInt8], _ weights: [UInt8]) {
            do {
                let graph = try OpenVINOGraph(
                    description: FileBytes(description, name: "damaged.xml"),
                    weights: FileBytes(weights, name: "damaged.bin"))
                if MobileStyleGANGraph.detect(graph) { _ = try MobileStyleGANGraph(graph) }
                if MappingNetwork.detect(graph) { _ = try MappingNetwork(graph) }
            } catch {}  // typed: a CheckpointError
        }
        for (url, count, stride) in [(TinyModel.mapping, 2500, 11), (TinyModel.synthesis, 400, 997)] {
            let description = try TinyModel.bytes(url)
            let weights = try TinyModel.bytes(url.deletingPathExtension().appendingPathExtension("bin"))
            for damaged in mutations(of: description, count: count, seed: 3) { open(damaged, weights) }
            for damaged in mutations(of: weights, count: 200, seed: 4) { open(description, damaged) }
            for length in Swift.stride(from: 0, to: description.count, by: stride) {
                #expect(throws: CheckpointError.self) {
                    try OpenVINOGraph(
                        description: FileBytes(Array(description.prefix(length)), name: "cut.xml"),
                        weights: FileBytes(weights, name: "weights.bin"))
                }
            }
        }
    }
}
