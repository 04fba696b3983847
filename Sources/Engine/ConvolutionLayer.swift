import CKernels

/// A dense 3×3 convolution at work, with what stands in front of it and behind it in StyleGAN and StyleGAN2:
///
///     x = gain ∘ (input − center) + offset            (inside the picture; 0 outside)
///     u = outputGain ∘ convolution(x)                 (upsampling, then blurred, where the weights say so)
///     a = clamp( scale · leakyReLU₀.₂( u + strength · noise + bias ) )
///
/// Gains, centre, offset and noise are set before `forward`. Backward reads ∂loss/∂a from the output's gradient, writes that
/// of the input, and fills `dGain`, `dOffset` and `dOutputGain`; activations stay as they are.
///
/// Shapes: input [channelsIn, H, W]; output [channelsOut, H, W], or [channelsOut, 2H, 2W] when upsampling.
public final class ConvolutionLayer {
    public let weights: ConvolutionWeights
    public let input: BlockedActivations
    public let output: BlockedActivations
    /// One factor for each input channel, 1 at first.
    public let gain: AlignedFloats
    /// What is subtracted from and added to each input channel, 0 at first; nil where the layer has neither.
    public let center: AlignedFloats?
    public let offset: AlignedFloats?
    /// One factor for each output channel, 1 at first; nil where the layer has none. Must not be 0.
    public let outputGain: AlignedFloats?
    /// Receive ∂loss/∂gain, ∂loss/∂offset and ∂loss/∂outputGain in `backward`.
    public let dGain: AlignedFloats
    public let dOffset: AlignedFloats
    public let dOutputGain: AlignedFloats?
    /// Mean and variance of each output channel after `forward`, and the way of the gradient through them; nil
    /// where the layer is not normalised.
    public let statistics: ChannelStatistics?

    private let workspace: Workspace
    private let dGainOfTiles: AlignedFloats
    private let dOutputGainOfTiles: AlignedFloats?
    private let bare: BlockedActivations?
    private var noise: UnsafePointer<Float>?
    private var dNoise: UnsafeMutablePointer<Float>?

    /// - Parameters:
    ///   - usesOffset: whether the input has a centre and an offset.
    ///   - usesOutputGain: whether the output has a gain (demodulation).
    ///   - bare: activations of the output's size that are computed after it and have no use any more when backward
    ///     gets here; lends its memory to what is between convolution and blur.
    ///   - normalisationEpsilon: ε, if the output is normalised channel by channel.
    public init(
        weights: ConvolutionWeights, input: BlockedActivations, output: BlockedActivations,
        workspace: Workspace,
        usesOffset: Bool = false, usesOutputGain: Bool = false,
        bare: BlockedActivations? = nil, normalisationEpsilon: Double? = nil
    ) {
        let factor = weights.upsampling == .none ? 1 : 2
        precondition(input.channels == weights.channelsIn && output.channels == weights.channelsOut)
        precondition(output.height == factor * input.height && output.width == factor * input.width)
        self.weights = weights
        self.input = input
        self.output = output
        self.workspace = workspace
        // Without memory lent to it, the blur needs the other turn, between the output's gradient and the input's.
        self.bare = bare
        precondition(bare == nil || bare?.storage.count == output.storage.count)
        let blursInTurn = weights.blurs && bare == nil
        output.turn = blursInTurn ? input.turn : 1 - input.turn
        input.reserveGradient()
        if blursInTurn { workspace.reserveGradients(output.storage.count, turn: 1 - output.turn) }
        gain = AlignedFloats(count: input.paddedChannels)
        dGain = AlignedFloats(count: input.paddedChannels)
        dOffset = AlignedFloats(count: input.paddedChannels)
        for c in 0..<input.channels { gain[c] = 1 }
        center = usesOffset ? AlignedFloats(count: input.paddedChannels) : nil
        offset = usesOffset ? AlignedFloats(count: input.paddedChannels) : nil
        outputGain = usesOutputGain ? AlignedFloats(count: output.paddedChannels) : nil
        dOutputGain = usesOutputGain ? AlignedFloats(count: output.paddedChannels) : nil
        if let outputGain { for c in 0..<output.paddedChannels { outputGain[c] = 1 } }

        var shape = ck_convolution()
        shape.height = Int32(input.height)
        shape.width = Int32(input.width)
        shape.channels_in = Int32(input.paddedChannels)
        shape.channels_out = Int32(output.paddedChannels)
        shape.upsampling = weights.upsampling.rawValue
        shape.winograd = weights.usesWinograd ? 1 : 0
        let tiles = Int(ck_convolution_tiles(&shape, 1))
        dGainOfTiles = AlignedFloats(count: tiles * 2 * input.paddedChannels)
        dOutputGainOfTiles = usesOutputGain ? AlignedFloats(count: tiles * output.paddedChannels) : nil
        var statisticsTiles = Int(ck_convolution_tiles(&shape, 0))
        if weights.blurs {
            var blur = ck_blur()
            blur.height = Int32(output.height)
            statisticsTiles = Int(ck_blur_tiles(&blur))
        }
        statistics = normalisationEpsilon.map {
            ChannelStatistics(of: output, tiles: statisticsTiles, epsilon: $0)
        }
        workspace.reserveScratch(ck_convolution_scratch(&shape))
        workspace.reserveStaged(ck_convolution_staged(&shape))
    }

