import Engine
import Tensors

/// What tells one MobileStyleGAN network from another.
public struct MobileStyleGANConfiguration: Codable, Sendable, Hashable {
    /// Channels at 4×4, then behind each block: [512, 512, 512, 512, 512, 256, 128, 64] for FFHQ at 1024.
    public var channels: [Int]
    /// Length of one latent vector.
    public var styleDim: Int

    public init(channels: [Int], styleDim: Int) {
        self.channels = channels
        self.styleDim = styleDim
    }

    public var blockCount: Int { channels.count - 1 }

    /// Slot 0 feeds the first layer; block i reads slots 3i+1 (upsampling, first convolution) and 3i+2 (second
    /// convolution); the last slot but one feeds the picture. The network reads no other.
    public var specification: GeneratorSpecification {
        var liveSlots = [0]
        var noiseSides = [4]
        for block in 0..<blockCount {
            liveSlots += [3 * block + 1, 3 * block + 2]
            noiseSides += [8 << block, 8 << block]
        }
        liveSlots.append(3 * blockCount)
        return GeneratorSpecification(
            family: Self.family, resolution: 8 << blockCount, latentSize: styleDim,
            slotCount: 3 * blockCount + 2, liveSlots: liveSlots, noiseSides: noiseSides,
            storesNoise: true)
    }
}

/// The weights of a MobileStyleGAN synthesis network, packed once and shared by every search.
///
/// Source: Belousov, "MobileStyleGAN: A Lightweight Convolutional Neural Network for High-Fidelity Image
/// Synthesis", 2021 (arXiv 2104.04767), sections 3.2–3.4. Demodulation is folded into the pointwise weights.
public struct MobileStyleGANWeights: Sendable {
    public let configuration: MobileStyleGANConfiguration
    /// s₀ = A·w + b of the first layer, [C₀].
    let firstStyle: LinearLayer
    /// The first layer's whole response to its style: its input is constant, so it is linear in s₀.
    /// Matrix [C₀·16, C₀]; row o·16 + p, column c is Σ over taps of weight[o, c, tap]·constant[c, p + tap]/√(9C₀).
    let firstResponse: LinearLayer
    let firstBias: AlignedFloats
    let blocks: [Block]
    let imageStyle: LinearLayer
    let image: ImageWeights
    /// Maps of unit variance and their strengths, in the order of `noiseSides`.
    let noise: [Noise]

    struct Block: Sendable {
        /// Rows: the styles of the upsampling (4C), then of the first convolution (C).
        let style1: LinearLayer
        let style2: LinearLayer
        let conv1: SeparableWeights
        let conv2: SeparableWeights
    }

    struct Noise: Sendable {
        let strength: Float
        /// The stored map times its strength.
        let baked: AlignedFloats
    }

    /// - Parameter tensor: gives the tensor of a state-dict name of the original network, such as
    ///   `layers.0.conv1.conv.weight_dw`; throws where there is none or its shape is wrong.
    public init(
        configuration: MobileStyleGANConfiguration, tensor: (String) throws -> Tensor<Float>
    ) throws {
        self.configuration = configuration
        func affine(_ name: String) throws -> (Tensor<Float>, Tensor<Float>) {
            (try tensor(name + ".modulation.weight"), try tensor(name + ".modulation.bias"))
        }
        func linear(_ parts: [(Tensor<Float>, Tensor<Float>)]) -> LinearLayer {
            LinearLayer(stacking: parts)
        }
        func separable(_ name: String) throws -> SeparableWeights {
            SeparableWeights(
                depthwise: try tensor(name + ".conv.weight_dw"),
                pointwise: try tensor(name + ".conv.weight_permute"), bias: try tensor(name + ".bias"))
        }
        func noise(_ name: String) throws -> Noise {
            let strength = try tensor(name + ".noise.weight")[0]
            return Noise(
                strength: strength,
                baked: AlignedFloats(try tensor(name + ".noise.noise").map { $0 * strength }))
        }

        firstStyle = linear([try affine("conv1.conv")])
        firstResponse = Self.response(
            weight: try tensor("conv1.conv.weight"), constant: try tensor("input.input"))
        firstBias = AlignedFloats(try tensor("conv1.bias"))
        var noises = [try noise("conv1")]
        blocks = try (0..<configuration.blockCount).map { i in
            let name = "layers.\(i)"
            noises += [try noise(name + ".conv1"), try noise(name + ".conv2")]
            return Block(
                style1: linear([try affine(name + ".up"), try affine(name + ".conv1.conv")]),
                style2: linear([try affine(name + ".conv2.conv")]),
                conv1: try separable(name + ".conv1"), conv2: try separable(name + ".conv2"))
        }
        self.noise = noises
        let last = "layers.\(configuration.blockCount - 1).to_img"
        imageStyle = linear([try affine(last + ".conv")])
        image = ImageWeights(weight: try tensor(last + ".conv.weight"), bias: try tensor(last + ".bias"))
    }

