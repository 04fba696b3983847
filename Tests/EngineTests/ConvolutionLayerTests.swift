import Engine
import ReferenceOps
import Tensors
import TestSupport
import Testing

/// The size of one dense convolution; H and W are the input's.
struct ConvolutionCase: CustomTestStringConvertible, Sendable {
    let channelsIn, channelsOut, height, width: Int
    var upsampling = ConvolutionWeights.Upsampling.none
    var blurs = false
    /// The styled extras: offset and statistics of StyleGAN, or output gain, scale and clamp of StyleGAN2.
    var demodulates = false

    var testDescription: String {
        "\(channelsIn)→\(channelsOut), \(height)×\(width), \(upsampling)\(blurs ? ", blurred" : "")"
            + (demodulates ? ", demodulated" : "")
    }

    /// One pixel, one row, one column, tails in channels, one and several chunks, several tiles.
    static let all: [ConvolutionCase] = [
        .init(channelsIn: 1, channelsOut: 1, height: 1, width: 1),
        .init(channelsIn: 3, channelsOut: 5, height: 1, width: 7),
        .init(channelsIn: 17, channelsOut: 33, height: 6, width: 1, demodulates: true),
        .init(channelsIn: 32, channelsOut: 48, height: 4, width: 4),
        .init(channelsIn: 16, channelsOut: 32, height: 9, width: 13, demodulates: true),
        .init(channelsIn: 5, channelsOut: 20, height: 8, width: 16),
        .init(channelsIn: 18, channelsOut: 17, height: 33, width: 38, demodulates: true),
        .init(channelsIn: 16, channelsOut: 16, height: 64, width: 32),
        .init(channelsIn: 1, channelsOut: 1, height: 1, width: 1, upsampling: .nearest, blurs: true),
        .init(channelsIn: 19, channelsOut: 33, height: 4, width: 4, upsampling: .nearest, blurs: true),
        .init(channelsIn: 33, channelsOut: 17, height: 7, width: 5, upsampling: .transposed, blurs: true),
        .init(channelsIn: 16, channelsOut: 8, height: 35, width: 33, upsampling: .transposed, blurs: true),
        .init(channelsIn: 8, channelsOut: 16, height: 64, width: 32, upsampling: .nearest, blurs: true),
        .init(channelsIn: 1, channelsOut: 1, height: 1, width: 1, upsampling: .filtered, demodulates: true),
        .init(channelsIn: 20, channelsOut: 40, height: 5, width: 6, upsampling: .filtered, demodulates: true),
        .init(
            channelsIn: 16, channelsOut: 18, height: 33, width: 36, upsampling: .filtered, demodulates: true),
    ]
}

/// What a convolution works on, drawn once for a case, and the reference's answer in Double.
struct ConvolutionProblem {
    let size: ConvolutionCase
    let weights: ConvolutionWeights
    let weight, bias, strength, gain, offset, outputGain, noise, center, x, dOutput: Tensor<Float>
    var slope: Double { size.demodulates ? Double(Float(2).squareRoot()) : 1 }
    var clamp: Double { size.demodulates ? 4 : .infinity }

    init(_ size: ConvolutionCase, usesWinograd: Bool) {
        func draw(_ shape: [Int], stream: UInt64) -> Tensor<Float> {
            randomTensor(shape, stream: stream, seed: 11)
        }
        self.size = size
        let factor = size.upsampling == .none ? 1 : 2
        weight = draw([size.channelsOut, size.channelsIn, 3, 3], stream: 1)
        bias = draw([size.channelsOut], stream: 2)
        strength = draw([size.channelsOut], stream: 3)
        gain = draw([size.channelsIn], stream: 4)
        center = size.demodulates ? Tensor(zeros: [size.channelsIn]) : draw([size.channelsIn], stream: 10)
        offset = size.demodulates ? Tensor(zeros: [size.channelsIn]) : draw([size.channelsIn], stream: 5)
        let away: (Float) -> Float = { $0 < 0 ? $0 - 0.5 : $0 + 0.5 }
        outputGain =
            size.demodulates
            ? draw([size.channelsOut], stream: 6).map(away)
            : Tensor<Float>(zeros: [size.channelsOut]).map { $0 + 1 }
        noise = draw([size.height * factor, size.width * factor], stream: 7)
        x = draw([size.channelsIn, size.height, size.width], stream: 8)
        dOutput = draw([size.channelsOut, size.height * factor, size.width * factor], stream: 9)
        weights = ConvolutionWeights(
            weight: weight, bias: bias, noiseStrength: strength, upsampling: size.upsampling,
            blurs: size.blurs,
            scale: size.demodulates ? Float(2).squareRoot() : 1, clamp: size.demodulates ? 4 : nil,
            side: size.height, usesWinograd: usesWinograd)
    }