    private var end: ck_activation {
        ck_activation(
            bias: weights.bias.pointer, strength: weights.strength.pointer, noise: noise,
            scale: weights.scale,
            clamp: weights.clamp ?? 0, output: output.pointer, statistics: statistics?.tiles.pointer,
            d_output: output.pictureGradient == nil ? UnsafePointer(output.gradientPointer) : nil,
            d_rgb: output.pictureGradient?.planes, rgb_weight: output.pictureGradient?.weights.pointer,
            pixels: output.height * output.width, d_shift: statistics?.dShift.pointer,
            d_slope: statistics?.dSlope.pointer, d_noise: dNoise)
    }

    /// Where the bare convolution goes when a blur follows it.
    private var raw: UnsafeMutablePointer<Float>? {
        weights.blurs ? bare?.pointer ?? workspace.gradientPointer(turn: 1 - output.turn) : nil
    }

    private var convolution: ck_convolution {
        ck_convolution(
            channels_in: Int32(input.paddedChannels), channels_out: Int32(output.paddedChannels),
            height: Int32(input.height), width: Int32(input.width), upsampling: weights.upsampling.rawValue,
            winograd: weights.usesWinograd ? 1 : 0, weight: weights.forward.pointer,
            weight_transposed: weights.backward.pointer, gain: gain.pointer, center: center?.pointer,
            offset: offset?.pointer,
            output_gain: outputGain?.pointer, raw: raw, end: end, input: input.pointer,
            d_input: input.gradientPointer, d_gain: dGainOfTiles.pointer,
            d_output_gain: dOutputGainOfTiles?.pointer, staged: workspace.stagedPointer)
    }

    private var blur: ck_blur {
        ck_blur(
            channels: Int32(output.paddedChannels), height: Int32(output.height), width: Int32(output.width),
            raw: raw, end: end)
    }

    /// Computes the output's activations from the input's.
    /// - Parameter noise: [output pixels], of unit variance; nil for none. Read again in `backward`.
    public func forward(noise: UnsafePointer<Float>?) {
        self.noise = noise
        dNoise = nil
        var layer = convolution
        ck_run_convolution_forward(
            workspace.kernels.table, workspace.pool.handle, &layer, workspace.scratchPointer,
            workspace.scratchStride)
        if weights.blurs {
            var blur = blur
            ck_run_blur_forward(workspace.kernels.table, workspace.pool.handle, &blur)
        }
        statistics?.gather()
    }

    /// Carries the output's gradient to the input and to gains and offset.
    /// - Parameter dNoise: receives ∂loss/∂noise, [output pixels]; nil when not wanted.
    public func backward(dNoise: UnsafeMutablePointer<Float>?) {
        self.dNoise = dNoise
        if weights.blurs {
            var blur = blur
            ck_run_blur_backward(workspace.kernels.table, workspace.pool.handle, &blur)
        }
        var layer = convolution
        ck_run_convolution_backward(
            workspace.kernels.table, workspace.pool.handle, &layer, workspace.scratchPointer,
            workspace.scratchStride)
        sumPairs(dGainOfTiles, dGain, dOffset)
        if let dOutputGain, let dOutputGainOfTiles, let outputGain {
            sumTiles(dOutputGainOfTiles, into: dOutputGain)
            for c in 0..<output.channels { dOutputGain[c] /= outputGain[c] }
        }
    }
}

/// Sums tiles of pairs [tile][2][count] in the order of the tiles, in double precision.
func sumPairs(_ tiles: AlignedFloats, _ first: AlignedFloats, _ second: AlignedFloats) {
    let count = first.count
    for c in 0..<count {
        var (a, b) = (0.0, 0.0)
        for tile in stride(from: c, to: tiles.count, by: 2 * count) {
            a += Double(tiles[tile])
            b += Double(tiles[tile + count])
        }
        (first[c], second[c]) = (Float(a), Float(b))
    }
}
