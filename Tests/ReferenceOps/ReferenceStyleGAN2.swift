import Generators
import Tensors

/// StyleGAN2's synthesis network with skip connections, in plain loops, for any list of channels.
///
/// constant [C₀,4,4] → layer → RGB; then for each block: upsampling layer, layer → RGB added to the RGB so far,
/// which is upsampled. A layer modulates its input, convolves, demodulates, adds noise and bias, and applies
/// √2·LReLU₀.₂.
///
/// Source: Karras et al., "Analyzing and improving the image quality of StyleGAN" (2020), figures 2d and 7b;
/// parameter names and the clamp are those of StyleGAN2-ADA's networks.py.
public final class ReferenceStyleGAN2<Scalar: BinaryFloatingPoint & Sendable>: ReferenceGenerator {
    public let specification: GeneratorSpecification

    private struct Layer {
        /// [O, I, K, K]; of the RGB layers with 1/√I.
        let weight: Tensor<Scalar>
        let upsamples: Bool
        let bias, styleWeight, styleBias: Tensor<Scalar>
        /// Absent in RGB layers, which neither demodulate nor activate.
        let noiseStrength: Scalar?
        let baked: Tensor<Scalar>?
    }
    private struct Cache {
        let x, style, convolved, y: Tensor<Scalar>
        /// 1/√(Σ (weight·style)² + 10⁻⁸), [O]; ones in RGB layers.
        let demodulation: Tensor<Scalar>
    }

    private let clamp: Scalar
    private let constant: Tensor<Scalar>
    private let layers: [Layer]
    private let rgbLayers: [Layer]
    private var caches: [Cache] = []
    private var rgbCaches: [Cache] = []

    /// - Parameters:
    ///   - channels: at 4, 8, … pixels.
    ///   - clamp: the largest magnitude of an activation, if there is one.
    ///   - tensor: a parameter by its name in StyleGAN2-ADA's synthesis network. Only the stored noise maps
    ///     may be missing.
    public init(channels: [Int], clamp: Scalar?, tensor: (String) -> Tensor<Float>?) {
        func parameter(_ name: String) -> Tensor<Scalar> {
            guard let found = tensor(name) else { preconditionFailure("no parameter named \(name)") }
            return found.map { Scalar($0) }
        }
        func layer(_ name: String, side: Int) -> Layer {
            let isRGB = name.hasSuffix("torgb")
            let style = parameter("\(name).affine.weight")
            let weight = parameter("\(name).weight")
            let styleScale = 1 / Scalar(style.shape[1]).squareRoot()
            let scale = isRGB ? 1 / Scalar(weight.shape[1]).squareRoot() : 1
            return Layer(
                weight: weight.map { $0 * scale }, upsamples: name.hasSuffix("conv0"),
                bias: parameter("\(name).bias"), styleWeight: style.map { $0 * styleScale },
                styleBias: parameter("\(name).affine.bias"),
                noiseStrength: isRGB ? nil : parameter("\(name).noise_strength")[0],
                baked: tensor("\(name).noise_const")?.map { Scalar($0) }.reshaped([side, side]))
        }
        self.clamp = clamp ?? .infinity
        constant = parameter("b4.const").reshaped([channels[0], 4, 4])
        let blocks = channels.indices.map { 4 << $0 }
        layers = blocks.flatMap { side in
            (side == 4 ? ["conv1"] : ["conv0", "conv1"]).map { layer("b\(side).\($0)", side: side) }
        }
        rgbLayers = blocks.map { layer("b\($0).torgb", side: $0) }
        let slots = 2 * channels.count
        specification = GeneratorSpecification(
            family: "StyleGAN2", resolution: 2 << channels.count, latentSize: layers[0].styleWeight.shape[1],
            slotCount: slots, liveSlots: Array(0..<slots),
            noiseSides: [4] + blocks.dropFirst().flatMap { [$0, $0] },
            storesNoise: layers.contains { $0.baked != nil })
    }

    /// RGB layer of block k reads the slot behind the block's last layer, which the next block's first shares.
    public func forward(w: Tensor<Scalar>, noise: [ReferenceNoise<Scalar>], image: inout Tensor<Scalar>) {
        precondition(noise.count == layers.count && w.shape[0] == layers.count + 1)
        (caches, rgbCaches) = ([], [])
        var hidden = constant
        for (index, layer) in layers.enumerated() {
            let map: Tensor<Scalar>? =
                switch noise[index] {
                case .baked: layer.baked
                case .zero: nil
                case .map(let map): map
                }
            let cache = run(layer, hidden, w.item(index), noise: map)
            caches.append(cache)
            hidden = cache.y
            guard index % 2 == 0 else { continue }
            let rgb = run(rgbLayers[index / 2], hidden, w.item(index + 1), noise: nil)
            rgbCaches.append(rgb)
            image = index == 0 ? rgb.y : sum(upsampled(image), rgb.y)
        }
    }

    public func backward(dImage: Tensor<Scalar>, dW: inout Tensor<Scalar>, dNoise: inout [Tensor<Scalar>?]) {
        dW = Tensor(zeros: [layers.count + 1, specification.latentSize])
        func add(_ row: Tensor<Scalar>, to slot: Int) {
            for i in 0..<row.count { dW[slot * row.count + i] += row[i] }
        }
        var (dRGB, gradient): (Tensor<Scalar>, Tensor<Scalar>?) = (dImage, nil)
        for index in layers.indices.reversed() {
            if index % 2 == 0 {
                let result = runBackward(rgbLayers[index / 2], rgbCaches[index / 2], dRGB)
                add(result.dw, to: index + 1)
                gradient = gradient.map { sum($0, result.dx) } ?? result.dx
                if index > 0 { dRGB = upsampledBackward(dRGB) }
            }
            guard let dy = gradient else { preconditionFailure("the last layer has a picture") }
            let result = runBackward(layers[index], caches[index], dy)
            add(result.dw, to: index)
            if dNoise[index] != nil { dNoise[index] = result.dNoise }
            gradient = result.dx
        }
    }

