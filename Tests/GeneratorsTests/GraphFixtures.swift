import Foundation
import TestSupport

@testable import Checkpoints

/// The tiny network that `Tools/goldens/tiny_openvino_graph.py` writes, as graphs.
enum TinyModel {
    static let synthesis = goldenURL("SynthesisNetwork.xml")
    static let mapping = goldenURL("MappingNetwork.xml")

    static func bytes(_ url: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: url)) }

    /// The graph of one network, its description changed by replacing text, its weights by `edit`.
    static func graph(
        _ url: URL, replacing replacements: [(String, String)] = [], edit: (inout [UInt8]) -> Void = { _ in }
    ) throws -> OpenVINOGraph {
        var text = String(decoding: try bytes(url), as: UTF8.self)
        for (old, new) in replacements {
            guard let range = text.range(of: old) else { throw FixtureError.textMissing(old) }
            text.replaceSubrange(range, with: new)
        }
        var weights = try bytes(url.deletingPathExtension().appendingPathExtension("bin"))
        edit(&weights)
        return try OpenVINOGraph(
            description: FileBytes(Array(text.utf8), name: url.lastPathComponent),
            weights: FileBytes(weights, name: "weights"))
    }

    enum FixtureError: Error { case textMissing(String) }

    /// Replaces the first occurrence of a number in weights; its place need not be a multiple of four.
    static func replace(_ old: Float, by new: Float, in weights: inout [UInt8]) {
        let pattern = withUnsafeBytes(of: old.bitPattern.littleEndian) { Array($0) }
        guard let start = weights.indices.first(where: { weights[$0...].starts(with: pattern) }) else {
            preconditionFailure("\(old) is not among the weights")
        }
        weights.replaceSubrange(start..<start + 4, with: withUnsafeBytes(of: new.bitPattern) { Array($0) })
    }
}