    struct Result { var output, dInput, dGain, dOffset, dOutputGain, dNoise, mean, deviation: Tensor<Float> }

    /// Runs the engine's layer; `dOutput` is ∂loss/∂output.
    func run(kernels: Kernels, threads: Int) -> Result {
        let workspace = Workspace(threads: threads, kernels: kernels)
        let input = BlockedActivations(
            channels: size.channelsIn, height: size.height, width: size.width, workspace: workspace)
        let output = BlockedActivations(
            channels: size.channelsOut, height: noise.shape[0], width: noise.shape[1], workspace: workspace)
        let layer = ConvolutionLayer(
            weights: weights, input: input, output: output, workspace: workspace,
            usesOffset: !size.demodulates,
            usesOutputGain: size.demodulates, normalisationEpsilon: size.demodulates ? nil : 1e-5)
        input.tensor = x
        for c in 0..<gain.count {
            layer.gain[c] = gain[c]
            layer.center?[c] = center[c]
            layer.offset?[c] = offset[c]
        }
        for c in 0..<outputGain.count { layer.outputGain?[c] = outputGain[c] }
        return noise.withUnsafeBufferPointer { noise in
            layer.forward(noise: noise.baseAddress)
            let activations = output.tensor
            output.gradient = dOutput
            var dNoise = Tensor<Float>(zeros: self.noise.shape)
            dNoise.withUnsafeMutableBufferPointer { layer.backward(dNoise: $0.baseAddress) }
            func vector(_ values: AlignedFloats?, _ count: Int) -> Tensor<Float> {
                Tensor((0..<count).map { values?[$0] ?? 0 }, shape: [count])
            }
            let statistics = layer.statistics
            return Result(
                output: activations, dInput: input.gradient, dGain: vector(layer.dGain, gain.count),
                dOffset: vector(layer.dOffset, gain.count),
                dOutputGain: vector(layer.dOutputGain, bias.count),
                dNoise: dNoise,
                mean: Tensor(statistics?.mean.map(Float.init) ?? [], shape: [statistics?.channels ?? 0]),
                deviation: Tensor(
                    statistics?.deviation.map(Float.init) ?? [], shape: [statistics?.channels ?? 0]))
        }
    }
}

/// The engine's dense convolution against the reference, for every set of kernels this machine runs.
@Suite struct ConvolutionLayerTests {
    typealias Real = Tensor<Double>
    static let kernelNames = Kernels.available.map(\.name)

    /// Float rounding, times a few roundings per term. Winograd's transforms mix the pixels of a whole tile, so that
    /// a small one inherits the rounding of its neighbours.
    let directTolerance = 16 * Double(Float.ulpOfOne)
    let winogradTolerance = 64 * Double(Float.ulpOfOne)

    /// The reference's answer; with `magnitude`, Σ|terms| of everything instead.
    struct Reply { var output, dInput, dGain, dOffset, dOutputGain, dNoise: Real }

