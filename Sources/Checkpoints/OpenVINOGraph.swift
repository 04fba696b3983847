import Tensors

/// A network in OpenVINO's intermediate representation: layers, the edges between them, and the bytes of
/// the constants. Checked on reading, so that walking it needs no further bounds checks.
///
/// Layers are addressed by their position in ``layers``, not by the ids of the file.
public struct OpenVINOGraph: Sendable {
    /// One output of one layer.
    public struct Source: Hashable, Sendable {
        public let layer: Int
        /// Which of the layer's outputs, counted from 0.
        public let output: Int

        public init(layer: Int, output: Int) {
            self.layer = layer
            self.output = output
        }
    }

    public struct Layer: Sendable {
        public let name: String
        /// The operation, for example "Convolution" or "Const".
        public let type: String
        public let attributes: [String: String]
        /// Where each input comes from, in the order of the ports.
        public let inputs: [Source]
        /// Declared extents of each output.
        public let outputShapes: [[Int]]
        /// What a Const layer holds; nil for all others.
        public let constant: Constant?
    }

    public struct Constant: Sendable, Equatable {
        public let type: ElementType
        public let shape: [Int]
        /// Byte range in the weights file.
        public let offset: Int
        public let size: Int
    }

    public let name: String
    public let layers: [Layer]
    /// Name of the .xml file, for messages.
    public let file: String
    let weights: FileBytes

    /// Size of the weights file, in bytes.
    public var weightsSize: Int { weights.count }

    /// The declared extents of one output.
    public func shape(_ source: Source) -> [Int] { layers[source.layer].outputShapes[source.output] }

    /// The numbers of a Const layer of floating-point type.
    /// - Throws: ``CheckpointError`` if the layer is no constant of such a type.
    public func tensor(ofLayer index: Int) throws(CheckpointError) -> Tensor<Float> {
        let layer = layers[index]
        guard let constant = layer.constant, [.float32, .float16, .float64].contains(constant.type) else {
            throw unexpected(index, expected: "a constant of floating-point numbers")
        }
        let tensor: Tensor<Float>? = weights.withBytes { bytes in
            decodeTensor(slice(bytes, constant), as: constant.type, shape: constant.shape)
        }
        guard let tensor else {
            throw CheckpointError(
                file: file,
                problem: .unconvertibleElementType(tensor: layer.name, type: constant.type.rawValue))
        }
        return tensor
    }

    /// The numbers of a Const layer of integer type.
    /// - Throws: ``CheckpointError`` if the layer is no constant of such a type.
    public func integers(ofLayer index: Int) throws(CheckpointError) -> [Int] {
        guard let constant = layers[index].constant, [.int64, .int32].contains(constant.type) else {
            throw unexpected(index, expected: "a constant of integers")
        }
        return weights.withBytes { bytes in
            let values = slice(bytes, constant)
            return stride(from: 0, to: values.count, by: constant.type.byteCount).map { offset in
                constant.type == .int64
                    ? Int(Int64(littleEndian: values.loadUnaligned(fromByteOffset: offset, as: Int64.self)))
                    : Int(Int32(littleEndian: values.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
            }
        }
    }

    private func slice(_ bytes: UnsafeRawBufferPointer, _ constant: Constant) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[constant.offset..<constant.offset + constant.size])
    }

    /// The error for a layer that is not what the walk wants at its place.
    public func unexpected(_ index: Int, expected: String) -> CheckpointError {
        let layer = layers[index]
        return CheckpointError(
            file: file,
            problem: .unexpectedLayer(layer: layer.name, type: layer.type, expected: expected))
    }

    /// The error for a layer that holds another value than the walk wants.
    public func unexpected(_ index: Int, expected: String, found: String) -> CheckpointError {
        CheckpointError(
            file: file,
            problem: .unexpectedValue(layer: layers[index].name, expected: expected, found: found))
    }
}
