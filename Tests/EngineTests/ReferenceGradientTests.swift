import ReferenceOps
import Tensors
import TestSupport
import Testing

/// The reference gradients by two arguments that need no other program: finite differences along random
/// directions, and ⟨Ax, y⟩ = ⟨x, Aᵀy⟩ for what is linear.
@Suite struct ReferenceGradientTests {
    private func draw(_ shape: Int..., stream: UInt64) -> Tensor<Double> {
        randomTensor(shape, stream: stream, seed: 11)
    }

    /// ⟨Ax, y⟩ = ⟨x, Aᵀy⟩ to rounding.
    private func expectAdjoint(
        _ x: Tensor<Double>, _ y: Tensor<Double>, forward: (Tensor<Double>) -> Tensor<Double>,
        backward: (Tensor<Double>) -> Tensor<Double>, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let (a, b) = (dot(forward(x), y), dot(x, backward(y)))
        #expect(abs(a - b) < 1e-12 * (abs(a) + 10), "\(a) and \(b)", sourceLocation: sourceLocation)
    }

    @Test func transposes() {
        let weight = draw(5, 7, stream: 1)
        expectAdjoint(draw(7, stream: 2), draw(5, stream: 3)) {
            Reference.linear($0, weight: weight, bias: Tensor(zeros: [5]))
        } backward: {
            Reference.linearBackward($0, weight: weight)
        }
        let style = draw(3, stream: 4)
        expectAdjoint(draw(3, 4, 5, stream: 5), draw(3, 4, 5, stream: 6)) {
            Reference.modulate($0, style: style)
        } backward: {
            Reference.modulateBackward($0, x: $0, style: style).dx
        }
        expectAdjoint(draw(8, 3, 5, stream: 7), draw(2, 6, 10, stream: 8)) {
            Reference.inverseHaar($0)
        } backward: {
            Reference.inverseHaarBackward($0)
        }
    }

    @Test(arguments: [(4, 6, 3, 1, 5, 7), (6, 6, 3, 6, 1, 1), (5, 3, 1, 1, 4, 2), (4, 8, 3, 2, 2, 9)])
    func convolutionTransposes(_ i: Int, _ o: Int, _ kernel: Int, _ groups: Int, _ h: Int, _ w: Int) {
        let weight = draw(o, i / groups, kernel, kernel, stream: 20)
        expectAdjoint(draw(i, h, w, stream: 21), draw(o, h, w, stream: 22)) {
            Reference.convolution($0, weight: weight, groups: groups)
        } backward: {
            Reference.convolutionBackward($0, weight: weight, groups: groups)
        }
    }

    @Test func inverseHaarUndoesTheTransform() {
        let x = draw(12, 3, 2, stream: 30)
        expectClose(Reference.inverseHaarBackward(Reference.inverseHaar(x)), x, absolute: 1e-14)
    }

    @Test(arguments: ["separable.0", "separable.2", "dense_layer", "to_image"])
    func styledLayerMatchesFiniteDifferences(_ name: String) throws {
        let golden = try Golden("ops")
        let layer = try ReferenceStyledLayer<Double>(golden: golden, case: name)
        let (x, w): (Tensor<Double>, Tensor<Double>) = try (
            golden.tensor("\(name).x"), golden.tensor("\(name).w")
        )
        let noise: Tensor<Double>? =
            golden.contains("\(name).noise") ? try golden.tensor("\(name).noise") : nil
        let dy: Tensor<Double> = try golden.tensor("\(name).dy")
        let gradient = layer.backward(dy, cache: layer.forward(x, w: w, noise: noise).cache)
        func loss(_ x: Tensor<Double>, _ w: Tensor<Double>, _ noise: Tensor<Double>?) -> Double {
            dot(layer.forward(x, w: w, noise: noise).y, dy)
        }
        for stream in UInt64(40)..<43 {
            let (u, v): (Tensor<Double>, Tensor<Double>) = (
                randomTensor(x.shape, stream: stream), randomTensor(w.shape, stream: stream + 10)
            )
            let alongX = directionalDerivative(at: x, along: u, step: 1e-6) { loss($0, w, noise) }
            expectSlope(alongX, dot(gradient.dx, u))
            let alongW = directionalDerivative(at: w, along: v, step: 1e-6) { loss(x, $0, noise) }
            expectSlope(alongW, dot(gradient.dw, v))
            guard let noise, let dNoise = gradient.dNoise else { continue }
            let n: Tensor<Double> = randomTensor(noise.shape, stream: stream + 20)
            let alongNoise = directionalDerivative(at: noise, along: n, step: 1e-6) { loss(x, w, $0) }
            expectSlope(alongNoise, dot(dNoise, n))
        }
    }

    private func expectSlope(
        _ measured: Double, _ claimed: Double, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            abs(measured - claimed) < 1e-7 * max(1, abs(claimed)), "\(measured) and \(claimed)",
            sourceLocation: sourceLocation)
    }
}
