import Engine
import Tensors

/// The weights of a StyleGAN2 synthesis network, packed once and shared by every search.
///
/// Source: Karras et al., "Analyzing and improving the image quality of StyleGAN" (CVPR 2020), figures 2d and 7b;
/// Karras et al., "Training generative adversarial networks with limited data" (2020) for the clamp.
public struct StyleGAN2Weights: Sendable {
    public let configuration: StyleGAN2Configuration
    /// [C₀, 4, 4].
    let constant: Tensor<Float>
    /// One at 4×4, then two at each resolution, of which the first upsamples.
    let layers: [Layer]
    /// One at each resolution.
    let rgbLayers: [RGB]

    struct Layer: Sendable {
        /// s = A·w + b, [channels in].
        let style: LinearLayer
        let demodulation: Demodulation
        let convolution: ConvolutionWeights
        /// Of unit variance, [side, side], where maps are stored.
        let noise: AlignedFloats?
    }

    struct RGB: Sendable {
        let style: LinearLayer
        let weights: RGBWeights
    }

    /// - Parameter tensor: gives the tensor of a name that the configuration lists, such as `b8.conv0.weight`;
    ///   throws where there is none or its shape is wrong.
    public init(
        configuration: StyleGAN2Configuration, tensor: (String) throws -> Tensor<Float>
    ) throws {
        self.configuration = configuration
        func style(_ name: String) throws -> LinearLayer {
            let scale = 1 / Float(configuration.styleDim).squareRoot()
            return LinearLayer(
                matrix: try tensor(name + ".affine.weight").map { $0 * scale },
                bias: try tensor(name + ".affine.bias"))
        }
        func layer(_ name: String, side: Int, upsamples: Bool) throws -> Layer {
            let weight = try tensor(name + ".weight")
            return Layer(
                style: try style(name), demodulation: Demodulation(weight: weight),
                convolution: ConvolutionWeights(
                    weight: weight, bias: try tensor(name + ".bias"),
                    noiseStrength: try tensor(name + ".noise_strength").reshaped([1]),
                    upsampling: upsamples ? .filtered : .none, scale: Float(2).squareRoot(),
                    clamp: configuration.clamp, side: upsamples ? side / 2 : side),
                noise: configuration.storesNoise ? AlignedFloats(try tensor(name + ".noise_const")) : nil)
        }
        constant = try tensor("b4.const")
        let sides = configuration.channels.indices.map { 4 << $0 }
        layers = try sides.flatMap { side in
            let last = try layer("b\(side).conv1", side: side, upsamples: false)
            return side == 4 ? [last] : [try layer("b\(side).conv0", side: side, upsamples: true), last]
        }
        rgbLayers = try zip(sides, configuration.channels).map { side, channels in
            RGB(
                style: try style("b\(side).torgb"),
                weights: RGBWeights(
                    weight: try tensor("b\(side).torgb.weight"),
                    weightScale: 1 / Float(channels).squareRoot(), bias: try tensor("b\(side).torgb.bias")))
        }
    }
}

/// StyleGAN2's generator with skip connections.
///
///     constant ─▶ layer, 4×4 ─▶ RGB
///     per block:  upsampling layer ─▶ layer ─▶ RGB + the RGB so far, upsampled
///     layer:      style ∘ ─ 3×3 (upsampled, filtered) ─ demodulation ∘ ─ + noise + bias ─ √2·leaky ReLU
///
/// `backward` uses up what the latest `forward` left, so it can run once for each.
public final class StyleGAN2: Generator {
    public let specification: GeneratorSpecification
    private let workspace: Workspace
    private let layers: [StyledConvolution]
    private let rgbLayers: [StyledRGB]
    /// The RGB so far at each resolution but the last, [3, side, side], and later its gradient.
    private let planes: [AlignedFloats]
    private var noise: [NoiseInput]

