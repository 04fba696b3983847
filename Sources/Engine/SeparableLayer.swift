import CKernels
import Tensors

/// The weights of a styled depthwise-separable layer (see `SeparableLayer`), packed for the kernels.
public struct SeparableWeights: Sendable {
    public let channelsIn: Int
    public let channelsOut: Int
    let pointwise: PackedMatrix
    let pointwiseTransposed: PackedMatrix
    let depthwise: AlignedFloats
    let bias: AlignedFloats

    /// - Parameters:
    ///   - depthwise: [channelsIn, 3, 3], any leading or unit axes.
    ///   - pointwise: [channelsOut, channelsIn], trailing unit axes allowed.
    ///   - bias: [channelsOut], unit axes allowed.
    public init(depthwise: Tensor<Float>, pointwise: Tensor<Float>, bias: Tensor<Float>) {
        channelsIn = depthwise.count / 9
        channelsOut = bias.count
        let matrix = pointwise.reshaped([channelsOut, channelsIn])
        self.pointwise = PackedMatrix(matrix)
        pointwiseTransposed = PackedMatrix(matrix, transposed: true)
        self.depthwise = AlignedFloats(depthwise)
        self.bias = AlignedFloats(bias)
    }
}

/// A styled depthwise-separable layer at work:
///
///     a = leakyReLU₀.₂( pointwise · depthwise₃ₓ₃( gain ∘ x ) + noise + bias )
///
/// where x is the input, or its inverse Haar transform when the input has half the side. Backward overwrites
/// the input's activations with the gradient before *their* leaky ReLU, so it can run once per forward.
///
/// Shapes: input [channelsIn, H, W], or [4·channelsIn, H/2, W/2] with Haar; output [channelsOut, H, W].
public final class SeparableLayer {
    let weights: SeparableWeights
    let input: Activations
    let output: Activations
    let workspace: Workspace
    let usesHaar: Bool
    /// One factor per input channel, set before `forward`; kept for `backward`.
    public let gain: AlignedFloats
    /// Receives ∂loss/∂gain in `backward`.
    public let dGain: AlignedFloats
    private let dGainOfTiles: AlignedFloats
    private let rows: Int

    public init(
        weights: SeparableWeights, input: Activations, output: Activations, workspace: Workspace
    ) {
        usesHaar = input.height != output.height
        precondition(input.channels == (usesHaar ? 4 : 1) * weights.channelsIn)
        precondition(output.channels == weights.channelsOut)
        precondition(!usesHaar || (input.height * 2 == output.height && input.width * 2 == output.width))
        self.weights = weights
        self.input = input
        self.output = output
        self.workspace = workspace
        rows = Self.tileRows(height: output.height, width: output.width)
        gain = AlignedFloats(count: input.channels)
        dGain = AlignedFloats(count: input.channels)
        dGainOfTiles = AlignedFloats(count: (output.height + rows - 1) / rows * input.channels)
        var layer = arguments(noise: nil, dNoise: nil)
        workspace.reserveScratch(ck_separable_scratch(&layer))
    }

    /// Narrow pictures are one tile: a panel then spans several rows. Tiles hold an even number of rows, because the
    /// inverse Haar transform makes them in pairs.
    static func tileRows(height: Int, width: Int) -> Int {
        width < Int(CK_PANEL) ? height : min(height, max(16, min(32, height / 8 * 2)))
    }

    private func arguments(
        noise: UnsafePointer<Float>?, dNoise: UnsafeMutablePointer<Float>?
    ) -> ck_separable {
        ck_separable(
            channels_in: Int32(weights.channelsIn), channels_out: Int32(weights.channelsOut),
            height: Int32(output.height), width: Int32(output.width), haar: usesHaar ? 1 : 0,
            rows: Int32(rows), weight: weights.pointwise.storage.pointer,
            weight_transposed: weights.pointwiseTransposed.storage.pointer,
            kernel: weights.depthwise.pointer, bias: weights.bias.pointer, gain: gain.pointer, noise: noise,
            input: input.pointer, input_stride: input.stride, output: output.pointer,
            output_stride: output.stride, d_gain: dGainOfTiles.pointer, d_noise: dNoise)
    }

    /// Computes the output's activations from the input's.
    /// - Parameter noise: [H·W], multiplied by its strength; nil for none.
    public func forward(noise: UnsafePointer<Float>?) {
        var layer = arguments(noise: noise, dNoise: nil)
        ck_run_separable_forward(
            workspace.kernels.table, workspace.pool.handle, &layer, workspace.scratchPointer,
            workspace.scratchStride)
    }

    /// Replaces the input's activations by ∂loss/∂(input before its leaky ReLU), given the same for the output
    /// in the output's memory, and fills `dGain`.
    /// - Parameter dNoise: receives ∂loss/∂noise, [H·W]; nil when not wanted.
    public func backward(dNoise: UnsafeMutablePointer<Float>?) {
        var layer = arguments(noise: nil, dNoise: dNoise)
        ck_run_separable_backward(
            workspace.kernels.table, workspace.pool.handle, &layer, workspace.scratchPointer,
            workspace.scratchStride)
        sumTiles(dGainOfTiles, into: dGain)
    }
}

/// total[i] = Σ over tiles of parts[tile][i], in the order of the tiles.
func sumTiles(_ parts: AlignedFloats, into total: AlignedFloats) {
    for i in 0..<total.count { total[i] = parts[i] }
    for tile in 1..<max(parts.count / max(total.count, 1), 1) {
        for i in 0..<total.count { total[i] += parts[tile * total.count + i] }
    }
}
