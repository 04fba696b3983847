import Engine
import Tensors

/// What tells one mapping network from another.
package struct MappingConfiguration: Codable, Sendable, Hashable {
    /// Length of z.
    package var latentSize: Int
    /// Outputs of each layer; the last is the length of w.
    package var widths: [Int]
    /// How many classes a label chooses from; 0 for a network without labels.
    package var classCount = 0
    /// Length of what stands for a label at the first layer's input, behind z.
    package var labelSize = 0
    /// Whether pixel norm takes z and label together, as in StyleGAN and StyleGAN2. StyleGAN2-ADA normalises
    /// them apart; its labels are stored normalised.
    package var normalisesJointly = false

    package init(
        latentSize: Int, widths: [Int], classCount: Int = 0, labelSize: Int = 0,
        normalisesJointly: Bool = false
    ) {
        self.latentSize = latentSize
        self.widths = widths
        self.classCount = classCount
        self.labelSize = labelSize
        self.normalisesJointly = normalisesJointly
    }

    /// Name and shape of every tensor, without the prefix `mapping.`.
    package var tensorShapes: [(name: String, shape: [Int])] {
        let inputs = [latentSize + labelSize] + widths.dropLast()
        let layers: [(name: String, shape: [Int])] = widths.enumerated().flatMap { i, width in
            [("layers.\(i + 1).weight", [width, inputs[i]]), ("layers.\(i + 1).bias", [width])]
        }
        return layers + (classCount > 0 ? [("classes", [classCount, labelSize])] : [])
    }

    package var isPlausible: Bool {
        (1...64).contains(widths.count) && ([latentSize] + widths).allSatisfy { (1...4096).contains($0) }
            && (0...65536).contains(classCount) && (0...4096).contains(labelSize)
            && (classCount == 0) == (labelSize == 0)
    }
}

/// The mapping network f of the StyleGAN family: normal z, and a class where there are any, to latent w.
///
/// Pixel norm, then for each layer: x ← gain · LReLU₀.₂(W·x + b). Weights and biases carry the learning-rate
/// multiplier and He scaling already.
///
/// Source: Karras et al., "A style-based generator architecture for generative adversarial networks" (2019), §2.
public struct MappingNetwork: Sendable {
    package let configuration: MappingConfiguration
    /// Length of w.
    public var size: Int { configuration.widths[configuration.widths.count - 1] }
    /// Length of z.
    public var latentSize: Int { configuration.latentSize }
    /// How many classes there are to choose from; 0 for a network without.
    public var classCount: Int { configuration.classCount }
    /// Wᵀ of each layer, [inputs, outputs], so that rows of samples multiply from the left.
    private let transposedWeights: [Tensor<Float>]
    /// [outputs] each.
    package let biases: [Tensor<Float>]
    /// What stands for each class, [classCount, labelSize].
    let classes: Tensor<Float>?
    private let gain: Float

    /// The same map with another gain behind its activations; what was there before goes into weights and biases.
    package func withGain(_ new: Float) -> MappingNetwork {
        guard new != gain else { return self }
        let factor = gain / new
        return MappingNetwork(
            weights: weights.map { $0.map { $0 * factor } }, biases: biases.map { $0.map { $0 * factor } },
            classes: classes, normalisesJointly: configuration.normalisesJointly, gain: new)
    }

    /// - Parameters:
    ///   - weights: W of each layer, [outputs, inputs].
    ///   - biases: b of each layer, [outputs].
    ///   - classes: [classCount, labelSize].
    ///   - gain: √2 where it is not multiplied into weights and biases.
    package init(
        weights: [Tensor<Float>], biases: [Tensor<Float>], classes: Tensor<Float>? = nil,
        normalisesJointly: Bool = false, gain: Float
    ) {
        precondition(!weights.isEmpty && weights.count == biases.count, "a bias for every weight")
        let labelSize = classes?.shape[1] ?? 0
        configuration = MappingConfiguration(
            latentSize: weights[0].shape[1] - labelSize, widths: weights.map { $0.shape[0] },
            classCount: classes?.shape[0] ?? 0, labelSize: labelSize, normalisesJointly: normalisesJointly)
        transposedWeights = weights.map(transposed)
        self.biases = biases
        self.classes = classes
        self.gain = gain
    }