    /// - Parameter threads: including the calling one.
    public init(weights: StyleGAN2Weights, threads: Int, kernels: Kernels = .default) {
        let configuration = weights.configuration
        specification = configuration.specification
        let workspace = Workspace(threads: threads, kernels: kernels)
        self.workspace = workspace
        func activations(_ channels: Int, side: Int) -> BlockedActivations {
            BlockedActivations(channels: channels, height: side, width: side, workspace: workspace)
        }
        var hidden = activations(configuration.channels[0], side: 4)
        hidden.tensor = weights.constant
        var layers: [StyledConvolution] = []
        var rgbLayers: [StyledRGB] = []
        for (block, channels) in configuration.channels.enumerated() {
            for index in block == 0 ? [0] : [2 * block - 1, 2 * block] {
                let output = activations(channels, side: 4 << block)
                layers.append(
                    StyledConvolution(
                        weights: weights.layers[index], input: hidden, output: output, workspace: workspace))
                hidden = output
            }
            rgbLayers.append(
                StyledRGB(
                    weights: weights.rgbLayers[block], input: hidden, clamp: configuration.clamp,
                    workspace: workspace))
        }
        (self.layers, self.rgbLayers) = (layers, rgbLayers)
        planes = configuration.channels.indices.dropLast().map { AlignedFloats(count: 3 << (4 + 2 * $0)) }
        noise = zip(specification.noiseSides, weights.layers).map { NoiseInput(side: $0, baked: $1.noise) }
    }

    public func forward(w: Tensor<Float>, noise maps: [NoiseMap], image: inout Tensor<Float>) {
        precondition(w.shape == [specification.slotCount, specification.latentSize])
        precondition(maps.count == noise.count)
        precondition(image.shape == [3, specification.resolution, specification.resolution])
        for i in noise.indices { noise[i].set(maps[i]) }
        w.withUnsafeBufferPointer { w in
            image.withUnsafeMutableBufferPointer { image in
                forward(w: w.baseAddress.unsafelyUnwrapped, image: image.baseAddress.unsafelyUnwrapped)
            }
        }
    }

    /// The RGB layer of a block reads the slot of the layer behind it.
    private func forward(w: UnsafePointer<Float>, image: UnsafeMutablePointer<Float>) {
        func slot(_ index: Int) -> UnsafePointer<Float> { w + index * specification.latentSize }
        for block in rgbLayers.indices {
            for index in block == 0 ? 0...0 : 2 * block - 1...2 * block {
                layers[index].forward(w: slot(index), noise: noise[index].pointer)
            }
            let target = block < planes.count ? planes[block].pointer : image
            if block > 0 {
                let side = 2 << block
                RGBUpsampling(height: side, width: side).forward(
                    planes[block - 1].pointer, into: target, accumulate: false, workspace: workspace)
            }
            rgbLayers[block].forward(w: slot(2 * block + 1), image: target, accumulate: block > 0)
        }
    }

    public func backward(dImage: Tensor<Float>, dW: inout Tensor<Float>, dNoise: inout [Tensor<Float>?]) {
        precondition(dW.shape == [specification.slotCount, specification.latentSize])
        precondition(dNoise.count == noise.count)
        for i in noise.indices { noise[i].wantGradient(dNoise[i] != nil) }
        dW.withUnsafeMutableBufferPointer { dW in
            dW.update(repeating: 0)
            dImage.withUnsafeBufferPointer { dImage in
                backward(dImage: dImage.baseAddress.unsafelyUnwrapped, dW: dW.baseAddress.unsafelyUnwrapped)
            }
        }
        for i in noise.indices { noise[i].readGradient(into: &dNoise[i]) }
    }

    private func backward(dImage: UnsafePointer<Float>, dW: UnsafeMutablePointer<Float>) {
        func slot(_ index: Int) -> UnsafeMutablePointer<Float> { dW + index * specification.latentSize }
        for block in rgbLayers.indices.reversed() {
            let isLast = block == planes.count
            let dRGB = isLast ? dImage : UnsafePointer(planes[block].pointer)
            // Behind the last RGB layer there is no other layer, whose gradient to add to.
            rgbLayers[block].backward(dImage: dRGB, dW: slot(2 * block + 1), accumulate: !isLast)
            if block > 0 {
                let side = 2 << block
                RGBUpsampling(height: side, width: side).backward(
                    dRGB, into: planes[block - 1].pointer, accumulate: false, workspace: workspace)
            }
            for index in (block == 0 ? 0...0 : 2 * block - 1...2 * block).reversed() {
                layers[index].backward(dW: slot(index), dNoise: noise[index].gradientPointer)
            }
        }
    }
}

