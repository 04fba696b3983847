import Generators
import Tensors

/// StyleGAN's synthesis network in plain loops, for any list of channels.
///
/// constant [C₀,4,4] → epilogue; convolution → epilogue; then for each block: upsampling convolution, blur →
/// epilogue; convolution → epilogue; at the end 1×1 to the picture. An epilogue adds noise, applies LReLU₀.₂,
/// normalises every channel and gives it the style's scale and offset.
///
/// Source: Karras et al., "A style-based generator architecture for generative adversarial networks" (2019),
/// figure 1b; PULSE's stylegan.py for the parameter names and the upsampling, which differs from 128 pixels on.
public final class ReferenceStyleGAN1<Scalar: BinaryFloatingPoint & Sendable>: ReferenceGenerator {
    public let specification: GeneratorSpecification

    private struct Layer {
        /// [O, I, 3, 3] with He's scale; absent in the first layer, whose input is constant.
        let weight: Tensor<Scalar>?
        let upsamples: Bool
        let bias, noiseWeight: Tensor<Scalar>
        let styleWeight, styleBias: Tensor<Scalar>
        let baked: Tensor<Scalar>?
    }
    private struct Cache {
        let input: [Int]
        let activation, normalised, scale, style: Tensor<Scalar>
    }

    private let epsilon: Scalar
    private let constant: Tensor<Scalar>
    private let layers: [Layer]
    private let toImageWeight, toImageBias: Tensor<Scalar>
    private var caches: [Cache] = []

    /// - Parameters:
    ///   - channels: at 4, 8, … pixels.
    ///   - epsilon: of the instance norm: 10⁻⁵ in PyTorch's networks, 10⁻⁸ in NVIDIA's.
    ///   - tensor: a parameter by its name in PULSE's state dictionary; `….noise.noise` are stored maps.
    public init(channels: [Int], epsilon: Scalar, tensor: (String) -> Tensor<Float>?) {
        func parameter(_ name: String, scale: Scalar = 1) -> Tensor<Scalar> {
            guard let found = tensor(name) else { preconditionFailure("no parameter named \(name)") }
            return found.map { Scalar($0) * scale }
        }
        func scaled(_ name: String, gain: Scalar) -> Tensor<Scalar> {
            let weight = parameter(name)
            let fan = weight.count / weight.shape[0]
            return weight.map { $0 * gain / Scalar(fan).squareRoot() }
        }
        let root = Scalar(2).squareRoot()
        func layer(_ block: String, _ convolution: String?, _ number: Int, side: Int) -> Layer {
            let epilogue = "\(block).epi\(number)"
            return Layer(
                weight: convolution.map { scaled("\(block).\($0).weight", gain: root) },
                upsamples: convolution == "conv0_up",
                bias: parameter(convolution.map { "\(block).\($0).bias" } ?? "\(block).bias"),
                noiseWeight: parameter("\(epilogue).noise.weight"),
                styleWeight: scaled("\(epilogue).style_mod.lin.weight", gain: 1),
                styleBias: parameter("\(epilogue).style_mod.lin.bias"),
                baked: tensor("\(epilogue).noise.noise")?.map { Scalar($0) }.reshaped([side, side]))
        }
        self.epsilon = epsilon
        constant = parameter("blocks.4x4.const").reshaped([channels[0], 4, 4])
        layers = channels.indices.flatMap { i in
            let side = 4 << i
            let names = i == 0 ? [nil, "conv"] : ["conv0_up", "conv1"]
            return names.enumerated().map { layer("blocks.\(side)x\(side)", $1, $0 + 1, side: side) }
        }
        toImageWeight = scaled("torgb.weight", gain: 1)
        toImageBias = parameter("torgb.bias")
        let slots = 2 * channels.count
        specification = GeneratorSpecification(
            family: "StyleGAN1", resolution: 2 << channels.count, latentSize: layers[0].styleWeight.shape[1],
            slotCount: slots, liveSlots: Array(0..<slots), noiseSides: (0..<slots).map { 4 << ($0 / 2) },
            storesNoise: layers.contains { $0.baked != nil })
    }

    public func forward(w: Tensor<Scalar>, noise: [ReferenceNoise<Scalar>], image: inout Tensor<Scalar>) {
        precondition(noise.count == layers.count && w.shape[0] == layers.count)
        caches = []
        var hidden = constant
        for (index, layer) in layers.enumerated() {
            let input = hidden.shape
            hidden = convolve(hidden, layer)
            let map: Tensor<Scalar>? =
                switch noise[index] {
                case .baked: layer.baked
                case .zero: nil
                case .map(let map): map
                }
            hidden = epilogue(hidden, layer, map, w.item(index), input: input)
        }
        image = Reference.convolution(hidden, weight: toImageWeight)
        let area = image.count / 3
        for p in 0..<image.count { image[p] += toImageBias[p / area] }
    }

