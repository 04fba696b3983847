import Tensors

/// The namespace of the reference operations: each a plain loop over its definition, with the gradient to its
/// inputs directly below. Weights are frozen in the search, so no weight gradients exist.
///
/// Shapes are of one picture: x [C, H, W], without a batch.
public enum Reference {
    public typealias Real = BinaryFloatingPoint & Sendable

    /// |x|, element by element. An operation applied to absolute inputs and weights gives Σ|terms|, the scale
    /// of the rounding error that any order of summation may show.
    public static func magnitude<Scalar: Real>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.map { abs($0) } }

    /// y = W·x + b, the affine map from a latent to a layer's style.
    /// - Parameters:
    ///   - x: [I].
    ///   - weight: [O, I].
    ///   - bias: [O].
    /// - Returns: [O].
    public static func linear<Scalar: Real>(
        _ x: Tensor<Scalar>, weight: Tensor<Scalar>, bias: Tensor<Scalar>
    ) -> Tensor<Scalar> {
        var y = Tensor<Scalar>(zeros: [weight.shape[0]])
        for o in 0..<weight.shape[0] {
            y[o] = bias[o]
            for i in 0..<weight.shape[1] { y[o] += weight[o * weight.shape[1] + i] * x[i] }
        }
        return y
    }

    /// dx = Wᵀ·dy.
    public static func linearBackward<Scalar: Real>(
        _ dy: Tensor<Scalar>, weight: Tensor<Scalar>
    ) -> Tensor<Scalar> {
        var dx = Tensor<Scalar>(zeros: [weight.shape[1]])
        for o in 0..<weight.shape[0] {
            for i in 0..<weight.shape[1] { dx[i] += weight[o * weight.shape[1] + i] * dy[o] }
        }
        return dx
    }

    /// y[c] = s[c]·x[c], a style applied to activations.
    /// - Parameters:
    ///   - x: [C, H, W].
    ///   - style: [C].
    public static func modulate<Scalar: Real>(
        _ x: Tensor<Scalar>, style: Tensor<Scalar>
    ) -> Tensor<Scalar> {
        let area = x.count / x.shape[0]
        var y = x
        for p in 0..<x.count { y[p] = x[p] * style[p / area] }
        return y
    }

    /// dx[c] = s[c]·dy[c]; ds[c] = Σ dy[c]·x[c].
    public static func modulateBackward<Scalar: Real>(
        _ dy: Tensor<Scalar>, x: Tensor<Scalar>, style: Tensor<Scalar>
    ) -> (dx: Tensor<Scalar>, dStyle: Tensor<Scalar>) {
        let area = x.count / x.shape[0]
        var dStyle = Tensor<Scalar>(zeros: style.shape)
        for p in 0..<x.count { dStyle[p / area] += dy[p] * x[p] }
        return (modulate(dy, style: style), dStyle)
    }
}