/// A modulated and demodulated convolution with its noise, bias and activation.
private final class StyledConvolution {
    let weights: StyleGAN2Weights.Layer
    let workspace: Workspace
    let layer: ConvolutionLayer
    /// The style is the gain of the convolution's input, its demodulation the gain of its output.
    let style: AlignedFloats
    let demodulation: AlignedFloats
    let squares: AlignedFloats

    init(
        weights: StyleGAN2Weights.Layer, input: BlockedActivations, output: BlockedActivations,
        workspace: Workspace
    ) {
        self.weights = weights
        self.workspace = workspace
        layer = ConvolutionLayer(
            weights: weights.convolution, input: input, output: output, workspace: workspace,
            usesOutputGain: true)
        guard let outputGain = layer.outputGain else { preconditionFailure("the layer has an output gain") }
        (style, demodulation) = (layer.gain, outputGain)
        squares = AlignedFloats(count: input.channels)
    }

    func forward(w: UnsafePointer<Float>, noise: UnsafePointer<Float>?) {
        weights.style.forward(w, into: style.pointer, workspace: workspace)
        weights.demodulation.forward(
            style: style, squares: squares, into: demodulation, workspace: workspace)
        layer.forward(noise: noise)
    }

    /// Adds to `dW`.
    func backward(dW: UnsafeMutablePointer<Float>, dNoise: UnsafeMutablePointer<Float>?) {
        layer.backward(dNoise: dNoise)
        guard let dDemodulation = layer.dOutputGain else { return }
        weights.demodulation.backward(
            d: demodulation, dD: dDemodulation, style: style, squares: squares, addingTo: layer.dGain,
            workspace: workspace)
        weights.style.backward(layer.dGain.pointer, into: dW, accumulate: true, workspace: workspace)
    }
}

/// A styled 1×1 convolution to RGB, which is not demodulated.
private final class StyledRGB {
    let weights: StyleGAN2Weights.RGB
    let workspace: Workspace
    let layer: RGBLayer
    let clamp: Float
    /// What the layer adds to the RGB so far, where that is clamped first; later the gradient that passes.
    let clamped: AlignedFloats?

    init(weights: StyleGAN2Weights.RGB, input: BlockedActivations, clamp: Float?, workspace: Workspace) {
        self.weights = weights
        self.workspace = workspace
        self.clamp = clamp ?? .infinity
        layer = RGBLayer(weights: weights.weights, input: input, workspace: workspace)
        clamped = clamp.map { _ in AlignedFloats(count: 3 * input.height * input.width) }
    }

    func forward(w: UnsafePointer<Float>, image: UnsafeMutablePointer<Float>, accumulate: Bool) {
        weights.style.forward(w, into: layer.gain.pointer, workspace: workspace)
        guard let clamped else { return layer.forward(image: image, accumulate: accumulate) }
        layer.forward(image: clamped.pointer)
        let (rgb, bound) = (clamped.pointer, clamp)
        for i in 0..<clamped.count {
            let value = min(max(rgb[i], -bound), bound)
            rgb[i] = value
            image[i] = accumulate ? image[i] + value : value
        }
    }

    /// Adds to `dW`, and to the gradient of the activations where `accumulate` is set.
    func backward(dImage: UnsafePointer<Float>, dW: UnsafeMutablePointer<Float>, accumulate: Bool) {
        if let clamped {
            let (rgb, bound) = (clamped.pointer, clamp)
            for i in 0..<clamped.count { rgb[i] = abs(rgb[i]) < bound ? dImage[i] : 0 }
            layer.backward(dImage: rgb, accumulate: accumulate)
        } else {
            layer.backward(dImage: dImage, accumulate: accumulate)
        }
        weights.style.backward(layer.dGain.pointer, into: dW, accumulate: true, workspace: workspace)
    }
}