    /// `firstResponse`.
    /// - Parameters:
    ///   - weight: [O, C, 3, 3].
    ///   - constant: [1, C, 4, 4].
    private static func response(weight: Tensor<Float>, constant: Tensor<Float>) -> LinearLayer {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let scale = 1 / Float(9 * inputs).squareRoot()
        let matrix = AlignedFloats(count: outputs * 16 * inputs)
        // [9, C] of one output and [16, C]: channels lie side by side, as in the rows that are summed.
        var taps = [Float](repeating: 0, count: 9 * inputs)
        var pixels = [Float](repeating: 0, count: 16 * inputs)
        for c in 0..<inputs { for p in 0..<16 { pixels[p * inputs + c] = constant[c * 16 + p] } }
        weight.withUnsafeBufferPointer { weight in
            taps.withUnsafeMutableBufferPointer { taps in
                pixels.withUnsafeBufferPointer { pixels in
                    for o in 0..<outputs {
                        for c in 0..<inputs {
                            for tap in 0..<9 {
                                taps[tap * inputs + c] = scale * weight[(o * inputs + c) * 9 + tap]
                            }
                        }
                        for p in 0..<16 {
                            let row = matrix.pointer + (o * 16 + p) * inputs
                            for tap in 0..<9 {
                                let (y, x) = (p / 4 + tap / 3 - 1, p % 4 + tap % 3 - 1)
                                guard y >= 0, y < 4, x >= 0, x < 4 else { continue }
                                let (from, pixel) = (tap * inputs, (y * 4 + x) * inputs)
                                for c in 0..<inputs { row[c] += taps[from + c] * pixels[pixel + c] }
                            }
                        }
                    }
                }
            }
        }
        return LinearLayer(rows: outputs * 16, columns: inputs, matrix: matrix)
    }
}

/// MobileStyleGAN: a StyleGAN2 student made of depthwise-separable convolutions and inverse wavelets.
///
///     w₀ ─ first layer, 4×4 ─▶ [C₀, 4, 4]
///     per block:  inverse Haar (styled) ─▶ separable 3×3 ─▶ separable 3×3,   each + noise + bias, leaky ReLU
///     last block's activations ─ 12 wavelet bands ─ inverse Haar ─▶ picture [3, R, R]
///
/// `backward` overwrites the activations of the latest `forward`, so it can run once for each.
public final class MobileStyleGAN: Generator {
    public let specification: GeneratorSpecification
    private let weights: MobileStyleGANWeights
    private let workspace: Workspace
    private let first: FirstLayer
    private let blocks: [SynthesisBlock]
    private let image: StyledImage
    private var noise: [NoiseInput]

    /// - Parameter threads: including the calling one.
    public init(weights: MobileStyleGANWeights, threads: Int, kernels: Kernels = .default) {
        let configuration = weights.configuration
        specification = configuration.specification
        self.weights = weights
        workspace = Workspace(threads: threads, kernels: kernels)
        first = FirstLayer(weights: weights, workspace: workspace)
        var blocks: [SynthesisBlock] = []
        for (i, block) in weights.blocks.enumerated() {
            blocks.append(
                SynthesisBlock(
                    weights: block, input: blocks.last?.output ?? first.output, side: 8 << i,
                    workspace: workspace))
        }
        self.blocks = blocks
        image = StyledImage(weights: weights, input: blocks[blocks.count - 1].output, workspace: workspace)
        noise = zip(specification.noiseSides, weights.noise).map {
            NoiseInput(side: $0, baked: $1.baked, strength: $1.strength)
        }
    }

