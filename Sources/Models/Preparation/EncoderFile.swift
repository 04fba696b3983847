import Checkpoints
import Files
import Foundation
import Generators
import Tensors

/// The file of what a model was prepared with: `encoders/NAME.safetensors` beside the models.
///
/// Tensors: `layers.K.weight` and `layers.K.bias` for K from 0 (see ``FaceEncoder/Layer``), `factors` [sides, axes, axes],
/// `sides` [sides], `distances` [quantiles]. Metadata: `format`, `formatVersion`, `side`, `strides` (of the
/// convolutions, joined by commas), and `contentSHA256` of the networks that it belongs to.
enum EncoderFile {
    static let format = "pulse-encoder"
    static let formatVersion = "1"

    static let limit = 64 << 20

    static func url(besideModel url: URL) -> URL {
        url.deletingLastPathComponent().appendingPathComponent("encoders")
            .appendingPathComponent(url.lastPathComponent)
    }

    /// - Throws: ``CheckpointError``.
    static func write(
        _ encoder: FaceEncoder, to path: FilePath, contentSHA256: String
    ) throws(CheckpointError) {
        var tensors: [(name: String, tensor: Tensor<Float>)] = []
        var strides: [String] = []
        for (index, layer) in encoder.layers.enumerated() {
            switch layer {
            case .convolution(let weight, let bias, let stride):
                tensors += [("layers.\(index).weight", weight), ("layers.\(index).bias", bias)]
                strides.append(String(stride))
            case .dense(let weight, let bias):
                tensors += [("layers.\(index).weight", weight), ("layers.\(index).bias", bias)]
            }
        }
        let (sides, axes) = (encoder.factors.map { Float($0.side) }, encoder.axes)
        let factors = encoder.factors.flatMap { $0.factor.withUnsafeBufferPointer { Array($0) } }
        let quantiles = encoder.distanceQuantiles
        tensors += [
            ("sides", Tensor(sides, shape: [sides.count])),
            ("factors", Tensor(factors, shape: [sides.count, axes, axes])),
            ("distances", Tensor(quantiles, shape: [quantiles.count])),
        ]
        try writeSafetensors(
            tensors,
            metadata: [
                "format": format, "formatVersion": formatVersion, "side": String(encoder.side),
                "strides": strides.joined(separator: ","), "contentSHA256": contentSHA256,
            ], to: path)
    }

    /// - Throws: ``ModelError`` for a file that is damaged, or of another model.
    static func read(_ url: URL, contentSHA256: String) throws(ModelError) -> FaceEncoder {
        let name = url.relativePath
        let file: SafetensorsFile
        do {
            file = try SafetensorsFile(contentsOf: url)
        } catch {
            throw .damaged(error)
        }
        guard file.metadata["format"] == format else {
            throw .encoderUnusable(file: name, .anotherFormat)
        }
        let version = file.metadata["formatVersion"] ?? "?"
        guard version == formatVersion else {
            throw .encoderUnusable(file: name, .newerFormat(version: version))
        }
        guard file.metadata["contentSHA256"] == contentSHA256 else {
            throw .encoderUnusable(file: name, .otherNetworks)
        }
        func tensor(_ tensor: String) throws(ModelError) -> Tensor<Float> {
            let found: Tensor<Float>
            do { found = try file.tensor(tensor) } catch { throw .damaged(error) }
            guard found.withUnsafeBufferPointer({ $0.allSatisfy(\.isFinite) }) else {
                throw .encoderUnusable(file: name, .malformed)
            }
            return found
        }
        let strides = (file.metadata["strides"] ?? "").split(separator: ",").compactMap { Int($0) }
        var layers: [FaceEncoder.Layer] = []
        while file.shape(of: "layers.\(layers.count).weight") != nil, layers.count < 32 {
            let weight = try tensor("layers.\(layers.count).weight")
            let bias = try tensor("layers.\(layers.count).bias")
            if weight.shape.count == 4 {
                guard layers.count < strides.count else { throw .encoderUnusable(file: name, .malformed) }
                layers.append(.convolution(weight: weight, bias: bias, stride: strides[layers.count]))
            } else {
                layers.append(.dense(weight: weight, bias: bias))
            }
        }
        let (sides, factors) = (try tensor("sides"), try tensor("factors"))
        guard sides.shape.count == 1, sides.count > 0, factors.shape.count == 3,
            factors.shape[0] == sides.count, factors.shape[1] == factors.shape[2],
            let side = file.metadata["side"].flatMap({ Int($0) })
        else { throw .encoderUnusable(file: name, .malformed) }
        guard (0..<sides.count).allSatisfy({ (1...4096).contains(sides[$0]) }) else {
            throw .encoderUnusable(file: name, .malformed)
        }
        let axes = factors.shape[1]
        let distances = try tensor("distances")
        guard
            let encoder = FaceEncoder(
                side: side, layers: layers,
                factors: (0..<sides.count).map { place in
                    let start = place * axes * axes
                    return (
                        Int(sides[place]),
                        Tensor((start..<start + axes * axes).map { factors[$0] }, shape: [axes, axes])
                    )
                },
                distanceQuantiles: (0..<distances.count).map { distances[$0] })
        else { throw .encoderUnusable(file: name, .malformed) }
        return encoder
    }
}