    // [1, 3, 3, 1]/4 both ways: the filter of gain 4 that follows zeros inserted in every second row and column.
    private let taps: [Scalar] = [0.25, 0.75, 0.75, 0.25]

    private func upsampled(_ rgb: Tensor<Scalar>) -> Tensor<Scalar> {
        Reference.resample(rgb, taps: taps, up: 2, padding: (2, 1))
    }

    private func upsampledBackward(_ dRGB: Tensor<Scalar>) -> Tensor<Scalar> {
        Reference.resampleBackward(
            dRGB, taps: taps, up: 2, padding: (2, 1), shape: [3, dRGB.shape[1] / 2, dRGB.shape[2] / 2])
    }

    private func run(
        _ layer: Layer, _ x: Tensor<Scalar>, _ w: Tensor<Scalar>, noise: Tensor<Scalar>?
    ) -> Cache {
        let style = Reference.linear(w, weight: layer.styleWeight, bias: layer.styleBias)
        let modulated = Reference.modulate(x, style: style)
        var convolved: Tensor<Scalar>
        if layer.upsamples {
            convolved = Reference.transposedConvolution(modulated, weight: layer.weight, padding: 0)
            convolved = Reference.resample(convolved, taps: taps, up: 1, padding: (1, 1))
        } else {
            convolved = Reference.convolution(modulated, weight: layer.weight)
        }
        let demodulation = layer.noiseStrength == nil ? style : demodulation(layer, style)
        var y = convolved
        let area = y.count / y.shape[0]
        for p in 0..<y.count {
            let c = p / area
            if let strength = layer.noiseStrength {
                let sum = y[p] * demodulation[c] + strength * (noise?[p % area] ?? 0) + layer.bias[c]
                y[p] = (sum >= 0 ? sum : sum / 5) * Scalar(2).squareRoot()
            } else {
                y[p] += layer.bias[c]
            }
            y[p] = min(max(y[p], -clamp), clamp)
        }
        return Cache(x: x, style: style, convolved: convolved, y: y, demodulation: demodulation)
    }

    private func runBackward(
        _ layer: Layer, _ cache: Cache, _ dy: Tensor<Scalar>
    ) -> (dx: Tensor<Scalar>, dw: Tensor<Scalar>, dNoise: Tensor<Scalar>?) {
        let area = dy.count / dy.shape[0]
        var gradient = dy
        var dNoise = layer.noiseStrength.map { _ in Tensor<Scalar>(zeros: Array(dy.shape.dropFirst())) }
        var dDemodulation = Tensor<Scalar>(zeros: cache.demodulation.shape)
        for p in 0..<dy.count {
            let y = cache.y[p]
            if abs(y) >= clamp { gradient[p] = 0 }
            guard let strength = layer.noiseStrength else { continue }
            gradient[p] *= (y >= 0 ? 1 : Scalar(1) / 5) * Scalar(2).squareRoot()
            dNoise?[p % area] += strength * gradient[p]
            dDemodulation[p / area] += gradient[p] * cache.convolved[p]
            gradient[p] *= cache.demodulation[p / area]
        }
        if layer.upsamples {
            let shape = [dy.shape[0], dy.shape[1] + 1, dy.shape[2] + 1]
            gradient = Reference.resampleBackward(gradient, taps: taps, up: 1, padding: (1, 1), shape: shape)
            gradient = Reference.transposedConvolutionBackward(gradient, weight: layer.weight, padding: 0)
        } else {
            gradient = Reference.convolutionBackward(gradient, weight: layer.weight)
        }
        var (dx, dStyle) = Reference.modulateBackward(gradient, x: cache.x, style: cache.style)
        if layer.noiseStrength != nil { addDemodulation(dDemodulation, layer, cache, to: &dStyle) }
        return (dx, Reference.linearBackward(dStyle, weight: layer.styleWeight), dNoise)
    }

    private func demodulation(_ layer: Layer, _ style: Tensor<Scalar>) -> Tensor<Scalar> {
        let (outputs, inputs) = (layer.weight.shape[0], layer.weight.shape[1])
        var d = Tensor<Scalar>(zeros: [outputs])
        for o in 0..<outputs {
            var sum: Scalar = 1e-8
            for i in 0..<inputs { sum += style[i] * style[i] * power(layer.weight, o, i) }
            d[o] = 1 / sum.squareRoot()
        }
        return d
    }

    /// ∂d/∂style[i] = −d³·style[i]·Σ weight².
    private func addDemodulation(
        _ dDemodulation: Tensor<Scalar>, _ layer: Layer, _ cache: Cache, to dStyle: inout Tensor<Scalar>
    ) {
        for o in 0..<layer.weight.shape[0] {
            let d = cache.demodulation[o]
            for i in 0..<layer.weight.shape[1] {
                dStyle[i] -= dDemodulation[o] * d * d * d * cache.style[i] * power(layer.weight, o, i)
            }
        }
    }

    /// Σ over the taps of weight².
    private func power(_ weight: Tensor<Scalar>, _ o: Int, _ i: Int) -> Scalar {
        let taps = weight.shape[2] * weight.shape[3]
        let start = (o * weight.shape[1] + i) * taps
        return (start..<start + taps).reduce(Scalar(0)) { $0 + weight[$1] * weight[$1] }
    }

    private func sum(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
        Tensor(zip(a.elements, b.elements).map { $0 + $1 }, shape: a.shape)
    }
}