    public func forward(w: Tensor<Float>, noise maps: [NoiseMap], image picture: inout Tensor<Float>) {
        precondition(w.shape == [specification.liveSlots.count, specification.latentSize])
        precondition(maps.count == noise.count)
        precondition(picture.shape == [3, specification.resolution, specification.resolution])
        for i in noise.indices { noise[i].set(maps[i]) }
        w.withUnsafeBufferPointer { w in
            func slot(_ live: Int) -> UnsafePointer<Float> {
                w.baseAddress.unsafelyUnwrapped + live * specification.latentSize
            }
            first.forward(w: slot(0), noise: noise[0].pointer)
            for i in blocks.indices {
                blocks[i].forward(
                    w1: slot(2 * i + 1), w2: slot(2 * i + 2), noise1: noise[2 * i + 1].pointer,
                    noise2: noise[2 * i + 2].pointer)
            }
            picture.withUnsafeMutableBufferPointer {
                image.forward(
                    w: slot(2 * blocks.count + 1), picture: $0.baseAddress.unsafelyUnwrapped)
            }
        }
    }

    public func backward(dImage: Tensor<Float>, dW: inout Tensor<Float>, dNoise: inout [Tensor<Float>?]) {
        precondition(dW.shape == [specification.liveSlots.count, specification.latentSize])
        precondition(dNoise.count == noise.count)
        for i in noise.indices { noise[i].wantGradient(dNoise[i] != nil) }
        dW.withUnsafeMutableBufferPointer { dW in
            func slot(_ live: Int) -> UnsafeMutablePointer<Float> {
                dW.baseAddress.unsafelyUnwrapped + live * specification.latentSize
            }
            dImage.withUnsafeBufferPointer {
                image.backward(
                    dPicture: $0.baseAddress.unsafelyUnwrapped, dW: slot(2 * blocks.count + 1))
            }
            for i in stride(from: blocks.count - 1, through: 0, by: -1) {
                blocks[i].backward(
                    dW1: slot(2 * i + 1), dW2: slot(2 * i + 2), dNoise1: noise[2 * i + 1].gradientPointer,
                    dNoise2: noise[2 * i + 2].gradientPointer)
            }
            first.backward(dW: slot(0), dNoise: noise[0].gradientPointer)
        }
        for i in noise.indices { noise[i].readGradient(into: &dNoise[i]) }
    }
}

/// The first layer: constant input, dense 3×3, so the response is a matrix times the style.
private final class FirstLayer {
    let weights: MobileStyleGANWeights
    let workspace: Workspace
    let output: Activations
    let style: AlignedFloats
    let response: AlignedFloats  // [C₀, 16], without the padding of `output`

    init(weights: MobileStyleGANWeights, workspace: Workspace) {
        self.weights = weights
        self.workspace = workspace
        let channels = weights.configuration.channels[0]
        output = Activations(channels: channels, height: 4, width: 4)
        style = AlignedFloats(count: channels)
        response = AlignedFloats(count: channels * 16)
    }

    func forward(w: UnsafePointer<Float>, noise: UnsafePointer<Float>?) {
        weights.firstStyle.forward(w, into: style.pointer, workspace: workspace)
        weights.firstResponse.forward(style.pointer, into: response.pointer, workspace: workspace)
        for c in 0..<output.channels {
            for p in 0..<16 {
                let value = response[c * 16 + p] + (noise?[p] ?? 0) + weights.firstBias[c]
                output.pointer[c * output.stride + p] = value > 0 ? value : 0.2 * value
            }
        }
    }

    /// Expects ∂loss/∂(before the leaky ReLU) in `output`.
    func backward(dW: UnsafeMutablePointer<Float>, dNoise: UnsafeMutablePointer<Float>?) {
        for c in 0..<output.channels {
            for p in 0..<16 { response[c * 16 + p] = output.pointer[c * output.stride + p] }
        }
        if let dNoise {
            for p in 0..<16 {
                dNoise[p] = (0..<output.channels).reduce(0) { $0 + response[$1 * 16 + p] }
            }
        }
        weights.firstResponse.backward(
            response.pointer, into: style.pointer, accumulate: false, workspace: workspace)
        weights.firstStyle.backward(style.pointer, into: dW, accumulate: false, workspace: workspace)
    }
}

/// One block: styled inverse Haar upsampling and two styled separable convolutions.
///
/// The two styles in front of the first convolution multiply: band j of channel c has gain u_j · t_c, with u
/// the upsampling's style and t the convolution's, scaled.
private final class SynthesisBlock {
    let weights: MobileStyleGANWeights.Block
    let workspace: Workspace
    let conv1: SeparableLayer
    let conv2: SeparableLayer
    let output: Activations
    let style1: AlignedFloats  // u [4C], then t/scale [C]
    let dStyle1: AlignedFloats
    let style2: AlignedFloats
    let scale1: Float
    let scale2: Float

