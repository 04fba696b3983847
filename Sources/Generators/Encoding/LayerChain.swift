import Tensors

/// A small network from a picture to a few numbers: convolutions, then matrices.
public struct LayerChain: Sendable {
    /// Kernel 3, zero padding 1, or a matrix; followed by LReLU₀.₂ unless it is the last.
    public enum Layer: Sendable {
        /// `weight` [outputs, inputs, 3, 3], `bias` [outputs].
        case convolution(weight: Tensor<Float>, bias: Tensor<Float>, stride: Int)
        /// `weight` [outputs, inputs], `bias` [outputs].
        case dense(weight: Tensor<Float>, bias: Tensor<Float>)
    }

    /// Side of the pictures that it takes.
    public let side: Int
    public let layers: [Layer]
    /// How many numbers it gives.
    public let outputs: Int

    /// - Returns: nil where the layers do not chain from [3, side, side] to a row of numbers.
    public init?(side: Int, layers: [Layer]) {
        guard (4...128).contains(side), let outputs = Self.outputs(of: layers, side: side) else { return nil }
        (self.side, self.layers, self.outputs) = (side, layers, outputs)
    }

    /// The number of outputs; nil where a layer does not take what the one before gives.
    private static func outputs(of layers: [Layer], side: Int) -> Int? {
        var (channels, side) = (3, side)
        for layer in layers {
            switch layer {
            case .convolution(let weight, let bias, let stride):
                guard side > 0, weight.shape.count == 4, weight.shape[1...] == [channels, 3, 3],
                    bias.shape == [weight.shape[0]], (1...4).contains(stride)
                else { return nil }
                (channels, side) = (weight.shape[0], (side - 1) / stride + 1)
            case .dense(let weight, let bias):
                guard weight.shape.count == 2, weight.shape[1] == channels * max(1, side * side),
                    bias.shape == [weight.shape[0]]
                else { return nil }
                (channels, side) = (weight.shape[0], 0)
            }
        }
        return side == 0 ? channels : nil
    }

    /// - Parameter picture: [3, side, side].
    /// - Returns: [outputs].
    public func callAsFunction(_ picture: Tensor<Float>) -> Tensor<Float> {
        precondition(picture.shape == [3, side, side], "the network looks at \(side)×\(side) pixels")
        var (x, edge) = (picture, side)
        for (index, layer) in layers.enumerated() {
            switch layer {
            case .convolution(let weight, let bias, let stride):
                x = convolved(x, side: edge, weight, bias, stride: stride)
                edge = (edge - 1) / stride + 1
            case .dense(let weight, let bias):
                x = product(weight, x, bias)
            }
            if index < layers.count - 1 { x = x.map { $0 > 0 ? $0 : 0.2 * $0 } }
        }
        return x
    }
}

private func product(_ weight: Tensor<Float>, _ x: Tensor<Float>, _ bias: Tensor<Float>) -> Tensor<Float> {
    let (rows, columns) = (weight.shape[0], weight.shape[1])
    var result = bias
    result.withUnsafeMutableBufferPointer { result in
        weight.withUnsafeBufferPointer { weight in
            x.withUnsafeBufferPointer { x in
                for row in 0..<rows {
                    var sum: Float = 0
                    for column in 0..<columns { sum += weight[row * columns + column] * x[column] }
                    result[row] += sum
                }
            }
        }
    }
    return result
}

/// [channels, side, side] → [outputs, ⌈side/stride⌉, ⌈side/stride⌉].
private func convolved(
    _ x: Tensor<Float>, side: Int, _ weight: Tensor<Float>, _ bias: Tensor<Float>, stride: Int
) -> Tensor<Float> {
    let (outputs, channels) = (weight.shape[0], weight.shape[1])
    let edge = (side - 1) / stride + 1
    var result = Tensor<Float>(zeros: [outputs, edge, edge])
    result.withUnsafeMutableBufferPointer { result in
        weight.withUnsafeBufferPointer { weight in
            x.withUnsafeBufferPointer { x in
                for output in 0..<outputs {
                    let plane = output * edge * edge
                    for i in 0..<edge * edge { result[plane + i] = bias[output] }
                    for channel in 0..<channels {
                        for tap in 0..<9 {
                            let factor = weight[(output * channels + channel) * 9 + tap]
                            let (dy, dx) = (tap / 3 - 1, tap % 3 - 1)
                            // Where column · stride + dx is within the picture.
                            let first = dx < 0 ? 1 : 0
                            let last = side > dx ? min(edge, (side - 1 - dx) / stride + 1) : 0
                            for row in 0..<edge {
                                let y = row * stride + dy
                                guard y >= 0, y < side else { continue }
                                let source = (channel * side + y) * side + dx
                                let target = plane + row * edge
                                for column in first..<last {
                                    result[target + column] += factor * x[source + column * stride]
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    return result
}
