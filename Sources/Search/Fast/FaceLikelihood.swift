import Foundation
import Generators
import Tensors

/// How probable the target is, given a candidate's degraded picture x: −log p = (n / 2τ²) Σ wᵢ (xᵢ − yᵢ)² / Σ wᵢ.
///
/// No latent of the generator makes exactly the person in the picture. What remains is smooth, so that it is about
/// n independent numbers, however many pixels there are, of standard deviation τ: both are what searches for generated
/// and for photographed faces end with (Documentation/FastSearch.md). The weights w look at the face and glance at
/// what is around it.
struct FaceLikelihood<Scalar: SearchScalar> {
    /// y, [3, h, w] in 0…1.
    let target: Tensor<Scalar>
    /// w of each pixel and channel, [3, h, w]; their mean is 1. Samples that say nothing have 0.
    let weights: Tensor<Scalar>
    /// n / τ², or less where the target is noisy: 1 / (τ²/n + σ²/N), with N the pixels of the target and σ the noise.
    let precision: Double

    /// - Parameters:
    ///   - misfit: τ, in 0…1 units.
    ///   - independent: n.
    ///   - noise: σ, in 0…1 units.
    ///   - ignored: which samples say nothing, [3, h, w]; nil for none.
    init(
        target: Tensor<Scalar>, weights: FaceWeights, misfit: Double, independent: Double, noise: Double = 0,
        ignoring ignored: [Bool]? = nil
    ) {
        self.target = target
        let (height, width) = (target.shape[1], target.shape[2])
        let plane = weights.plane(width: width, height: height)
        var all = (0..<3).flatMap { _ in plane }
        if let ignored {
            for i in all.indices where ignored[i] { all[i] = 0 }
            let mean = all.reduce(0, +) / Double(all.count)
            if mean > 0 { all = all.map { $0 / mean } }
        }
        self.weights = Tensor(all.map { Scalar($0) }, shape: target.shape)
        precision = 1 / (misfit * misfit / independent + noise * noise / Double(width * height))
    }

    /// Of observations, which bring their weights with them.
    init(_ observations: Observations, misfit: Double, independent: Double) {
        target = Tensor(
            observations.values.withUnsafeBufferPointer { $0.map { Scalar($0) } },
            shape: observations.values.shape)
        let count = observations.weights.count
        let mean = observations.weights.reduce(0, +) / Double(count)
        let weights = observations.weights.map { Scalar($0 / mean) }
        self.weights = Tensor(weights + weights + weights, shape: target.shape)
        let noise = observations.deviation / 255
        precision = 1 / (misfit * misfit / independent + noise * noise / Double(count))
    }

    /// The weighted mean square of the difference.
    /// - Parameter dLowRes: receives ∂loss/∂x.
    func misfit(_ lowRes: Tensor<Scalar>, dLowRes: inout Tensor<Scalar>) -> Double {
        let factor = Scalar(precision / Double(target.count))
        var sum = 0.0
        for i in 0..<target.count {
            let difference = Double(lowRes[i] - target[i])
            sum += Double(weights[i]) * difference * difference
            dLowRes[i] = factor * weights[i] * (lowRes[i] - target[i])
        }
        return sum / Double(target.count)
    }

    /// −log p up to a constant.
    func loss(misfit: Double) -> Double { precision / 2 * misfit }
}

/// How much each part of an aligned face counts: 1 inside an ellipse, falling to less around it.
public struct FaceWeights: Sendable {
    /// Centre and radii as shares of the sides.
    var centreX = FaceEllipse.centreX
    var centreY = FaceEllipse.centreY
    var radiusX = FaceEllipse.radiusX
    var radiusY = FaceEllipse.radiusY
    /// What counts outside.
    var outside = 0.08
    /// Over which share of the radius it falls.
    var falloff = 0.25

    public init() {}

    /// The weight of a place, 1 for the face.
    /// - Parameters:
    ///   - x, y: as shares of the sides, 0…1.
    public func share(x: Double, y: Double) -> Double {
        let (x, y) = ((x - centreX) / radiusX, (y - centreY) / radiusY)
        let share = min(max(((x * x + y * y).squareRoot() - 1) / falloff, 0), 1)
        return 1 + (outside - 1) * share * share * (3 - 2 * share)
    }

    /// The weights of a picture's pixels, row by row, with mean 1.
    func plane(width: Int, height: Int) -> [Double] {
        let values = shares(width: width, height: height)
        let mean = values.reduce(0, +) / Double(values.count)
        return values.map { $0 / mean }
    }

    /// The weights with 1 for the face.
    func shares(width: Int, height: Int) -> [Double] {
        (0..<width * height).map { i in
            share(
                x: (Double(i % width) + 0.5) / Double(width), y: (Double(i / width) + 0.5) / Double(height))
        }
    }
}
