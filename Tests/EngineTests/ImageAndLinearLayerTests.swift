import Engine
import ReferenceOps
import Tensors
import TestSupport
import Testing

/// The engine's picture layer, affine map and matrix product against the reference, for every set of kernels.
@Suite struct ImageAndLinearLayerTests {
    typealias Real = Tensor<Double>
    static let kernelNames = Kernels.available.map(\.name)
    let tolerance = 8 * Double(Float.ulpOfOne)

    private func draw(_ shape: Int..., stream: UInt64) -> Tensor<Float> {
        randomTensor(shape, stream: stream, seed: 6)
    }

    // MARK: Picture layer

    /// [channels, height, width] of the input.
    static let imageSizes = [
        [1, 1, 1], [5, 3, 7], [8, 4, 4], [9, 2, 33], [13, 35, 17], [7, 70, 32], [64, 16, 40],
    ]

    private struct ImageResult { var image, dInput, dGain: Tensor<Float> }

    private func runImage(
        _ size: [Int], weight: Tensor<Float>, bias: Tensor<Float>, gain: Tensor<Float>, x: Tensor<Float>,
        dImage: Tensor<Float>, kernels: Kernels, threads: Int
    ) -> ImageResult {
        let input = Activations(channels: size[0], height: size[1], width: size[2])
        let layer = ImageLayer(
            weights: ImageWeights(weight: weight, bias: bias), input: input,
            workspace: Workspace(threads: threads, kernels: kernels))
        input.tensor = x
        for c in 0..<gain.count { layer.gain[c] = gain[c] }
        let (image, gradient) = (AlignedFloats(count: dImage.count), AlignedFloats(dImage))
        layer.forward(image: image.pointer)
        withExtendedLifetime(gradient) { layer.backward(dImage: gradient.pointer) }
        return ImageResult(
            image: tensor(image, dImage.shape), dInput: input.tensor,
            dGain: tensor(layer.dGain, gain.shape))
    }

    private func tensor(_ floats: AlignedFloats, _ shape: [Int]) -> Tensor<Float> {
        Tensor((0..<floats.count).map { floats[$0] }, shape: shape)
    }

    @Test(arguments: imageSizes, kernelNames)
    func pictureLayerMatchesTheReference(_ size: [Int], _ name: String) throws {
        let kernels = try #require(Kernels(named: name))
        let (weight, bias) = (draw(12, size[0], 1, 1, stream: 1), draw(12, stream: 2))
        let (gain, x) = (draw(size[0], stream: 3), draw(size[0], size[1], size[2], stream: 4))
        let dImage = draw(3, 2 * size[1], 2 * size[2], stream: 5)
        let result = runImage(
            size, weight: weight, bias: bias, gain: gain, x: x, dImage: dImage, kernels: kernels, threads: 1)

        func expected(magnitude: Bool) -> (image: Real, dx: Real, dGain: Real) {
            func wide(_ t: Tensor<Float>) -> Real { t.map { magnitude ? abs(Double($0)) : Double($0) } }
            let layer = ReferenceStyledLayer(
                styleWeight: Real(zeros: [size[0], 1]), styleBias: wide(gain), scale: 1, depthwise: nil,
                weight: wide(weight), bias: wide(bias), noiseStrength: nil)
            let (bands, _) = layer.forward(wide(x), w: Real([0], shape: [1]), noise: nil)
            let image = magnitude ? Reference.inverseHaarMagnitude(bands) : Reference.inverseHaar(bands)
            let d = wide(dImage)
            let dBands =
                magnitude ? Reference.inverseHaarBackwardMagnitude(d) : Reference.inverseHaarBackward(d)
            var (dx, dGain) = Reference.modulateBackward(
                Reference.convolutionBackward(dBands, weight: wide(weight)), x: wide(x), style: wide(gain))
            for i in 0..<dx.count where x[i] < 0 { dx[i] /= 5 }
            return (image, dx, dGain)
        }
        let (value, scale) = (expected(magnitude: false), expected(magnitude: true))
        expectClose(
            result.image, value.image.map { Float($0) }, tolerance: tolerance, magnitude: scale.image,
            "picture")
        expectClose(
            result.dInput, value.dx.map { Float($0) }, tolerance: tolerance, magnitude: scale.dx, "dInput")
        expectClose(
            result.dGain, value.dGain.map { Float($0) }, tolerance: tolerance, magnitude: scale.dGain,
            "dGain")
        for threads in [2, 4] {
            let shared = runImage(
                size, weight: weight, bias: bias, gain: gain, x: x, dImage: dImage, kernels: kernels,
                threads: threads)
            #expect(shared.image == result.image && shared.dInput == result.dInput)
            #expect(shared.dGain == result.dGain, "\(threads) threads")
        }
    }

    // MARK: Affine map

