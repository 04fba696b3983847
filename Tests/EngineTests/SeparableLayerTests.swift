import Engine
import ReferenceOps
import Tensors
import TestSupport
import Testing

/// The size of one separable layer; H and W are the output's.
struct SeparableCase: CustomTestStringConvertible, Sendable {
    let channelsIn, channelsOut, height, width: Int
    let haar: Bool

    var testDescription: String {
        "\(channelsIn)→\(channelsOut), \(height)×\(width)\(haar ? ", inverse Haar" : "")"
    }

    init(_ channelsIn: Int, _ channelsOut: Int, _ height: Int, _ width: Int, haar: Bool = false) {
        (self.channelsIn, self.channelsOut) = (channelsIn, channelsOut)
        (self.height, self.width, self.haar) = (height, width, haar)
    }

    /// One pixel, one row, one column, sizes below and above a panel, tails in channels, several tiles.
    static let all = [
        SeparableCase(1, 1, 1, 1), SeparableCase(3, 5, 1, 7), SeparableCase(2, 9, 6, 1),
        SeparableCase(8, 8, 4, 4), SeparableCase(7, 13, 5, 9), SeparableCase(5, 3, 17, 31),
        SeparableCase(16, 16, 16, 16), SeparableCase(4, 10, 3, 32), SeparableCase(3, 17, 21, 33),
        SeparableCase(2, 5, 70, 47), SeparableCase(33, 12, 34, 64),
        SeparableCase(1, 1, 2, 2, haar: true), SeparableCase(3, 7, 2, 6, haar: true),
        SeparableCase(4, 8, 8, 8, haar: true), SeparableCase(5, 9, 10, 30, haar: true),
        SeparableCase(2, 3, 20, 34, haar: true), SeparableCase(3, 11, 76, 38, haar: true),
        SeparableCase(2, 4, 134, 66, haar: true),
    ]
}

/// What a separable layer works on, drawn once for a case, and the reference's answer in Double.
struct SeparableProblem {
    let size: SeparableCase
    let weights: SeparableWeights
    let depthwise, pointwise, bias, gain, noise, x, dOutput: Tensor<Float>

    init(_ size: SeparableCase, seed: UInt64 = 5) {
        func draw(_ shape: Int..., stream: UInt64) -> Tensor<Float> {
            randomTensor(shape, stream: stream, seed: seed)
        }
        self.size = size
        depthwise = draw(size.channelsIn, 1, 3, 3, stream: 1)
        pointwise = draw(size.channelsOut, size.channelsIn, 1, 1, stream: 2)
        bias = draw(size.channelsOut, stream: 3)
        let (channels, half) = size.haar ? (4 * size.channelsIn, 2) : (size.channelsIn, 1)
        gain = draw(channels, stream: 4)
        noise = draw(size.height, size.width, stream: 5)
        x = draw(channels, size.height / half, size.width / half, stream: 6)
        dOutput = draw(size.channelsOut, size.height, size.width, stream: 7)
        weights = SeparableWeights(depthwise: depthwise, pointwise: pointwise, bias: bias)
    }

    struct Result { var output, dInput, dGain, dNoise: Tensor<Float> }

    /// Runs the engine's layer forward and backward; `dOutput` is taken as ∂loss/∂(before the leaky ReLU).
    func run(kernels: Kernels, threads: Int, withNoise: Bool = true) -> Result {
        let workspace = Workspace(threads: threads, kernels: kernels)
        let input = Activations(channels: x.shape[0], height: x.shape[1], width: x.shape[2])
        let output = Activations(channels: size.channelsOut, height: size.height, width: size.width)
        let layer = SeparableLayer(weights: weights, input: input, output: output, workspace: workspace)
        input.tensor = x
        for c in 0..<gain.count { layer.gain[c] = gain[c] }
        noise.withUnsafeBufferPointer { layer.forward(noise: withNoise ? $0.baseAddress : nil) }
        let activations = output.tensor
        output.tensor = dOutput
        var dNoise = Tensor<Float>(zeros: noise.shape)
        dNoise.withUnsafeMutableBufferPointer { layer.backward(dNoise: withNoise ? $0.baseAddress : nil) }
        let dGain = Tensor((0..<gain.count).map { layer.dGain[$0] }, shape: gain.shape)
        return Result(output: activations, dInput: input.tensor, dGain: dGain, dNoise: dNoise)
    }
}

/// The engine's separable layer against the reference, for every set of kernels this machine runs.
@Suite struct SeparableLayerTests {
    typealias Real = Tensor<Double>
    static let kernelNames = Kernels.available.map(\.name)