    init(weights: MobileStyleGANWeights.Block, input: Activations, side: Int, workspace: Workspace) {
        self.weights = weights
        self.workspace = workspace
        let middle = Activations(channels: weights.conv1.channelsOut, height: side, width: side)
        output = Activations(channels: weights.conv2.channelsOut, height: side, width: side)
        conv1 = SeparableLayer(weights: weights.conv1, input: input, output: middle, workspace: workspace)
        conv2 = SeparableLayer(weights: weights.conv2, input: middle, output: output, workspace: workspace)
        style1 = AlignedFloats(count: weights.style1.rows)
        dStyle1 = AlignedFloats(count: weights.style1.rows)
        style2 = AlignedFloats(count: weights.style2.rows)
        scale1 = 1 / Float(9 * weights.conv1.channelsIn).squareRoot()
        scale2 = 1 / Float(9 * weights.conv2.channelsIn).squareRoot()
    }

    /// The convolution's channel that band j of the input belongs to.
    private func channel(ofBand j: Int) -> Int {
        let channels = weights.conv1.channelsIn
        return j < channels ? j : (j - channels) / 3
    }

    func forward(
        w1: UnsafePointer<Float>, w2: UnsafePointer<Float>, noise1: UnsafePointer<Float>?,
        noise2: UnsafePointer<Float>?
    ) {
        weights.style1.forward(w1, into: style1.pointer, workspace: workspace)
        let bands = 4 * weights.conv1.channelsIn
        for j in 0..<bands { conv1.gain[j] = style1[j] * scale1 * style1[bands + channel(ofBand: j)] }
        conv1.forward(noise: noise1)

        weights.style2.forward(w2, into: style2.pointer, workspace: workspace)
        for c in 0..<style2.count { conv2.gain[c] = scale2 * style2[c] }
        conv2.forward(noise: noise2)
    }

    /// Expects ∂loss/∂(before the leaky ReLU) in `output`; leaves the same in the input.
    func backward(
        dW1: UnsafeMutablePointer<Float>, dW2: UnsafeMutablePointer<Float>,
        dNoise1: UnsafeMutablePointer<Float>?, dNoise2: UnsafeMutablePointer<Float>?
    ) {
        conv2.backward(dNoise: dNoise2)
        for c in 0..<style2.count { style2[c] = scale2 * conv2.dGain[c] }
        weights.style2.backward(style2.pointer, into: dW2, accumulate: false, workspace: workspace)

        conv1.backward(dNoise: dNoise1)
        let bands = 4 * weights.conv1.channelsIn
        for c in bands..<dStyle1.count { dStyle1[c] = 0 }
        for j in 0..<bands {
            let t = bands + channel(ofBand: j)
            dStyle1[j] = scale1 * style1[t] * conv1.dGain[j]
            dStyle1[t] += scale1 * style1[j] * conv1.dGain[j]
        }
        weights.style1.backward(dStyle1.pointer, into: dW1, accumulate: false, workspace: workspace)
    }
}

/// The styled 1×1 convolution to wavelet bands, and the picture.
private final class StyledImage {
    let weights: MobileStyleGANWeights
    let workspace: Workspace
    let layer: ImageLayer
    let style: AlignedFloats
    let scale: Float

    init(weights: MobileStyleGANWeights, input: Activations, workspace: Workspace) {
        self.weights = weights
        self.workspace = workspace
        layer = ImageLayer(weights: weights.image, input: input, workspace: workspace)
        style = AlignedFloats(count: input.channels)
        scale = 1 / Float(input.channels).squareRoot()
    }

    func forward(w: UnsafePointer<Float>, picture: UnsafeMutablePointer<Float>) {
        weights.imageStyle.forward(w, into: style.pointer, workspace: workspace)
        for c in 0..<style.count { layer.gain[c] = scale * style[c] }
        layer.forward(image: picture)
    }

    func backward(dPicture: UnsafePointer<Float>, dW: UnsafeMutablePointer<Float>) {
        layer.backward(dImage: dPicture)
        for c in 0..<style.count { style[c] = scale * layer.dGain[c] }
        weights.imageStyle.backward(style.pointer, into: dW, accumulate: false, workspace: workspace)
    }
}