    public func backward(dImage: Tensor<Scalar>, dW: inout Tensor<Scalar>, dNoise: inout [Tensor<Scalar>?]) {
        var gradient = Reference.convolutionBackward(dImage, weight: toImageWeight)
        var rows: [Tensor<Scalar>] = []
        for (index, layer) in layers.enumerated().reversed() {
            let cache = caches[index]
            let result = epilogueBackward(gradient, layer, cache)
            rows.insert(result.dw, at: 0)
            if dNoise[index] != nil { dNoise[index] = result.dNoise }
            gradient = convolveBackward(result.dx, layer, input: cache.input)
        }
        dW = Tensor(rows.flatMap(\.elements), shape: [rows.count, specification.latentSize])
    }

    // Blurred by [1, 2, 1]/4 both ways, with zeros outside.
    private let blur: [Scalar] = [0.25, 0.5, 0.25]

    private func convolve(_ x: Tensor<Scalar>, _ layer: Layer) -> Tensor<Scalar> {
        guard let weight = layer.weight else { return x }
        guard layer.upsamples else { return Reference.convolution(x, weight: weight) }
        let y: Tensor<Scalar>
        if 2 * x.shape[1] >= 128 {
            y = Reference.transposedConvolution(x, weight: widened(weight), padding: 1)
        } else {
            let larger = Reference.resample(x, taps: [1, 1], up: 2, padding: (1, 0))
            y = Reference.convolution(larger, weight: weight)
        }
        return Reference.resample(y, taps: blur, up: 1, padding: (1, 1))
    }

    private func convolveBackward(_ dy: Tensor<Scalar>, _ layer: Layer, input: [Int]) -> Tensor<Scalar> {
        guard let weight = layer.weight else { return dy }
        guard layer.upsamples else { return Reference.convolutionBackward(dy, weight: weight) }
        let unblurred = Reference.resampleBackward(
            dy, taps: blur, up: 1, padding: (1, 1), shape: dy.shape)
        if 2 * input[1] >= 128 {
            return Reference.transposedConvolutionBackward(unblurred, weight: widened(weight), padding: 1)
        }
        let larger = Reference.convolutionBackward(unblurred, weight: weight)
        return Reference.resampleBackward(larger, taps: [1, 1], up: 2, padding: (1, 0), shape: input)
    }

    /// The sum of a 3×3 kernel with itself shifted by one down, across and both, 4×4.
    private func widened(_ weight: Tensor<Scalar>) -> Tensor<Scalar> {
        let planes = weight.shape[0] * weight.shape[1]
        var wide = Tensor<Scalar>(zeros: [weight.shape[0], weight.shape[1], 4, 4])
        for plane in 0..<planes {
            for (y, x) in (0..<9).map({ ($0 / 3, $0 % 3) }) {
                for (down, across) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                    wide[plane * 16 + (y + down) * 4 + x + across] += weight[plane * 9 + y * 3 + x]
                }
            }
        }
        return wide
    }

    private func epilogue(
        _ x: Tensor<Scalar>, _ layer: Layer, _ noise: Tensor<Scalar>?, _ w: Tensor<Scalar>, input: [Int]
    ) -> Tensor<Scalar> {
        let (channels, area) = (x.shape[0], x.count / x.shape[0])
        var activation = x
        for p in 0..<x.count {
            let sum = x[p] + layer.bias[p / area] + (noise?[p % area] ?? 0) * layer.noiseWeight[p / area]
            activation[p] = sum >= 0 ? sum : sum / 5
        }
        let (normalised, scale) = Reference.instanceNorm(activation, epsilon: epsilon)
        let style = Reference.linear(w, weight: layer.styleWeight, bias: layer.styleBias)
        caches.append(
            Cache(input: input, activation: activation, normalised: normalised, scale: scale, style: style))
        var y = normalised
        for p in 0..<y.count { y[p] = y[p] * (style[p / area] + 1) + style[channels + p / area] }
        return y
    }

    private func epilogueBackward(
        _ dy: Tensor<Scalar>, _ layer: Layer, _ cache: Cache
    ) -> (dx: Tensor<Scalar>, dw: Tensor<Scalar>, dNoise: Tensor<Scalar>) {
        let (channels, area) = (dy.shape[0], dy.count / dy.shape[0])
        var dStyle = Tensor<Scalar>(zeros: cache.style.shape)
        var dNormalised = dy
        for p in 0..<dy.count {
            let c = p / area
            dStyle[c] += dy[p] * cache.normalised[p]
            dStyle[channels + c] += dy[p]
            dNormalised[p] *= cache.style[c] + 1
        }
        var dx = Reference.instanceNormBackward(dNormalised, y: cache.normalised, scale: cache.scale)
        var dNoise = Tensor<Scalar>(zeros: Array(dy.shape.dropFirst()))
        for p in 0..<dx.count {
            if cache.activation[p] < 0 { dx[p] /= 5 }
            dNoise[p % area] += dx[p] * layer.noiseWeight[p / area]
        }
        return (dx, Reference.linearBackward(dStyle, weight: layer.styleWeight), dNoise)
    }
}
