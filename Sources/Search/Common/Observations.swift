import Tensors

/// What is known of a face where that is more, or lies otherwise, than the pixels of a small picture: one value for each
/// number that the degradation gives, in channels, with how much it counts.
public struct Observations: Sendable {
    /// y, [3, 1, N] in 0…1.
    public var values: Tensor<Float>
    /// How much each counts in the likelihood, [N]: for cells of a picture their pixels, less outside the face.
    public var weights: [Double]
    /// Standard deviation of their noise, in grey levels 0…255.
    public var deviation: Double

    public init(values: Tensor<Float>, weights: [Double], deviation: Double) {
        precondition(values.shape == [3, 1, weights.count], "each observation has one weight")
        (self.values, self.weights, self.deviation) = (values, weights, deviation)
    }
}
