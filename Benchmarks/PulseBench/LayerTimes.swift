import Engine
import Foundation
import Generators
import Tensors

/// Every layer of MobileStyleGAN by itself, in the order and with the memory of a real pass: forward through all
/// layers, then backward through all. The weights are random; time does not depend on them.
final class LayerTimes {
    /// One line of the table.
    private struct Layer {
        var name: String
        /// Multiplications and additions of the convolutions or matrices, one direction.
        var flops: Double
        /// What must be read or written once: see Documentation/Performance.md.
        var forwardBytes: Double
        var backwardBytes: Double
        var forward: () -> Void
        var backward: () -> Void
    }

    private let workspace: Workspace
    private var layers: [Layer] = []

    /// - Parameter threads: including the calling one.
    init(configuration: MobileStyleGANConfiguration, threads: Int) {
        workspace = Workspace(threads: threads)
        let channels = configuration.channels
        var input = Activations(channels: channels[0], height: 4, width: 4)
        addStyles(configuration)
        addFirst(output: input)
        for block in 0..<configuration.blockCount {
            let side = 8 << block
            let middle = Activations(channels: channels[block + 1], height: side, width: side)
            let output = Activations(channels: channels[block + 1], height: side, width: side)
            addSeparable(
                "block \(block) conv1", channelsIn: channels[block] / 4, input: input, output: middle)
            addSeparable(
                "block \(block) conv2", channelsIn: channels[block + 1], input: middle, output: output)
            input = output
        }
        addImage(input: input)
    }

    /// Times one forward and one backward pass.
    /// - Returns: `[{"name", "flops", "forwardBytes", "backwardBytes", "forward", "backward"}, …]`, in seconds.
    func json() -> String {
        let clock = ContinuousClock()
        let forward = layers.map { clock.measure($0.forward) / .seconds(1) }
        let backward = Array(layers.reversed().map { clock.measure($0.backward) / .seconds(1) }.reversed())
        let lines = layers.indices.map { i in
            let layer = layers[i]
            return """
                {"name": "\(layer.name)", "flops": \(layer.flops), "forwardBytes": \(layer.forwardBytes), \
                "backwardBytes": \(layer.backwardBytes), "forward": \(forward[i]), "backward": \(backward[i])}
                """
        }
        return "[" + lines.joined(separator: ", ") + "]"
    }

    private func random(_ shape: [Int]) -> Tensor<Float> { CounterRandom(seed: 1).normals(shape: shape) }

    /// All matrices that turn a latent into a layer's factors, as one line.
    private func addStyles(_ configuration: MobileStyleGANConfiguration) {
        let (channels, size) = (configuration.channels, configuration.styleDim)
        var rows = [channels[0]]
        for block in 0..<configuration.blockCount {
            rows += [channels[block] + channels[block] / 4, channels[block + 1]]
        }
        rows.append(channels[configuration.blockCount])
        let matrices = rows.map { LinearLayer(matrix: random([$0, size]), bias: Tensor(zeros: [$0])) }
        addLinear("styles (\(rows.count) matrices)", matrices)
    }

    /// The first layer is a matrix too: its input is constant.
    private func addFirst(output: Activations) {
        let values = output.channels * 16
        let matrix = LinearLayer(matrix: random([values, output.channels]), bias: nil)
        let (style, response) = (AlignedFloats(random([output.channels])), AlignedFloats(count: values))
        let scale = 1 / Float(output.channels).squareRoot()
        addLinear("first layer", [matrix])
        layers[layers.count - 1].forward = { [workspace] in
            matrix.forward(style.pointer, into: response.pointer, workspace: workspace)
            for c in 0..<output.channels {
                for p in 0..<16 {
                    let value = response[c * 16 + p] * scale
                    output.pointer[c * output.stride + p] = value > 0 ? value : 0.2 * value
                }
            }
        }
    }

    private func addLinear(_ name: String, _ matrices: [LinearLayer]) {
        let inputs = matrices.map { AlignedFloats(random([$0.columns])) }
        let outputs = matrices.map { AlignedFloats(random([$0.rows])) }
        let weights = Double(matrices.reduce(0) { $0 + $1.rows * $1.columns })
        let vectors = Double(matrices.reduce(0) { $0 + $1.rows + $1.columns })
        layers.append(
            Layer(
                name: name, flops: 2 * weights, forwardBytes: 4 * (weights + vectors),
                backwardBytes: 4 * (weights + vectors),
                forward: { [workspace] in
                    for (i, m) in matrices.enumerated() {
                        m.forward(inputs[i].pointer, into: outputs[i].pointer, workspace: workspace)
                    }
                },
                backward: { [workspace] in
                    for (i, m) in matrices.enumerated() {
                        m.backward(
                            outputs[i].pointer, into: inputs[i].pointer, accumulate: false,
                            workspace: workspace)
                    }
                }))
    }

    private func addSeparable(_ name: String, channelsIn: Int, input: Activations, output: Activations) {
        let (side, channelsOut) = (output.width, output.channels)
        let pixels = side * side
        let layer = SeparableLayer(
            weights: SeparableWeights(
                depthwise: random([channelsIn, 3, 3]), pointwise: random([channelsOut, channelsIn]),
                bias: random([channelsOut])),
            input: input, output: output, workspace: workspace)
        for i in 0..<layer.gain.count { layer.gain[i] = 1 / Float(9 * channelsIn).squareRoot() }
        let noise = AlignedFloats(random([pixels]))
        let weights = channelsIn * (channelsOut + 9)
        let (read, written) = (channelsIn * pixels, channelsOut * pixels)
        layers.append(
            Layer(
                name: "\(name) \(side)² \(channelsIn)→\(channelsOut)", flops: 2 * Double(weights * pixels),
                forwardBytes: 4 * Double(weights + read + written + pixels),
                backwardBytes: 4 * Double(weights + written + 2 * read),
                forward: { layer.forward(noise: noise.pointer) }, backward: { layer.backward(dNoise: nil) }))
    }

    private func addImage(input: Activations) {
        let pixels = input.width * input.height
        let layer = ImageLayer(
            weights: ImageWeights(weight: random([12, input.channels]), bias: random([12])), input: input,
            workspace: workspace)
        for i in 0..<layer.gain.count { layer.gain[i] = 1 / Float(input.channels).squareRoot() }
        let picture = AlignedFloats(count: 12 * pixels)
        let weights = 12 * input.channels
        layers.append(
            Layer(
                name: "image \(2 * input.width)² \(input.channels)→12", flops: 2 * Double(weights * pixels),
                forwardBytes: 4 * Double(weights + (input.channels + 12) * pixels),
                backwardBytes: 4 * Double(weights + (2 * input.channels + 12) * pixels),
                forward: { layer.forward(image: picture.pointer) },
                backward: { layer.backward(dImage: picture.pointer) }))
    }
}
