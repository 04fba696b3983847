import Tensors

extension Reference {
    /// One level of the inverse Haar wavelet transform: four sub-bands to a picture of twice the side.
    ///
    /// The first C channels are the low band; the other 3C, seen as [C, 3], are the bands that change sign
    /// down the rows, along the columns, and both ways. Every output is ½(low ± rows ± columns ± both).
    /// - Parameter x: [4C, H, W].
    /// - Returns: [C, 2H, 2W].
    ///
    /// Source: Belousov, "MobileStyleGAN" (arXiv 2104.04767), section 3.1.
    public static func inverseHaar<Scalar: Real>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
        let (channels, height, width) = (x.shape[0] / 4, x.shape[1], x.shape[2])
        var y = Tensor<Scalar>(zeros: [channels, 2 * height, 2 * width])
        forEachHaarTerm(channels, height, width) { input, sign, output in
            y[output] += (sign > 0 ? x[input] : -x[input]) / 2
        }
        return y
    }

    /// The transpose, which is also the inverse: the forward Haar transform.
    /// - Parameter dy: [C, 2H, 2W].
    /// - Returns: dx [4C, H, W].
    public static func inverseHaarBackward<Scalar: Real>(_ dy: Tensor<Scalar>) -> Tensor<Scalar> {
        let (channels, height, width) = (dy.shape[0], dy.shape[1] / 2, dy.shape[2] / 2)
        var dx = Tensor<Scalar>(zeros: [4 * channels, height, width])
        forEachHaarTerm(channels, height, width) { input, sign, output in
            dx[input] += (sign > 0 ? dy[output] : -dy[output]) / 2
        }
        return dx
    }

    private static func forEachHaarTerm(
        _ channels: Int, _ height: Int, _ width: Int,
        _ body: (_ input: Int, _ sign: Int, _ output: Int) -> Void
    ) {
        for c in 0..<channels {
            for y in 0..<2 * height {
                for x in 0..<2 * width {
                    let (row, column) = (1 - 2 * (y % 2), 1 - 2 * (x % 2))
                    for (band, sign) in [1, row, column, row * column].enumerated() {
                        let channel = band == 0 ? c : channels + 3 * c + band - 1
                        body(
                            (channel * height + y / 2) * width + x / 2, sign,
                            (c * 2 * height + y) * 2 * width + x)
                    }
                }
            }
        }
    }
}
