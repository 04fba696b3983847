import TensorEngine

/// The mapping network f of the StyleGAN2 family: normal z to latent w.
///
/// Pixel norm, then as many times as there are layers: x ← √2 · LReLU₀.₂(W·x + b). Weights and biases carry
/// the learning-rate multiplier and He scaling already.
///
/// Source: Karras et al., "A style-based generator architecture for generative adversarial networks" (2019), §2.
public struct MappingNetwork: Sendable {
    /// Length of z and of w.
    public let size: Int
    /// Wᵀ of each layer, [size, size], so that rows of samples multiply from the left.
    private let transposedWeights: [Tensor<Float>]
    /// [size] each.
    let biases: [Tensor<Float>]

    /// - Parameters:
    ///   - weights: W of each layer, [size, size], output first.
    ///   - biases: b of each layer, [size].
    init(weights: [Tensor<Float>], biases: [Tensor<Float>]) {
        precondition(!weights.isEmpty && weights.count == biases.count, "a bias for every weight")
        size = weights[0].shape[0]
        transposedWeights = weights.map(transposed)
        self.biases = biases
    }

    /// W of each layer, [size, size], output first.
    var weights: [Tensor<Float>] { transposedWeights.map(transposed) }

    /// Maps samples.
    /// - Parameter z: [N, size].
    /// - Returns: w, [N, size].
    public func callAsFunction(_ z: Tensor<Float>) -> Tensor<Float> {
        precondition(z.shape.count == 2 && z.shape[1] == size, "z is [N, \(size)]")
        var x = z
        normalise(&x)
        for (weight, bias) in zip(transposedWeights, biases) {
            x = matrixMultiply(x, weight)
            activate(&x, bias: bias)
        }
        return x
    }

    /// x ← x / √(mean(x²) + 10⁻⁸), row by row.
    private func normalise(_ x: inout Tensor<Float>) {
        x.withUnsafeMutableBufferPointer { x in
            for row in stride(from: 0, to: x.count, by: size) {
                var sum = 0.0
                for i in row..<row + size { sum += Double(x[i]) * Double(x[i]) }
                let factor = Float(1 / (sum / Double(size) + 1e-8).squareRoot())
                for i in row..<row + size { x[i] *= factor }
            }
        }
    }

    /// x ← √2 · LReLU₀.₂(x + b), row by row.
    private func activate(_ x: inout Tensor<Float>, bias: Tensor<Float>) {
        let gain = Float(2).squareRoot()
        x.withUnsafeMutableBufferPointer { x in
            bias.withUnsafeBufferPointer { bias in
                for row in stride(from: 0, to: x.count, by: size) {
                    for i in 0..<size {
                        let value = x[row + i] + bias[i]
                        x[row + i] = (value < 0 ? 0.2 * value : value) * gain
                    }
                }
            }
        }
    }
}

/// The transpose of a matrix.
private func transposed(_ matrix: Tensor<Float>) -> Tensor<Float> {
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
