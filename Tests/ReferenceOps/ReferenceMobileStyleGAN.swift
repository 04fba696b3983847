import Generators
import Tensors

/// MobileStyleGAN in plain loops, for any list of channels.
///
/// constant [C₀,4,4] → dense layer → blocks { modulated inverse Haar; separable layer; separable layer }
/// → 12 channels → inverse Haar → picture [3, S, S], S = 4·2ⁿ·2 for n blocks.
///
/// Source: Belousov, "MobileStyleGAN" (arXiv 2104.04767), figure 3.
public final class ReferenceMobileStyleGAN<Scalar: BinaryFloatingPoint & Sendable>: ReferenceGenerator {
    public let specification: GeneratorSpecification

    /// A style without a convolution: what the inverse Haar upsampling of a block applies.
    private struct Upsampling {
        let styleWeight, styleBias: Tensor<Scalar>
    }
    private typealias Layer = ReferenceStyledLayer<Scalar>

    private let constant: Tensor<Scalar>
    private let upsamplings: [Upsampling]
    /// First layer, then two for each block.
    private let layers: [Layer]
    private let toImage: Layer
    private let baked: [Tensor<Scalar>?]

    private var layerCaches: [Layer.Cache] = []
    private var upsamplingCaches: [(x: Tensor<Scalar>, style: Tensor<Scalar>)] = []
    private var imageCache: Layer.Cache?

    /// - Parameters:
    ///   - channels: of the first layer and of each block, for example [512, 512, 512, 512, 512, 256, 128, 64].
    ///   - tensor: a parameter by its name in MobileStyleGAN's state dictionary, or nil where there is none.
    ///     Only the stored noise maps (`….noise.noise`) may be missing.
    public init(channels: [Int], tensor: (String) -> Tensor<Float>?) {
        func parameter(_ name: String) -> Tensor<Scalar> {
            guard let found = tensor(name) else { preconditionFailure("no parameter named \(name)") }
            return found.map { Scalar($0) }
        }
        func layer(_ name: String, kernel: Int, separable: Bool, styled: Bool) -> Layer {
            let weight = parameter("\(name).conv.\(separable ? "weight_permute" : "weight")")
            let bias = parameter("\(name).bias")
            return Layer(
                styleWeight: parameter("\(name).conv.modulation.weight"),
                styleBias: parameter("\(name).conv.modulation.bias"),
                scale: 1 / Scalar(weight.shape[1] * kernel * kernel).squareRoot(),
                depthwise: separable ? parameter("\(name).conv.weight_dw") : nil, weight: weight,
                bias: bias.reshaped([bias.count]),
                noiseStrength: styled ? parameter("\(name).noise.weight")[0] : nil)
        }
        let blocks = channels.count - 1
        let names = ["conv1"] + (0..<blocks).flatMap { ["layers.\($0).conv1", "layers.\($0).conv2"] }
        let input = parameter("input.input")
        constant = input.reshaped([channels[0], 4, 4])
        layers = names.enumerated().map { layer($1, kernel: 3, separable: $0 > 0, styled: true) }
        toImage = layer("layers.\(blocks - 1).to_img", kernel: 1, separable: false, styled: false)
        upsamplings = (0..<blocks).map {
            Upsampling(
                styleWeight: parameter("layers.\($0).up.modulation.weight"),
                styleBias: parameter("layers.\($0).up.modulation.bias"))
        }
        let sides: [Int] = [4] + (0..<blocks).flatMap { [8 << $0, 8 << $0] }
        baked = zip(names, sides).map { name, side in
            tensor("\(name).noise.noise")?.map { Scalar($0) }.reshaped([side, side])
        }
        let blockSlots: [Int] = (0..<blocks).flatMap { [3 * $0 + 1, 3 * $0 + 2] }
        specification = GeneratorSpecification(
            family: "MobileStyleGAN", resolution: 8 << blocks, latentSize: toImage.styleWeight.shape[1],
            slotCount: 3 * blocks + 2, liveSlots: [0] + blockSlots + [3 * blocks], noiseSides: sides,
            storesNoise: baked.contains { $0 != nil })
    }

    public func forward(w: Tensor<Scalar>, noise: [ReferenceNoise<Scalar>], image: inout Tensor<Scalar>) {
        precondition(noise.count == layers.count && w.shape[0] == layers.count + 1)
        layerCaches = []
        upsamplingCaches = []
        var hidden = constant
        for (index, layer) in layers.enumerated() {
            if index % 2 == 1 {
                let up = upsamplings[index / 2]
                let style = Reference.linear(w.item(index), weight: up.styleWeight, bias: up.styleBias)
                upsamplingCaches.append((hidden, style))
                hidden = Reference.inverseHaar(Reference.modulate(hidden, style: style))
            }
            let map: Tensor<Scalar>? =
                switch noise[index] {
                case .baked: baked[index]
                case .zero: nil
                case .map(let map): map
                }
            let (y, cache) = layer.forward(hidden, w: w.item(index), noise: map)
            layerCaches.append(cache)
            hidden = y
        }
        let (bands, cache) = toImage.forward(hidden, w: w.item(layers.count), noise: nil)
        imageCache = cache
        image = Reference.inverseHaar(bands)
    }

    public func backward(dImage: Tensor<Scalar>, dW: inout Tensor<Scalar>, dNoise: inout [Tensor<Scalar>?]) {
        guard let imageCache else { preconditionFailure("backward needs a forward") }
        var rows = [Tensor<Scalar>](repeating: Tensor(zeros: []), count: layers.count + 1)
        var (gradient, dw, _) = toImage.backward(Reference.inverseHaarBackward(dImage), cache: imageCache)
        rows[layers.count] = dw
        for index in layers.indices.reversed() {
            let result = layers[index].backward(gradient, cache: layerCaches[index])
            (gradient, dw) = (result.dx, result.dw)
            if dNoise[index] != nil { dNoise[index] = result.dNoise }
            if index % 2 == 1 {
                let cache = upsamplingCaches[index / 2]
                let (dx, dStyle) = Reference.modulateBackward(
                    Reference.inverseHaarBackward(gradient), x: cache.x, style: cache.style)
                gradient = dx
                let more = Reference.linearBackward(dStyle, weight: upsamplings[index / 2].styleWeight)
                dw = Tensor(zip(dw.elements, more.elements).map { $0 + $1 }, shape: dw.shape)
            }
            rows[index] = dw
        }
        dW = Tensor(rows.flatMap(\.elements), shape: [rows.count, specification.latentSize])
    }
}