    private func runLinear(
        _ layer: LinearLayer, x: Tensor<Float>, dy: Tensor<Float>, start: Tensor<Float>, workspace: Workspace
    ) -> (y: Tensor<Float>, dx: Tensor<Float>, accumulated: Tensor<Float>) {
        let (x, dy, y) = (AlignedFloats(x), AlignedFloats(dy), AlignedFloats(count: dy.count))
        let (dx, sum) = (AlignedFloats(count: x.count), AlignedFloats(start))
        withExtendedLifetime((x, dy)) {
            layer.forward(x.pointer, into: y.pointer, workspace: workspace)
            layer.backward(dy.pointer, into: dx.pointer, accumulate: false, workspace: workspace)
            layer.backward(dy.pointer, into: sum.pointer, accumulate: true, workspace: workspace)
        }
        return (tensor(y, [y.count]), tensor(dx, [dx.count]), tensor(sum, [sum.count]))
    }

    @Test(arguments: [[1, 1], [3, 5], [17, 16], [64, 67], [130, 33], [200, 512]], kernelNames)
    func affineMapMatchesTheReference(_ size: [Int], _ name: String) throws {
        let kernels = try #require(Kernels(named: name))
        let (matrix, bias) = (draw(size[0], size[1], stream: 11), draw(size[0], stream: 12))
        let (x, dy, start) = (
            draw(size[1], stream: 13), draw(size[0], stream: 14), draw(size[1], stream: 15)
        )
        let layer = LinearLayer(matrix: matrix, bias: bias)
        let result = runLinear(
            layer, x: x, dy: dy, start: start, workspace: Workspace(threads: 1, kernels: kernels))

        func wide(_ t: Tensor<Float>, _ magnitude: Bool) -> Real {
            t.map { magnitude ? abs(Double($0)) : Double($0) }
        }
        func y(_ m: Bool) -> Real {
            Reference.linear(wide(x, m), weight: wide(matrix, m), bias: wide(bias, m))
        }
        func dx(_ m: Bool) -> Real { Reference.linearBackward(wide(dy, m), weight: wide(matrix, m)) }
        expectClose(
            result.y, y(false).map { Float($0) }, tolerance: tolerance, magnitude: y(true), "y")
        expectClose(
            result.dx, dx(false).map { Float($0) }, tolerance: tolerance, magnitude: dx(true), "dx")
        expectClose(
            result.accumulated, added(dx(false), 1, wide(start, false)).map { Float($0) },
            tolerance: tolerance, magnitude: added(dx(true), 1, wide(start, true)), "dx accumulated")
        for threads in [2, 4] {
            let shared = runLinear(
                layer, x: x, dy: dy, start: start, workspace: Workspace(threads: threads, kernels: kernels))
            #expect(shared == result, "\(threads) threads")
        }
    }

    // MARK: Matrix product

    @Test(arguments: [[1, 1, 1], [2, 3, 5], [9, 17, 33], [40, 64, 31], [7, 130, 100], [32, 1, 65]])
    func matrixProductMatchesTheReference(_ size: [Int]) {
        let (a, b) = (draw(size[0], size[1], stream: 21), draw(size[1], size[2], stream: 22))
        func product(magnitude: Bool) -> Real {
            func wide(_ t: Tensor<Float>) -> Real { t.map { magnitude ? abs(Double($0)) : Double($0) } }
            // A product is a pointwise convolution over one row of pixels.
            return Reference.convolution(
                wide(b).reshaped([size[1], 1, size[2]]), weight: wide(a).reshaped([size[0], size[1], 1, 1])
            ).reshaped([size[0], size[2]])
        }
        expectClose(
            matrixMultiply(a, b), product(magnitude: false).map { Float($0) }, tolerance: tolerance,
            magnitude: product(magnitude: true))
    }

    @Test func stackedLayersAreTheLayersOneBelowTheOther() {
        let parts = [3, 17].enumerated().map { index, rows in
            (
                matrix: draw(rows, 29, stream: UInt64(10 + index)),
                bias: draw(rows, stream: UInt64(20 + index))
            )
        }
        let (x, workspace) = (AlignedFloats(draw(29, stream: 30)), Workspace(threads: 2))
        func output(_ layer: LinearLayer) -> [Float] {
            let y = AlignedFloats(count: layer.rows)
            withExtendedLifetime(x) { layer.forward(x.pointer, into: y.pointer, workspace: workspace) }
            return (0..<layer.rows).map { y[$0] }
        }
        let stacked = LinearLayer(stacking: parts)
        #expect(stacked.rows == 20 && stacked.columns == 29)
        #expect(output(stacked) == parts.flatMap { output(LinearLayer(matrix: $0.matrix, bias: $0.bias)) })
    }

    @Test func setsOfKernelsAreNamed() {
        #expect(Self.kernelNames.contains("portable"))
        #expect(Kernels(named: "no such set") == nil)
        for name in Self.kernelNames { #expect(Kernels(named: name)?.name == name) }
    }
}