    private func answer(_ p: ConvolutionProblem, output activations: Real?) -> Reply {
        let magnitude = activations != nil
        func wide(_ t: Tensor<Float>) -> Real { t.map { magnitude ? abs(Double($0)) : Double($0) } }
        let chain = Reference.denseConvolution(
            input: p.x.shape, weight: wide(p.weight), upsampling: p.size.upsampling, blurs: p.size.blurs)
        let inArea = p.x.shape[1] * p.x.shape[2]
        let outArea = p.noise.count
        let center = wide(p.center)
        var centred = wide(p.x)
        for i in 0..<centred.count { centred[i] += (magnitude ? 1 : -1) * center[i / inArea] }
        var x = Reference.modulate(centred, style: wide(p.gain))
        for i in 0..<x.count { x[i] += wide(p.offset)[i / inArea] }
        let convolved = chain.reduce(x) { $1($0) }
        let outputGain = wide(p.outputGain)
        let (bias, strength, noise) = (wide(p.bias), wide(p.strength), wide(p.noise))
        var output = Reference.modulate(convolved, style: outputGain)
        var du = wide(p.dOutput)
        var dNoise = Real(zeros: p.noise.shape)
        var dOutputGain = Real(zeros: bias.shape)
        for i in 0..<output.count {
            let (c, pixel) = (i / outArea, i % outArea)
            let z = output[i] + bias[c] + strength[c] * noise[pixel]
            let a = magnitude ? z * p.slope : (z > 0 ? z : 0.2 * z) * p.slope
            output[i] = magnitude ? a : min(max(a, -p.clamp), p.clamp)
            // The kinks are judged by the true activations, also where magnitudes are asked for.
            let judged = activations?[i] ?? a
            du[i] *= (judged > 0 ? 1 : 0.2) * p.slope * (abs(judged) < p.clamp ? 1 : 0)
            dNoise[pixel] += strength[c] * du[i]
            dOutputGain[c] += du[i] * (magnitude ? z : convolved[i]) / (magnitude ? outputGain[c] : 1)
            du[i] *= outputGain[c]
        }
        let dx = chain.reversed().reduce(du) { $1.transposed($0) }
        let (dInput, dGain) = Reference.modulateBackward(dx, x: centred, style: wide(p.gain))
        var dOffset = Real(zeros: p.gain.shape)
        for i in 0..<dx.count { dOffset[i / inArea] += dx[i] }
        return Reply(
            output: output, dInput: dInput, dGain: dGain, dOffset: dOffset, dOutputGain: dOutputGain,
            dNoise: dNoise)
    }

    @Test(arguments: ConvolutionCase.all, kernelNames)
    func directMatchesTheReference(_ size: ConvolutionCase, _ kernels: String) throws {
        try compare(ConvolutionProblem(size, usesWinograd: false), kernels, tolerance: directTolerance)
    }

    @Test(arguments: ConvolutionCase.all, kernelNames)
    func winogradMatchesTheReference(_ size: ConvolutionCase, _ kernels: String) throws {
        try compare(ConvolutionProblem(size, usesWinograd: true), kernels, tolerance: winogradTolerance)
    }

    private func compare(_ problem: ConvolutionProblem, _ kernels: String, tolerance: Double) throws {
        let size = problem.size
        let result = try problem.run(kernels: #require(Kernels(named: kernels)), threads: 1)
        let expected = answer(problem, output: nil)
        let scale = answer(problem, output: expected.output)
        func compare(
            _ part: KeyPath<ConvolutionProblem.Result, Tensor<Float>>, _ wanted: KeyPath<Reply, Real>,
            _ name: String
        ) {
            expectClose(
                result[keyPath: part], expected[keyPath: wanted].map { Float($0) }, tolerance: tolerance,
                magnitude: scale[keyPath: wanted], name)
        }
        compare(\.output, \.output, "output")
        compare(\.dInput, \.dInput, "dInput")
        compare(\.dGain, \.dGain, "dGain")
        compare(\.dOffset, \.dOffset, "dOffset")
        compare(\.dNoise, \.dNoise, "dNoise")
        if size.demodulates { compare(\.dOutputGain, \.dOutputGain, "dOutputGain") }
        guard !size.demodulates else { return }
        let area = problem.noise.count
        for c in 0..<size.channelsOut {
            let values = (0..<area).map { Double(result.output[c * area + $0]) }
            let mean = values.reduce(0, +) / Double(area)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(area)
            #expect(abs(Double(result.mean[c]) - mean) < 1e-5 * (variance.squareRoot() + abs(mean)))
            #expect(abs(Double(result.deviation[c]) / (variance + 1e-5).squareRoot() - 1) < 1e-5)
        }
    }

    @Test(arguments: ConvolutionCase.all, kernelNames)
    func bitsDoNotDependOnThreads(_ size: ConvolutionCase, _ kernels: String) throws {
        let kernels = try #require(Kernels(named: kernels))
        for problem in [false, true].map({ ConvolutionProblem(size, usesWinograd: $0) }) {
            let alone = problem.run(kernels: kernels, threads: 1)
            let shared = problem.run(kernels: kernels, threads: 8)
            for part in [
                \.output, \.dInput, \.dGain, \.dOffset, \.dOutputGain, \.dNoise, \.mean, \.deviation,
            ]
                as [KeyPath<ConvolutionProblem.Result, Tensor<Float>>]
            {
                #expect(shared[keyPath: part] == alone[keyPath: part], "\(size)")
            }
        }
    }
}
