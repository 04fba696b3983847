import CKernels
import Tensors

/// The weights of a dense 3×3 convolution and of the activation behind it, packed for the kernels.
public struct ConvolutionWeights: Sendable {
    /// How the convolution doubles the side of its picture, if it does.
    public enum Upsampling: Int32, Sendable {
        case none = 0
        /// Every pixel four times, then the convolution (StyleGAN below 128 pixels).
        case nearest = 1
        /// A stride-2 transposed convolution with the kernel summed over its four shifts (StyleGAN from 128 pixels).
        case transposed = 2
        /// A stride-2 transposed convolution, then the filter [1,3,3,1]²/16 (StyleGAN2).
        case filtered = 3
    }

    public let channelsIn: Int
    public let channelsOut: Int
    public let upsampling: Upsampling
    /// Whether the filter [1,2,1]²/16 stands between an upsampling convolution and its activation (StyleGAN).
    public let blurs: Bool
    /// Factor behind the leaky ReLU, and the bound behind that, if any.
    public let scale: Float
    public let clamp: Float?
    let usesWinograd: Bool
    let forward: AlignedFloats
    let backward: AlignedFloats
    let bias: AlignedFloats
    let strength: AlignedFloats

    /// - Parameters:
    ///   - weight: [channelsOut, channelsIn, 3, 3], for correlation, or as a transposed convolution's kernel with
    ///     its first two axes exchanged.
    ///   - weightScale: multiplies `weight`.
    ///   - bias: [channelsOut].
    ///   - noiseStrength: [channelsOut], or [1] for all channels alike.
    ///   - side: of the input picture; decides how the convolution is computed.
    ///   - usesWinograd: decides that instead.
    public init(
        weight: Tensor<Float>, weightScale: Float = 1, bias: Tensor<Float>, noiseStrength: Tensor<Float>,
        upsampling: Upsampling = .none, blurs: Bool = false, scale: Float = 1, clamp: Float? = nil, side: Int,
        usesWinograd: Bool? = nil
    ) {
        precondition(weight.shape.count == 4 && weight.shape[2] == 3 && weight.shape[3] == 3)
        (channelsOut, channelsIn) = (weight.shape[0], weight.shape[1])
        precondition(bias.count == channelsOut, "one bias for each output channel")
        precondition(noiseStrength.count == channelsOut || noiseStrength.count == 1)
        self.upsampling = upsampling
        self.blurs = blurs
        self.scale = scale
        self.clamp = clamp
        self.usesWinograd = usesWinograd ?? (side >= Self.winogradSide(upsampling))
        self.bias = Self.padded(bias, to: channelsOut)
        strength = Self.padded(noiseStrength, to: channelsOut)
        forward = Self.packed(weight, weightScale, upsampling, self.usesWinograd, backward: false)
        backward = Self.packed(weight, weightScale, upsampling, self.usesWinograd, backward: true)
    }

    /// From which side of the input on Winograd's way pays: its weights are four times larger, or six where repeated
    /// pixels leave only 2×2 taps, and small pictures are bound by reading weights.
    static func winogradSide(_ upsampling: Upsampling) -> Int {
        switch upsampling {
        case .none, .filtered: 32
        case .nearest, .transposed: 64
        }
    }

    private static func packed(
        _ weight: Tensor<Float>, _ scale: Float, _ upsampling: Upsampling, _ usesWinograd: Bool,
        backward: Bool
    ) -> AlignedFloats {
        let (outputs, inputs) = (Int32(weight.shape[0]), Int32(weight.shape[1]))
        let winograd: Int32 = usesWinograd ? 1 : 0
        let packed = AlignedFloats(
            count: ck_packed_convolution_size(outputs, inputs, upsampling.rawValue, winograd))
        weight.withUnsafeBufferPointer {
            ck_pack_convolution(
                $0.baseAddress, scale, outputs, inputs, upsampling.rawValue, winograd, backward ? 1 : 0,
                packed.pointer)
        }
        return packed
    }

    private static func padded(_ values: Tensor<Float>, to count: Int) -> AlignedFloats {
        let result = AlignedFloats(count: roundedToBlocks(count))
        for i in 0..<count { result[i] = values[values.count == 1 ? 0 : i] }
        return result
    }
}
