import Tensors

extension Reference {
    /// y = (x − mean)/√(variance + ε), channel by channel, with the biased variance.
    /// - Parameter x: [C, H, W].
    /// - Returns: y, and 1/√(variance + ε) [C].
    public static func instanceNorm<Scalar: Real>(
        _ x: Tensor<Scalar>, epsilon: Scalar
    ) -> (y: Tensor<Scalar>, scale: Tensor<Scalar>) {
        let (channels, area) = (x.shape[0], x.count / x.shape[0])
        var (y, scale) = (x, Tensor<Scalar>(zeros: [channels]))
        for c in 0..<channels {
            let range = c * area..<(c + 1) * area
            let mean = range.reduce(Scalar(0)) { $0 + x[$1] } / Scalar(area)
            let variance = range.reduce(Scalar(0)) { $0 + (x[$1] - mean) * (x[$1] - mean) } / Scalar(area)
            scale[c] = 1 / (variance + epsilon).squareRoot()
            for p in range { y[p] = (x[p] - mean) * scale[c] }
        }
        return (y, scale)
    }

    /// dx = scale·(dy − mean(dy) − y·mean(dy·y)).
    public static func instanceNormBackward<Scalar: Real>(
        _ dy: Tensor<Scalar>, y: Tensor<Scalar>, scale: Tensor<Scalar>
    ) -> Tensor<Scalar> {
        let (channels, area) = (y.shape[0], y.count / y.shape[0])
        var dx = dy
        for c in 0..<channels {
            let range = c * area..<(c + 1) * area
            let mean = range.reduce(Scalar(0)) { $0 + dy[$1] } / Scalar(area)
            let along = range.reduce(Scalar(0)) { $0 + dy[$1] * y[$1] } / Scalar(area)
            for p in range { dx[p] = scale[c] * (dy[p] - mean - y[p] * along) }
        }
        return dx
    }
}