    /// W of each layer, [outputs, inputs].
    var weights: [Tensor<Float>] { transposedWeights.map(transposed) }

    /// The tensors of a model file, without the prefix `mapping.`.
    package var tensors: [(name: String, tensor: Tensor<Float>)] {
        let layers = zip(weights, biases).enumerated().flatMap { i, layer in
            [
                (name: "layers.\(i + 1).weight", tensor: layer.0),
                (name: "layers.\(i + 1).bias", tensor: layer.1),
            ]
        }
        return layers + (classes.map { [(name: "classes", tensor: $0)] } ?? [])
    }

    /// Maps samples.
    /// - Parameters:
    ///   - z: [N, latentSize].
    ///   - classes: the class of each sample, counted from 0; empty for a network without classes.
    /// - Returns: w, [N, size].
    public func callAsFunction(_ z: Tensor<Float>, classes chosen: [Int] = []) -> Tensor<Float> {
        precondition(z.shape.count == 2 && z.shape[1] == latentSize, "z is [N, \(latentSize)]")
        precondition(chosen.count == (classCount > 0 ? z.shape[0] : 0), "a class for every sample")
        precondition(chosen.allSatisfy { (0..<classCount).contains($0) }, "no such class")
        var x = withLabels(z, chosen)
        normalise(&x, count: latentSize + (configuration.normalisesJointly ? configuration.labelSize : 0))
        for (weight, bias) in zip(transposedWeights, biases) {
            x = matrixMultiply(x, weight)
            activate(&x, bias: bias)
        }
        return x
    }

    /// What stands for each sample's class, behind it: [N, latentSize + labelSize].
    private func withLabels(_ z: Tensor<Float>, _ chosen: [Int]) -> Tensor<Float> {
        guard let classes else { return z }
        let (size, labelSize) = (latentSize, configuration.labelSize)
        var x = Tensor<Float>(zeros: [z.shape[0], size + labelSize])
        for (row, label) in chosen.enumerated() {
            let start = row * (size + labelSize)
            for i in 0..<size { x[start + i] = z[row * size + i] }
            for i in 0..<labelSize { x[start + size + i] = classes[label * labelSize + i] }
        }
        return x
    }

    /// x ← x / √(mean(x²) + 10⁻⁸) over the first `count` of each row.
    private func normalise(_ x: inout Tensor<Float>, count: Int) {
        let width = x.shape[1]
        x.withUnsafeMutableBufferPointer { x in
            for row in stride(from: 0, to: x.count, by: width) {
                var sum = 0.0
                for i in row..<row + count { sum += Double(x[i]) * Double(x[i]) }
                let factor = Float(1 / (sum / Double(count) + 1e-8).squareRoot())
                for i in row..<row + count { x[i] *= factor }
            }
        }
    }

    /// x ← gain · LReLU₀.₂(x + b), row by row.
    private func activate(_ x: inout Tensor<Float>, bias: Tensor<Float>) {
        let width = bias.count
        x.withUnsafeMutableBufferPointer { x in
            bias.withUnsafeBufferPointer { bias in
                for row in stride(from: 0, to: x.count, by: width) {
                    for i in 0..<width {
                        let value = x[row + i] + bias[i]
                        x[row + i] = (value < 0 ? 0.2 * value : value) * gain
                    }
                }
            }
        }
    }
}

/// The transpose of a matrix.
func transposed(_ matrix: Tensor<Float>) -> Tensor<Float> {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    var result = Tensor<Float>(zeros: [columns, rows])
    result.withUnsafeMutableBufferPointer { result in
        matrix.withUnsafeBufferPointer { matrix in
            for row in 0..<rows {
                for column in 0..<columns { result[column * rows + row] = matrix[row * columns + column] }
            }
        }
    }
    return result
}
