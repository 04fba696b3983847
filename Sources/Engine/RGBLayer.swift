import CKernels
import Tensors

/// The weights of a 1×1 convolution to RGB.
public struct RGBWeights: Sendable {
    public let channels: Int
    let weight: AlignedFloats  // [3][padded channels]
    let bias: AlignedFloats

    /// - Parameters:
    ///   - weight: [3, channels], trailing unit axes allowed.
    ///   - weightScale: multiplies `weight`.
    ///   - bias: [3], unit axes allowed.
    public init(weight: Tensor<Float>, weightScale: Float = 1, bias: Tensor<Float>) {
        precondition(weight.count % 3 == 0 && bias.count == 3)
        channels = weight.count / 3
        let padded = roundedToBlocks(channels)
        self.weight = AlignedFloats(count: 3 * padded)
        for k in 0..<3 {
            for c in 0..<channels { self.weight[k * padded + c] = weightScale * weight[k * channels + c] }
        }
        self.bias = AlignedFloats(bias)
    }
}

/// A 1×1 convolution to RGB at work: rgb = weight · (gain ∘ (input − center) + offset) + bias.
///
/// Shapes: input [channels, H, W], picture [3, H, W].
public final class RGBLayer {
    let weights: RGBWeights
    let input: BlockedActivations
    let workspace: Workspace
    /// One factor for each channel, 1 at first.
    public let gain: AlignedFloats
    /// What is subtracted from and added to each channel, 0 at first; nil where the layer has neither.
    public let center: AlignedFloats?
    public let offset: AlignedFloats?
    /// Receive ∂loss/∂gain and ∂loss/∂offset in `backward`.
    public let dGain: AlignedFloats
    public let dOffset: AlignedFloats
    private let dGainOfTiles: AlignedFloats
    /// Weights times gain, when the input's gradient is not stored.
    private let weightsInPicture: AlignedFloats?

    /// - Parameters:
    ///   - usesOffset: whether the input has a centre and an offset.
    ///   - isOnlyReader: whether no other layer reads the input. Then its gradient is not stored: the convolution that
    ///     made it computes it from the picture's, which must stay where it is until then.
    public init(
        weights: RGBWeights, input: BlockedActivations, workspace: Workspace, usesOffset: Bool = false,
        isOnlyReader: Bool = false
    ) {
        precondition(input.channels == weights.channels)
        weightsInPicture = isOnlyReader ? AlignedFloats(count: weights.weight.count) : nil
        if !isOnlyReader { input.reserveGradient() }
        self.weights = weights
        self.input = input
        self.workspace = workspace
        gain = AlignedFloats(count: input.paddedChannels)
        dGain = AlignedFloats(count: input.paddedChannels)
        dOffset = AlignedFloats(count: input.paddedChannels)
        for c in 0..<input.channels { gain[c] = 1 }
        center = usesOffset ? AlignedFloats(count: input.paddedChannels) : nil
        offset = usesOffset ? AlignedFloats(count: input.paddedChannels) : nil
        var shape = ck_rgb()
        shape.height = Int32(input.height)
        shape.width = Int32(input.width)
        dGainOfTiles = AlignedFloats(count: Int(ck_rgb_tiles(&shape)) * 2 * input.paddedChannels)
    }

    private func arguments(_ image: UnsafeMutablePointer<Float>, accumulate: Bool) -> ck_rgb {
        ck_rgb(
            channels: Int32(input.paddedChannels), height: Int32(input.height), width: Int32(input.width),
            weight: weights.weight.pointer, bias: weights.bias.pointer, gain: gain.pointer,
            center: center?.pointer, offset: offset?.pointer, input: input.pointer, image: image,
            accumulate: accumulate ? 1 : 0,
            d_input: weightsInPicture == nil ? input.gradientPointer : nil, d_gain: dGainOfTiles.pointer)
    }

    /// Writes the picture [3, H, W], or adds to it.
    public func forward(image: UnsafeMutablePointer<Float>, accumulate: Bool = false) {
        var layer = arguments(image, accumulate: accumulate)
        ck_run_rgb_forward(workspace.kernels.table, workspace.pool.handle, &layer)
    }

    /// Writes the gradient of the input, or adds to it, given ∂loss/∂picture, and fills `dGain` and `dOffset`.
    public func backward(dImage: UnsafePointer<Float>, accumulate: Bool = false) {
        // The kernel only reads the picture in this direction.
        var layer = arguments(UnsafeMutablePointer(mutating: dImage), accumulate: accumulate)
        ck_run_rgb_backward(workspace.kernels.table, workspace.pool.handle, &layer)
        if let weightsInPicture {
            precondition(!accumulate, "nothing to add to")
            for i in 0..<weightsInPicture.count {
                weightsInPicture[i] = weights.weight[i] * gain[i % gain.count]
            }
            input.pictureGradient = .init(planes: dImage, weights: weightsInPicture)
        }
        sumPairs(dGainOfTiles, dGain, dOffset)
    }
}

/// Three planes to twice their side: zeros in between, then the filter [1,3,3,1]²/16 (StyleGAN2's skip connection).
///
/// Shapes: [3, H, W] to [3, 2H, 2W].
public struct RGBUpsampling: Sendable {
    public let height: Int
    public let width: Int

    public init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

    /// Writes the large picture, or adds to it.
    public func forward(
        _ small: UnsafePointer<Float>, into large: UnsafeMutablePointer<Float>, accumulate: Bool,
        workspace: Workspace
    ) {
        var layer = arguments(UnsafeMutablePointer(mutating: small), large, accumulate)
        ck_run_rgb_upsampling_forward(workspace.pool.handle, &layer)
    }

    /// The adjoint: writes the gradient of the small picture, or adds to it.
    public func backward(
        _ dLarge: UnsafePointer<Float>, into dSmall: UnsafeMutablePointer<Float>, accumulate: Bool,
        workspace: Workspace
    ) {
        var layer = arguments(dSmall, UnsafeMutablePointer(mutating: dLarge), accumulate)
        ck_run_rgb_upsampling_backward(workspace.pool.handle, &layer)
    }

    private func arguments(
        _ small: UnsafeMutablePointer<Float>, _ large: UnsafeMutablePointer<Float>, _ accumulate: Bool
    ) -> ck_rgb_upsampling {
        ck_rgb_upsampling(
            height: Int32(height), width: Int32(width), small: small, large: large,
            accumulate: accumulate ? 1 : 0)
    }
}
