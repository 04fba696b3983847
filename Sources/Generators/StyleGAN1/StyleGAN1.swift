import Engine
import Tensors

/// The weights of a StyleGAN synthesis network, packed once and shared by every search.
///
/// Source: Karras, Laine and Aila, "A style-based generator architecture for generative adversarial networks"
/// (CVPR 2019), figure 1b, in the form and with the names of PULSE's `G_synthesis`. Weights are scaled by He's
/// constant at run time there ("equalised learning rate"), here when they are packed.
public struct StyleGAN1Weights: Sendable {
    public let configuration: StyleGAN1Configuration
    /// The learned constant with its bias, [C₀, 4, 4].
    let constant: Tensor<Float>
    /// [C₀].
    let constantNoiseStrength: Tensor<Float>
    /// One behind the constant, then two at each resolution of which the first upsamples; at 4×4 only the second.
    let convolutions: [ConvolutionWeights]
    /// y = A·w + b of each layer, [2C]: scales less 1, then shifts.
    let styles: [LinearLayer]
    /// Stored maps of unit variance, where there are any.
    let noise: [AlignedFloats?]
    let image: RGBWeights

    /// - Parameter tensor: gives the tensor of a name that the configuration lists, such as
    ///   `blocks.8x8.conv0_up.weight`; throws where there is none or its shape is wrong.
    public init(
        configuration: StyleGAN1Configuration, tensor: (String) throws -> Tensor<Float>
    ) throws {
        self.configuration = configuration
        let channels = configuration.channels
        var styles: [LinearLayer] = []
        var noise: [AlignedFloats?] = []
        func epilogue(_ name: String) throws -> Tensor<Float> {
            let scale = 1 / Float(configuration.styleDim).squareRoot()
            styles.append(
                LinearLayer(
                    matrix: try tensor(name + ".style_mod.lin.weight").map { $0 * scale },
                    bias: try tensor(name + ".style_mod.lin.bias")))
            noise.append(
                configuration.storesNoise ? AlignedFloats(try tensor(name + ".noise.noise")) : nil)
            return try tensor(name + ".noise.weight")
        }
        func convolution(_ name: String, inputs: Int, side: Int, upsamples: Bool, strength: Tensor<Float>)
            throws
            -> ConvolutionWeights
        {
            ConvolutionWeights(
                weight: try tensor(name + ".weight"), weightScale: (2 / Float(9 * inputs)).squareRoot(),
                bias: try tensor(name + ".bias"), noiseStrength: strength,
                upsampling: upsamples ? StyleGAN1Configuration.upsampling(to: side) : .none, blurs: upsamples,
                side: upsamples ? side / 2 : side)
        }

        let bias = try tensor("blocks.4x4.bias")
        var constant = try tensor("blocks.4x4.const").reshaped([channels[0], 4, 4])
        for i in 0..<constant.count { constant[i] += bias[i / 16] }
        self.constant = constant
        constantNoiseStrength = try epilogue("blocks.4x4.epi1")
        convolutions = try channels.indices.flatMap { block in
            let side = 4 << block
            let name = "blocks.\(side)x\(side)"
            let second = try convolution(
                name + (block == 0 ? ".conv" : ".conv1"), inputs: channels[block], side: side,
                upsamples: false,
                strength: try tensor(name + ".epi2.noise.weight"))
            guard block > 0 else {
                _ = try epilogue(name + ".epi2")
                return [second]
            }
            let first = try convolution(
                name + ".conv0_up", inputs: channels[block - 1], side: side, upsamples: true,
                strength: try epilogue(name + ".epi1"))
            _ = try epilogue(name + ".epi2")
            return [first, second]
        }
        self.styles = styles
        self.noise = noise
        image = RGBWeights(
            weight: try tensor("torgb.weight"),
            weightScale: 1 / Float(channels[channels.count - 1]).squareRoot(), bias: try tensor("torgb.bias"))
    }
}

/// StyleGAN's generator.
///
///     constant ─▶ epilogue ─▶ 3×3 ─▶ epilogue
///     per block:  3×3, upsampled and blurred ─▶ epilogue ─▶ 3×3 ─▶ epilogue
///     then 1×1 to RGB
///     epilogue:   + noise + bias ─ leaky ReLU ─ each channel to mean 0 and variance 1 ─ scale and shift by style
///
/// A normalised and styled picture is never stored: it is the way in which the next layer reads
/// the activations. `backward` uses up what the latest `forward` left, so it can run once for each.
public final class StyleGAN1: Generator {
    public let specification: GeneratorSpecification
    private let weights: StyleGAN1Weights
    private let workspace: Workspace
    private let constant: ConstantLayer
    private let convolutions: [ConvolutionLayer]
    private let image: RGBLayer
    private let styles: [Style]
    private var noise: [NoiseInput]