    /// Float rounding, times a few roundings per term.
    let tolerance = 8 * Double(Float.ulpOfOne)

    private func forwardInDouble(
        _ p: SeparableProblem, magnitude: Bool, withNoise: Bool
    ) -> Real {
        func wide(_ t: Tensor<Float>) -> Real { t.map { magnitude ? abs(Double($0)) : Double($0) } }
        var y = Reference.modulate(wide(p.x), style: wide(p.gain))
        if p.size.haar { y = magnitude ? Reference.inverseHaarMagnitude(y) : Reference.inverseHaar(y) }
        y = Reference.convolution(y, weight: wide(p.depthwise), groups: p.size.channelsIn)
        y = Reference.convolution(y, weight: wide(p.pointwise))
        return Reference.noiseBiasLeakyReLU(
            y, noise: withNoise ? wide(p.noise) : nil, strength: 1, bias: wide(p.bias))
    }

    private func backwardInDouble(_ p: SeparableProblem, magnitude: Bool) -> (dx: Real, dGain: Real) {
        func wide(_ t: Tensor<Float>) -> Real { t.map { magnitude ? abs(Double($0)) : Double($0) } }
        var d = Reference.convolutionBackward(wide(p.dOutput), weight: wide(p.pointwise))
        d = Reference.convolutionBackward(d, weight: wide(p.depthwise), groups: p.size.channelsIn)
        if p.size.haar {
            d = magnitude ? Reference.inverseHaarBackwardMagnitude(d) : Reference.inverseHaarBackward(d)
        }
        var (dx, dGain) = Reference.modulateBackward(d, x: wide(p.x), style: wide(p.gain))
        // The layer goes on through the leaky ReLU that its input came out of.
        for i in 0..<dx.count where p.x[i] < 0 { dx[i] /= 5 }
        return (dx, dGain)
    }

    @Test(arguments: SeparableCase.all, kernelNames)
    func matchesTheReference(_ size: SeparableCase, _ kernels: String) throws {
        let problem = SeparableProblem(size)
        let result = try problem.run(kernels: #require(Kernels(named: kernels)), threads: 1)
        expectClose(
            result.output, forwardInDouble(problem, magnitude: false, withNoise: true).map { Float($0) },
            tolerance: tolerance, magnitude: forwardInDouble(problem, magnitude: true, withNoise: true),
            "output")
        let expected = backwardInDouble(problem, magnitude: false)
        let scale = backwardInDouble(problem, magnitude: true)
        expectClose(
            result.dInput, expected.dx.map { Float($0) }, tolerance: tolerance, magnitude: scale.dx, "dInput")
        expectClose(
            result.dGain, expected.dGain.map { Float($0) }, tolerance: tolerance, magnitude: scale.dGain,
            "dGain")
        let d = problem.dOutput.map { Double($0) }
        let dNoise = Reference.noiseBiasLeakyReLUBackward(d, y: Reference.magnitude(d), strength: 1).dNoise
        let dNoiseScale = Reference.noiseBiasLeakyReLUBackward(
            Reference.magnitude(d), y: Reference.magnitude(d), strength: 1
        ).dNoise
        expectClose(
            result.dNoise, dNoise.map { Float($0) }, tolerance: tolerance, magnitude: dNoiseScale, "dNoise")
    }

    @Test(arguments: kernelNames) func rendersWithoutNoise(_ kernels: String) throws {
        let problem = SeparableProblem(SeparableCase(7, 13, 5, 9))
        let result = try problem.run(
            kernels: #require(Kernels(named: kernels)), threads: 2, withNoise: false)
        expectClose(
            result.output, forwardInDouble(problem, magnitude: false, withNoise: false).map { Float($0) },
            tolerance: tolerance, magnitude: forwardInDouble(problem, magnitude: true, withNoise: false))
    }

    @Test(arguments: SeparableCase.all, kernelNames)
    func bitsDoNotDependOnThreads(_ size: SeparableCase, _ kernels: String) throws {
        let problem = SeparableProblem(size)
        let kernels = try #require(Kernels(named: kernels))
        let alone = problem.run(kernels: kernels, threads: 1)
        for threads in [2, 4] {
            let shared = problem.run(kernels: kernels, threads: threads)
            #expect(shared.output == alone.output, "output, \(threads) threads")
            #expect(shared.dInput == alone.dInput, "dInput, \(threads) threads")
            #expect(shared.dGain == alone.dGain, "dGain, \(threads) threads")
            #expect(shared.dNoise == alone.dNoise, "dNoise, \(threads) threads")
        }
    }
}
