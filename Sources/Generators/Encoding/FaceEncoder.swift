import Tensors

/// Guesses a generator's latents from a small aligned face: a chain of convolutions and dense layers, learned from the
/// generator's own pictures.
///
/// It answers along the leading principal axes of the latents v (see ``LatentStatistics``); of the others a small picture
/// says too little.
public struct FaceEncoder: Sendable {
    /// What it says of a picture.
    public struct Guess: Sendable {
        /// Of v − μ along the leading principal axes, [axes].
        public var coordinates: [Float]
        /// A, lower triangular, [axes, axes]: A·ε, where ε is standard normal, leads to others that the picture leaves open.
        public var factor: Tensor<Float>
    }

    /// From 2x − 1, where x is the picture, to the coordinates.
    package let chain: LayerChain
    /// For inputs of some sides, ascending: a Cholesky factor, [axes, axes], of the covariance of what the guess misses, as far
    /// as the picture does not show it.
    package let factors: [(side: Int, factor: Tensor<Float>)]
    /// Quantiles 0 … 100 % of the generator's own latents' squared distance under the prior of the search.
    public let distanceQuantiles: [Float]
    /// Tells the generator's faces from other pictures; nil where that was not learned.
    public var likeness: FaceLikeness?
    /// Tells how a picture was made small; nil where that was not learned.
    public var operators: OperatorClassifier?
    /// Finds faces' places in photographs; nil where that was not learned.
    public var placement: FacePlacement?

    /// Side of the pictures that it looks at.
    public var side: Int { chain.side }
    /// How many axes it knows.
    public var axes: Int { chain.outputs }

    /// - Returns: nil where the network does not give as many numbers as the factors have rows.
    public init?(
        _ chain: LayerChain, factors: [(side: Int, factor: Tensor<Float>)], distanceQuantiles: [Float],
        likeness: FaceLikeness? = nil, operators: OperatorClassifier? = nil,
        placement: FacePlacement? = nil
    ) {
        let axes = chain.outputs
        guard axes > 0, !factors.isEmpty, factors.allSatisfy({ $0.factor.shape == [axes, axes] }) else {
            return nil
        }
        self.chain = chain
        self.factors = factors.sorted { $0.side < $1.side }
        self.distanceQuantiles = distanceQuantiles
        self.likeness = likeness
        self.operators = operators
        self.placement = placement
    }

    /// How many per cent of the generator's own latents are no farther out than a squared distance; nil where that was not
    /// measured.
    public func percentile(ofDistance distance: Double) -> Double? {
        guard distanceQuantiles.count > 1 else { return nil }
        let below = distanceQuantiles.count { Double($0) <= distance }
        return 100 * Double(max(0, below - 1)) / Double(distanceQuantiles.count - 1)
    }

    /// - Parameters:
    ///   - picture: [3, side, side] in 0…1.
    ///   - inputSide: of the picture that this was made from, on which the uncertainty depends.
    public func callAsFunction(_ picture: Tensor<Float>, from inputSide: Int) -> Guess {
        let x = chain(picture.map { 2 * $0 - 1 })
        let nearest = factors.last { $0.side <= inputSide } ?? factors[0]
        return Guess(coordinates: x.withUnsafeBufferPointer { Array($0) }, factor: nearest.factor)
    }
}