    /// - Parameter threads: including the calling one.
    public init(weights: StyleGAN1Weights, threads: Int, kernels: Kernels = .default) {
        let configuration = weights.configuration
        specification = configuration.specification
        self.weights = weights
        let workspace = Workspace(threads: threads, kernels: kernels)
        self.workspace = workspace
        let epsilon = Double(configuration.epsilon)
        func activations(_ channels: Int, side: Int) -> BlockedActivations {
            BlockedActivations(channels: channels, height: side, width: side, workspace: workspace)
        }
        let constant = ConstantLayer(
            constant: weights.constant, noiseStrength: weights.constantNoiseStrength,
            output: activations(configuration.channels[0], side: 4), normalisationEpsilon: epsilon)
        self.constant = constant
        var side = 4
        let outputs = weights.convolutions.map { convolution in
            if convolution.upsampling != .none { side *= 2 }
            return activations(convolution.channelsOut, side: side)
        }
        let convolutions = weights.convolutions.indices.map { i in
            ConvolutionLayer(
                weights: weights.convolutions[i], input: i == 0 ? constant.output : outputs[i - 1],
                output: outputs[i], workspace: workspace, usesOffset: true,
                bare: weights.convolutions[i].blurs ? outputs[i + 1] : nil, normalisationEpsilon: epsilon)
        }
        self.convolutions = convolutions
        let image = RGBLayer(
            weights: weights.image, input: outputs[outputs.count - 1], workspace: workspace, usesOffset: true,
            isOnlyReader: true)
        self.image = image
        let statistics = [constant.statistics] + convolutions.compactMap(\.statistics)
        let readers = convolutions.map(Reader.init) + [Reader(image)]
        styles = weights.styles.indices.map {
            Style(affine: weights.styles[$0], statistics: statistics[$0], reader: readers[$0])
        }
        noise = zip(specification.noiseSides, weights.noise).map { NoiseInput(side: $0, baked: $1) }
    }

    public func forward(w: Tensor<Float>, noise maps: [NoiseMap], image picture: inout Tensor<Float>) {
        precondition(w.shape == [specification.slotCount, specification.latentSize])
        precondition(maps.count == noise.count)
        precondition(picture.shape == [3, specification.resolution, specification.resolution])
        for i in noise.indices { noise[i].set(maps[i]) }
        w.withUnsafeBufferPointer { w in
            for (i, style) in styles.enumerated() {
                if i == 0 {
                    constant.forward(noise: noise[0].pointer)
                } else {
                    convolutions[i - 1].forward(noise: noise[i].pointer)
                }
                style.forward(
                    w: w.baseAddress.unsafelyUnwrapped + i * specification.latentSize, workspace: workspace)
            }
        }
        picture.withUnsafeMutableBufferPointer { image.forward(image: $0.baseAddress.unsafelyUnwrapped) }
    }

    public func backward(dImage: Tensor<Float>, dW: inout Tensor<Float>, dNoise: inout [Tensor<Float>?]) {
        precondition(dW.shape == [specification.slotCount, specification.latentSize])
        precondition(dNoise.count == noise.count)
        for i in noise.indices { noise[i].wantGradient(dNoise[i] != nil) }
        dImage.withUnsafeBufferPointer { dImage in
            dW.withUnsafeMutableBufferPointer { dW in
                image.backward(dImage: dImage.baseAddress.unsafelyUnwrapped)
                for (i, style) in styles.enumerated().reversed() {
                    style.backward(
                        dW: dW.baseAddress.unsafelyUnwrapped + i * specification.latentSize,
                        workspace: workspace)
                    if i == 0 {
                        constant.backward(dNoise: noise[0].gradientPointer)
                    } else {
                        convolutions[i - 1].backward(dNoise: noise[i].gradientPointer)
                    }
                }
            }
        }
        for i in noise.indices { noise[i].readGradient(into: &dNoise[i]) }
    }
}

/// Where a layer takes gain, centre and offset of its input from, and leaves their gradients.
private struct Reader {
    let gain, center, offset, dGain, dOffset: AlignedFloats

    init(_ layer: ConvolutionLayer) {
        (gain, dGain, dOffset) = (layer.gain, layer.dGain, layer.dOffset)
        center = layer.center ?? AlignedFloats(count: layer.gain.count)
        offset = layer.offset ?? AlignedFloats(count: layer.gain.count)
    }

    init(_ layer: RGBLayer) {
        (gain, dGain, dOffset) = (layer.gain, layer.dGain, layer.dOffset)
        center = layer.center ?? AlignedFloats(count: layer.gain.count)
        offset = layer.offset ?? AlignedFloats(count: layer.gain.count)
    }
}

/// The end of an epilogue: normalise, then scale by 1 + y₀ and shift by y₁, where (y₀, y₁) = A·w + b.
private final class Style {
    let affine: LinearLayer
    let statistics: ChannelStatistics
    let reader: Reader
    let style: AlignedFloats

    init(affine: LinearLayer, statistics: ChannelStatistics, reader: Reader) {
        (self.affine, self.statistics, self.reader) = (affine, statistics, reader)
        style = AlignedFloats(count: affine.rows)
    }

    func forward(w: UnsafePointer<Float>, workspace: Workspace) {
        affine.forward(w, into: style.pointer, workspace: workspace)
        statistics.style(
            scale: { style[$0] + 1 }, shift: { style[statistics.channels + $0] }, gain: reader.gain,
            center: reader.center, offset: reader.offset)
    }

    /// Expects the gradients of gain and offset with their reader.
    func backward(dW: UnsafeMutablePointer<Float>, workspace: Workspace) {
        statistics.backward(dGain: reader.dGain, dOffset: reader.dOffset, gain: reader.gain) {
            style[$0] = $1
            style[statistics.channels + $0] = $2
        }
        affine.backward(style.pointer, into: dW, accumulate: false, workspace: workspace)
    }
}
