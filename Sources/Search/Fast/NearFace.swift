import Generators
import Tensors

/// A face that answers are to be like: candidates start near it, in the place of the encoder's guess, and are pulled to where
/// they start.
public struct NearFace: Codable, Hashable, Sendable {
    /// (v − μ)/σ, [latentSize], with v = LReLU₅(w) in the mean over the slots.
    public var u: [Float]
    /// How far candidates start from it, as a share of what the target leaves open.
    public var share = 0.35

    /// - Parameters:
    ///   - w: a face's latents, [slots, latentSize].
    ///   - statistics: of the model that they belong to.
    public init(w: Tensor<Float>, statistics: LatentStatistics) {
        let (slots, size) = (w.shape[0], w.shape[1])
        u = (0..<size).map { i in
            var sum: Float = 0
            for slot in 0..<slots {
                let value = w[slot * size + i]
                sum += value > 0 ? value : 5 * value
            }
            return (sum / Float(slots) - statistics.mean[i]) / max(statistics.standardDeviation[i], 1e-6)
        }
    }

    var isPossible: Bool { u.allSatisfy(\.isFinite) && (0...2).contains(share) }

    /// Moves along a direction.
    /// - Parameter amount: in standard deviations of the generator's latents along it.
    public mutating func move(
        _ amount: Double, along direction: LatentDirection, statistics: LatentStatistics
    ) {
        let size = u.count
        let deviations = (0..<size).map { Double(statistics.standardDeviation[$0]) }
        var d: [Double]
        switch direction {
        case .axis(let number):
            d = (0..<size).map { Double(statistics.eigenvectors[(number - 1) * size + $0]) }
        case .latent(let w):
            // v is five times as steep where w is negative.
            d = (0..<size).map { i in
                let v = Double(u[i]) * deviations[i] + Double(statistics.mean[i])
                return Double(w[i]) * (v > 0 ? 1 : 5)
            }
        }
        let length = d.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0 else { return }
        d = d.map { $0 / length }
        var variance = 0.0
        for k in 0..<size {
            var product = 0.0
            for i in 0..<size { product += Double(statistics.eigenvectors[k * size + i]) * d[i] }
            variance += Double(statistics.eigenvalues[k]) * product * product
        }
        let step = amount * variance.squareRoot()
        for i in 0..<size { u[i] += Float(step * d[i] / max(deviations[i], 1e-6)) }
    }
}

/// A direction in which faces change.
public enum LatentDirection: Hashable, Sendable {
    /// A principal axis of the latents, counted from 1: what varies most comes first, and has no name.
    case axis(Int)
    /// In w, [latentSize].
    case latent([Float])
}
