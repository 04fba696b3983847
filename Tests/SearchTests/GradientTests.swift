import Tensors
import TestSupport
import Testing

@testable import Search

/// Every gradient of the search against finite differences in double precision.
@Suite struct GradientTests {
    @Test(arguments: [2, 3, 16, 18])
    func geodesicCross(layers: Int) {
        let w: Tensor<Double> = randomTensor([layers, 40], stream: 1)
        let direction: Tensor<Double> = randomTensor([layers, 40], stream: 2)
        var loss = GeodesicCross<Double>(layers: layers, latentSize: 40)
        var dW = Tensor<Double>(zeros: w.shape)
        _ = loss(w, weight: 0.7, dW: &dW)
        let slope = directionalDerivative(at: w, along: direction) { w in
            var unused = Tensor<Double>(zeros: w.shape)
            return 0.7 * loss(w, weight: 1, dW: &unused)
        }
        #expect(abs(dot(dW, direction) - slope) < 1e-8 * abs(slope))
    }

    /// Two unit vectors at an angle φ: θ² counts for both orders, so that G = 64/4·2φ².
    @Test func geodesicCrossMeasuresAngles() {
        var loss = GeodesicCross<Double>(layers: 2, latentSize: 2)
        let w = Tensor<Double>([1, 0, 0, 1], shape: [2, 2])
        var dW = Tensor<Double>(zeros: [2, 2])
        #expect(abs(loss(w, weight: 1, dW: &dW) - 8 * Double.pi * Double.pi) < 1e-6)
    }

    @Test func geodesicCrossOfOneLayerIsZero() {
        var loss = GeodesicCross<Double>(layers: 1, latentSize: 3)
        var dW = Tensor<Double>(zeros: [1, 3])
        #expect(loss(Tensor([1, 2, 3], shape: [1, 3]), weight: 1, dW: &dW) == 0)
        #expect(dW.elements == [0, 0, 0])
    }

    @Test(arguments: [1, 5])
    func latentModel(rows: Int) {
        let model = LatentModel<Double>(
            mean: randomTensor([16], stream: 1), standardDeviation: randomTensor([16], stream: 2))
        let z: Tensor<Double> = randomTensor([rows, 16], stream: 3)
        let direction: Tensor<Double> = randomTensor([rows, 16], stream: 4)
        let dW: Tensor<Double> = randomTensor([5, 16], stream: 5)
        var dZ = Tensor<Double>(zeros: z.shape)
        model.backward(z: z, dW: dW, dZ: &dZ)
        let slope = directionalDerivative(at: z, along: direction, step: 1e-6) { z in
            var w = Tensor<Double>(zeros: [5, 16])
            model.forward(z: z, w: &w)
            return dot(w, dW)
        }
        #expect(abs(dot(dZ, direction) - slope) < 1e-7)
    }

    @Test(arguments: [LossName.l2, .l1])
    func pixelLosses(name: LossName) {
        let target: Tensor<Double> = randomTensor([3, 4, 4], stream: 1)
        let x: Tensor<Double> = randomTensor([3, 4, 4], stream: 2)
        let direction: Tensor<Double> = randomTensor([3, 4, 4], stream: 3)
        let loss = PixelLoss(target: target, eps: 1e-3)
        func value(_ x: Tensor<Double>, _ dX: inout Tensor<Double>) -> Double {
            name == .l2 ? loss.l2(x, weight: 3, dLowRes: &dX) : loss.l1(x, weight: 3, dLowRes: &dX)
        }
        var dX = Tensor<Double>(zeros: x.shape)
        #expect(value(x, &dX) > 0.1)
        let slope = directionalDerivative(at: x, along: direction, step: 1e-6) { x in
            var unused = Tensor<Double>(zeros: x.shape)
            return 3 * value(x, &unused)
        }
        #expect(abs(dot(dX, direction) - slope) < 1e-7)
    }

    /// At eps exactly the gradient passes; just below it is zero, and the value stays at eps.
    @Test func pixelLossesStopBelowEps() {
        let target = Tensor<Double>(zeros: [3, 1, 1])
        let x = Tensor<Double>([0.5, 0.5, 0.5], shape: [3, 1, 1])
        for (eps, passes) in [(0.25, true), (0.25.nextUp, false)] {
            let loss = PixelLoss(target: target, eps: eps)
            var dX = Tensor<Double>(zeros: x.shape)
            #expect(loss.l2(x, weight: 1, dLowRes: &dX) == eps)
            #expect(dX.elements.allSatisfy { $0 != 0 } == passes)
        }
        for (eps, passes) in [(0.5, true), (0.5.nextUp, false)] {
            let loss = PixelLoss(target: target, eps: eps)
            var dX = Tensor<Double>(zeros: x.shape)
            #expect(loss.l1(x, weight: 1, dLowRes: &dX) == 10 * eps)
            #expect(dX.elements.allSatisfy { $0 != 0 } == passes)
        }
    }
}
