import Checkpoints
import Files
import Foundation
import Generators
import Tensors

/// The file of what a model was prepared with: `encoders/NAME.safetensors` beside the models.
///
/// Tensors: `layers.K.weight` and `layers.K.bias` for K from 0 (see ``LayerChain/Layer``), `factors` [sides, axes, axes],
/// `sides` [sides], `distances` [quantiles]; and, which not all files have, `likeness.K.…`, `placement.K.…` (see
/// ``FacePlacement``) and `operators.K.…` (see ``OperatorClassifier``). Metadata: `format`, `formatVersion`, `side`,
/// `strides` (of the convolutions, joined by commas), the same for likeness and placement (`likenessSide`, …),
/// `operatorNames`, `operatorSides` (the smallest and the largest), joined by commas, and `contentSHA256` of the networks
/// that it belongs to.
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
        var metadata = [
            "format": format, "formatVersion": formatVersion, "contentSHA256": contentSHA256,
            "side": String(encoder.side), "strides": strides(of: encoder.chain),
        ]
        var tensors = Self.tensors(of: encoder.chain, named: "layers")
        if let likeness = encoder.likeness {
            tensors += Self.tensors(of: likeness.chain, named: "likeness")
            metadata["likenessSide"] = String(likeness.side)
            metadata["likenessStrides"] = strides(of: likeness.chain)
        }
        if let placement = encoder.placement {
            tensors += Self.tensors(of: placement.chain, named: "placement")
            metadata["placementSide"] = String(placement.side)
            metadata["placementStrides"] = strides(of: placement.chain)
        }
        if let operators = encoder.operators {
            for (index, layer) in operators.layers.enumerated() {
                tensors += [
                    ("operators.\(index).weight", layer.weight), ("operators.\(index).bias", layer.bias),
                ]
            }
            metadata["operatorNames"] = operators.names.joined(separator: ",")
            metadata["operatorSides"] = "\(operators.sides.lowerBound),\(operators.sides.upperBound)"
        }
        let (sides, axes) = (encoder.factors.map { Float($0.side) }, encoder.axes)
        let factors = encoder.factors.flatMap { $0.factor.withUnsafeBufferPointer { Array($0) } }
        let quantiles = encoder.distanceQuantiles
        tensors += [
            ("sides", Tensor(sides, shape: [sides.count])),
            ("factors", Tensor(factors, shape: [sides.count, axes, axes])),
            ("distances", Tensor(quantiles, shape: [quantiles.count])),
        ]
        try writeSafetensors(tensors, metadata: metadata, to: path)
    }

    private static func tensors(of chain: LayerChain, named name: String) -> [(
        name: String, tensor: Tensor<Float>
    )] {
        chain.layers.enumerated().flatMap { index, layer in
            switch layer {
            case .convolution(let weight, let bias, _), .dense(let weight, let bias):
                [("\(name).\(index).weight", weight), ("\(name).\(index).bias", bias)]
            }
        }
    }

    private static func strides(of chain: LayerChain) -> String {
        let strides = chain.layers.compactMap {
            if case .convolution(_, _, let stride) = $0 { stride } else { nil }
        }
        return strides.map(String.init).joined(separator: ",")
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
            try Self.tensor(tensor, in: file, name)
        }
        let (sides, factors) = (try tensor("sides"), try tensor("factors"))
        guard sides.shape.count == 1, sides.count > 0, factors.shape.count == 3,
            factors.shape[0] == sides.count, factors.shape[1] == factors.shape[2],
            let chain = try chain(in: file, name, named: "layers", side: "side", strides: "strides")
        else { throw .encoderUnusable(file: name, .malformed) }
        guard (0..<sides.count).allSatisfy({ (1...4096).contains(sides[$0]) }) else {
            throw .encoderUnusable(file: name, .malformed)
        }
        let axes = factors.shape[1]
        let distances = try tensor("distances")
        guard
            let encoder = FaceEncoder(
                chain,
                factors: (0..<sides.count).map { place in
                    let start = place * axes * axes
                    return (
                        Int(sides[place]),
                        Tensor((start..<start + axes * axes).map { factors[$0] }, shape: [axes, axes])
                    )
                },
                distanceQuantiles: (0..<distances.count).map { distances[$0] },
                likeness: try likeness(in: file, name), operators: try operators(in: file, name),
                placement: try placement(in: file, name))
        else { throw .encoderUnusable(file: name, .malformed) }
        return encoder
    }

    /// - Returns: nil where the file has none.
    private static func likeness(in file: SafetensorsFile, _ name: String) throws(ModelError) -> FaceLikeness?
    {
        guard file.shape(of: "likeness.0.weight") != nil else { return nil }
        let chain = try chain(
            in: file, name, named: "likeness", side: "likenessSide", strides: "likenessStrides")
        guard let likeness = chain.flatMap(FaceLikeness.init) else {
            throw .encoderUnusable(file: name, .malformed)
        }
        return likeness
    }

    /// - Returns: nil where the file has none.
    private static func placement(in file: SafetensorsFile, _ name: String) throws(ModelError)
        -> FacePlacement?
    {
        guard file.shape(of: "placement.0.weight") != nil else { return nil }
        let chain = try chain(
            in: file, name, named: "placement", side: "placementSide", strides: "placementStrides")
        guard let placement = chain.flatMap(FacePlacement.init) else {
            throw .encoderUnusable(file: name, .malformed)
        }
        return placement
    }

    /// - Returns: nil where the file has none.
    private static func operators(
        in file: SafetensorsFile, _ name: String
    ) throws(ModelError) -> OperatorClassifier? {
        guard file.shape(of: "operators.0.weight") != nil else { return nil }
        var layers: [OperatorClassifier.Layer] = []
        while file.shape(of: "operators.\(layers.count).weight") != nil, layers.count < 32 {
            layers.append(
                OperatorClassifier.Layer(
                    weight: try tensor("operators.\(layers.count).weight", in: file, name),
                    bias: try tensor("operators.\(layers.count).bias", in: file, name)))
        }
        let names = (file.metadata["operatorNames"] ?? "").split(separator: ",").map(String.init)
        let sides = (file.metadata["operatorSides"] ?? "").split(separator: ",").compactMap { Int($0) }
        guard sides.count == 2, sides[0] <= sides[1],
            let classifier = OperatorClassifier(names: names, sides: sides[0]...sides[1], layers: layers)
        else { throw .encoderUnusable(file: name, .malformed) }
        return classifier
    }

    /// - Returns: nil where the layers do not chain.
    private static func chain(
        in file: SafetensorsFile, _ name: String, named prefix: String, side: String, strides: String
    ) throws(ModelError) -> LayerChain? {
        let strides = (file.metadata[strides] ?? "").split(separator: ",").compactMap { Int($0) }
        var layers: [LayerChain.Layer] = []
        while file.shape(of: "\(prefix).\(layers.count).weight") != nil, layers.count < 32 {
            let weight = try tensor("\(prefix).\(layers.count).weight", in: file, name)
            let bias = try tensor("\(prefix).\(layers.count).bias", in: file, name)
            if weight.shape.count == 4 {
                guard layers.count < strides.count else { return nil }
                layers.append(.convolution(weight: weight, bias: bias, stride: strides[layers.count]))
            } else {
                layers.append(.dense(weight: weight, bias: bias))
            }
        }
        guard let side = file.metadata[side].flatMap({ Int($0) }) else { return nil }
        return LayerChain(side: side, layers: layers)
    }

    private static func tensor(
        _ tensor: String, in file: SafetensorsFile, _ name: String
    ) throws(ModelError) -> Tensor<Float> {
        let found: Tensor<Float>
        do { found = try file.tensor(tensor) } catch { throw .damaged(error) }
        guard found.withUnsafeBufferPointer({ $0.allSatisfy(\.isFinite) }) else {
            throw .encoderUnusable(file: name, .malformed)
        }
        return found
    }
}
