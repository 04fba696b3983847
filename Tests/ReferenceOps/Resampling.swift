import Tensors

extension Reference {
    /// A transposed convolution of stride 2: y[o, 2p + k − padding] += weight[o, i, k]·x[i, p].
    /// - Parameters:
    ///   - x: [I, H, W].
    ///   - weight: [O, I, K, K].
    /// - Returns: [O, 2(H−1)+K−2·padding, 2(W−1)+K−2·padding].
    public static func transposedConvolution<Scalar: Real>(
        _ x: Tensor<Scalar>, weight: Tensor<Scalar>, padding: Int
    ) -> Tensor<Scalar> {
        let grow = weight.shape[2] - 2 - 2 * padding
        let shape = [weight.shape[0], 2 * x.shape[1] + grow, 2 * x.shape[2] + grow]
        var y = [Scalar](repeating: 0, count: shape.reduce(1, *))
        let (taps, source) = (weight.elements, x.elements)
        forEachTransposedTap(input: x.shape, weight: weight.shape, padding: padding) { input, tap, output in
            y[output] += taps[tap] * source[input]
        }
        return Tensor(y, shape: shape)
    }

    /// The transpose: a convolution of stride 2.
    public static func transposedConvolutionBackward<Scalar: Real>(
        _ dy: Tensor<Scalar>, weight: Tensor<Scalar>, padding: Int
    ) -> Tensor<Scalar> {
        let shrink = weight.shape[2] - 2 - 2 * padding
        let shape = [weight.shape[1], (dy.shape[1] - shrink) / 2, (dy.shape[2] - shrink) / 2]
        var dx = [Scalar](repeating: 0, count: shape.reduce(1, *))
        let (taps, source) = (weight.elements, dy.elements)
        forEachTransposedTap(input: shape, weight: weight.shape, padding: padding) { input, tap, output in
            dx[input] += taps[tap] * source[output]
        }
        return Tensor(dx, shape: shape)
    }

    @inline(__always)
    private static func forEachTransposedTap(
        input: [Int], weight: [Int], padding: Int, _ body: (_ input: Int, _ tap: Int, _ output: Int) -> Void
    ) {
        let (outputs, inputs, kernel) = (weight[0], weight[1], weight[2])
        let grow = kernel - 2 - 2 * padding
        let (height, width) = (2 * input[1] + grow, 2 * input[2] + grow)
        for o in 0..<outputs {
            for i in 0..<inputs {
                for ky in 0..<kernel {
                    for kx in 0..<kernel {
                        for y in 0..<input[1] where (0..<height).contains(2 * y + ky - padding) {
                            for x in 0..<input[2] where (0..<width).contains(2 * x + kx - padding) {
                                body(
                                    (i * input[1] + y) * input[2] + x,
                                    ((o * inputs + i) * kernel + ky) * kernel + kx,
                                    (o * height + 2 * y + ky - padding) * width + 2 * x + kx - padding)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Zeros inserted behind every pixel (`up` − 1 of them, both ways), zero padding, then every channel filtered by
    /// the outer product of a symmetric row of taps with itself.
    /// - Parameters:
    ///   - x: [C, H, W].
    ///   - padding: zeros before the first and behind the last row and column.
    /// - Returns: [C, up·H + before + behind − taps + 1, …].
    public static func resample<Scalar: Real>(
        _ x: Tensor<Scalar>, taps: [Scalar], up: Int, padding: (before: Int, behind: Int)
    ) -> Tensor<Scalar> {
        let grow = padding.before + padding.behind - taps.count + 1
        let shape = [x.shape[0], up * x.shape[1] + grow, up * x.shape[2] + grow]
        var y = Tensor<Scalar>(zeros: shape)
        forEachFilterTap(input: x.shape, output: shape, taps, up: up, before: padding.before) {
            y[$2] += $1 * x[$0]
        }
        return y
    }

    /// The transpose of `resample`.
    /// - Parameter shape: x's.
    public static func resampleBackward<Scalar: Real>(
        _ dy: Tensor<Scalar>, taps: [Scalar], up: Int, padding: (before: Int, behind: Int), shape: [Int]
    ) -> Tensor<Scalar> {
        var dx = Tensor<Scalar>(zeros: shape)
        forEachFilterTap(input: shape, output: dy.shape, taps, up: up, before: padding.before) {
            dx[$0] += $1 * dy[$2]
        }
        return dx
    }

    @inline(__always)
    private static func forEachFilterTap<Scalar: Real>(
        input: [Int], output: [Int], _ taps: [Scalar], up: Int, before: Int,
        _ body: (_ input: Int, _ factor: Scalar, _ output: Int) -> Void
    ) {
        for c in 0..<input[0] {
            for y in 0..<input[1] {
                for x in 0..<input[2] {
                    for (i, down) in taps.enumerated() {
                        let row = up * y + before - i
                        guard (0..<output[1]).contains(row) else { continue }
                        for (j, across) in taps.enumerated() {
                            let column = up * x + before - j
                            guard (0..<output[2]).contains(column) else { continue }
                            body(
                                (c * input[1] + y) * input[2] + x, down * across,
                                (c * output[1] + row) * output[2] + column)
                        }
                    }
                }
            }
        }
    }
}
