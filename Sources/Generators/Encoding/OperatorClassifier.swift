import Foundation
import Tensors

/// Tells by which operator a picture was made small: a network that was learned from a generator's own pictures, made
/// small by each, from how energy is spread over a small picture's frequencies to how probable each operator is.
public struct OperatorClassifier: Sendable {
    public struct Layer: Sendable {
        /// [outputs, inputs].
        package var weight: Tensor<Float>
        /// [outputs].
        package var bias: Tensor<Float>

        public init(weight: Tensor<Float>, bias: Tensor<Float>) { (self.weight, self.bias) = (weight, bias) }
    }

    /// The operators' names, in the order of the network's answers.
    public let names: [String]
    /// Of which sides of pictures it has seen.
    public let sides: ClosedRange<Int>
    package let layers: [Layer]

    /// How many numbers it looks at.
    public var inputs: Int { layers[0].weight.shape[1] }

    /// - Parameter layers: each followed by LReLU₀.₂ unless it is the last.
    /// - Returns: nil where the layers do not chain to one number for each name.
    public init?(names: [String], sides: ClosedRange<Int>, layers: [Layer]) {
        guard names.count > 1, Set(names).count == names.count, let first = layers.first,
            first.weight.shape.count == 2
        else { return nil }
        var width = first.weight.shape[1]
        for layer in layers {
            guard layer.weight.shape.count == 2, layer.weight.shape[1] == width,
                layer.bias.shape == [layer.weight.shape[0]]
            else { return nil }
            width = layer.weight.shape[0]
        }
        guard width == names.count else { return nil }
        (self.names, self.sides, self.layers) = (names, sides, layers)
    }

    /// The logarithm of each operator's probability.
    /// - Parameter features: `inputs` numbers.
    public func callAsFunction(_ features: [Double]) -> [Double] {
        precondition(features.count == inputs, "the network looks at \(inputs) numbers")
        var x = features
        for (index, layer) in layers.enumerated() {
            let columns = x.count
            x = (0..<layer.bias.count).map { row in
                var sum = Double(layer.bias[row])
                for column in 0..<columns { sum += Double(layer.weight[row * columns + column]) * x[column] }
                return index == layers.count - 1 || sum > 0 ? sum : 0.2 * sum
            }
        }
        let highest = x.max() ?? 0
        let total = highest + log(x.reduce(0) { $0 + exp($1 - highest) })
        return x.map { $0 - total }
    }
}
