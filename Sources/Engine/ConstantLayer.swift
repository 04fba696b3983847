import CKernels
import Tensors

/// The first layer of StyleGAN: a learned constant, noise, leaky ReLU, then normalised.
///
///     a = leakyReLU₀.₂( constant + strength · noise )
///
/// Shapes: constant and output [C, H, W]; small, so it runs on one thread.
public final class ConstantLayer {
    public let output: BlockedActivations
    public let statistics: ChannelStatistics
    private let constant: Tensor<Float>
    private let strength: AlignedFloats

    /// - Parameters:
    ///   - constant: [C, H, W], its bias included.
    ///   - noiseStrength: [C].
    public init(
        constant: Tensor<Float>, noiseStrength: Tensor<Float>, output: BlockedActivations,
        normalisationEpsilon: Double
    ) {
        precondition(constant.shape == [output.channels, output.height, output.width])
        precondition(noiseStrength.count == output.channels)
        self.constant = constant
        self.output = output
        strength = AlignedFloats(noiseStrength)
        statistics = ChannelStatistics(of: output, tiles: 1, epsilon: normalisationEpsilon)
    }

    /// - Parameter noise: [H·W], of unit variance; nil for none.
    public func forward(noise: UnsafePointer<Float>?) {
        let pixels = output.height * output.width
        constant.withUnsafeBufferPointer { constant in
            for c in 0..<output.channels {
                for p in 0..<pixels {
                    let value = constant[c * pixels + p] + strength[c] * (noise?[p] ?? 0)
                    output.pointer[output.position(c, p)] = value > 0 ? value : 0.2 * value
                }
            }
        }
        statistics.measure()
    }

    /// Reads ∂loss/∂a from the output's gradient.
    /// - Parameter dNoise: receives ∂loss/∂noise, [H·W]; nil when not wanted.
    public func backward(dNoise: UnsafeMutablePointer<Float>?) {
        guard let dNoise else { return }
        for p in 0..<output.height * output.width {
            dNoise[p] = 0
            for c in 0..<output.channels {
                let position = output.position(c, p)
                let a = output.pointer[position]
                let d = output.gradientPointer[position] + statistics.dShift[c] + statistics.dSlope[c] * a
                dNoise[p] += strength[c] * (a > 0 ? d : 0.2 * d)
            }
        }
    }
}

extension ChannelStatistics {
    /// Measures the activations as one tile; `gather` included.
    func measure() {
        let stride = activations.paddedChannels
        for c in 0..<channels {
            let pivot = activations.pointer[activations.position(c, 0)]
            var (sum, squares): (Float, Float) = (0, 0)
            for p in 0..<pixels {
                let d = activations.pointer[activations.position(c, p)] - pivot
                sum += d
                squares += d * d
            }
            tiles[c] = Float(pixels)
            (tiles[c + stride], tiles[c + 2 * stride], tiles[c + 3 * stride]) = (pivot, sum, squares)
        }
        gather()
    }
}
