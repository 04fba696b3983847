import Tensors

extension Reference {
    /// Σ|terms| of the inverse Haar transform: every sub-band counts with its absolute value.
    /// - Parameter x: [4C, H, W].
    /// - Returns: [C, 2H, 2W].
    public static func inverseHaarMagnitude<Scalar: Real>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
        let (channels, area) = (x.shape[0] / 4, x.shape[1] * x.shape[2])
        // The low band alone fills all four pixels with itself, halved.
        var sums = Tensor<Scalar>(zeros: x.shape)
        for c in 0..<channels {
            for p in 0..<area {
                sums[c * area + p] = abs(x[c * area + p])
                for band in 0..<3 { sums[c * area + p] += abs(x[(channels + 3 * c + band) * area + p]) }
            }
        }
        return inverseHaar(sums)
    }

    /// Σ|terms| of its transpose.
    /// - Parameter dy: [C, 2H, 2W].
    /// - Returns: [4C, H, W].
    public static func inverseHaarBackwardMagnitude<Scalar: Real>(_ dy: Tensor<Scalar>) -> Tensor<Scalar> {
        let (channels, area) = (dy.shape[0], dy.count / dy.shape[0] / 4)
        var dx = inverseHaarBackward(magnitude(dy))
        for c in 0..<channels {
            for p in 0..<area {
                for band in 0..<3 { dx[(channels + 3 * c + band) * area + p] = dx[c * area + p] }
            }
        }
        return dx
    }
}
