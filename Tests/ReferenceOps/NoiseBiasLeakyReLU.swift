import Tensors

extension Reference {
    /// y = LReLU₀.₂(x + strength·noise + bias).
    /// - Parameters:
    ///   - x: [C, H, W].
    ///   - noise: [H, W], unit variance; nil adds none.
    ///   - bias: [C].
    public static func noiseBiasLeakyReLU<Scalar: Real>(
        _ x: Tensor<Scalar>, noise: Tensor<Scalar>?, strength: Scalar, bias: Tensor<Scalar>
    ) -> Tensor<Scalar> {
        let area = x.count / x.shape[0]
        var y = x
        for p in 0..<x.count {
            var sum = x[p] + bias[p / area]
            if let noise { sum += strength * noise[p % area] }
            y[p] = sum >= 0 ? sum : sum / 5
        }
        return y
    }

    /// dx = dy·(1 or 0.2 by the sign of y, which is the sign before the LReLU); dNoise = strength·Σ_c dx.
    public static func noiseBiasLeakyReLUBackward<Scalar: Real>(
        _ dy: Tensor<Scalar>, y: Tensor<Scalar>, strength: Scalar
    ) -> (dx: Tensor<Scalar>, dNoise: Tensor<Scalar>) {
        let area = y.count / y.shape[0]
        var dx = dy
        var dNoise = Tensor<Scalar>(zeros: Array(y.shape.dropFirst()))
        for p in 0..<y.count {
            dx[p] = y[p] >= 0 ? dy[p] : dy[p] / 5
            dNoise[p % area] += strength * dx[p]
        }
        return (dx, dNoise)
    }
}
