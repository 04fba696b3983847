import Tensors

extension Reference {
    /// A convolution (cross-correlation) of stride 1 with zero padding that keeps the size.
    ///
    /// Dense, depthwise and pointwise are one operation: `groups` 1, C, and 1 with K = 1. Inlinable, so that it
    /// is compiled for the caller's precision: the tests spend their time here.
    /// - Parameters:
    ///   - x: [I, H, W].
    ///   - weight: [O, I/groups, K, K], K odd.
    /// - Returns: [O, H, W].
    @inlinable
    public static func convolution<Scalar: Real>(
        _ x: Tensor<Scalar>, weight: Tensor<Scalar>, groups: Int = 1
    ) -> Tensor<Scalar> {
        var y = [Scalar](repeating: 0, count: weight.shape[0] * x.shape[1] * x.shape[2])
        let (taps, source) = (weight.elements, x.elements)
        forEachTap(input: x.shape, weight: weight.shape, groups: groups) { input, tap, output in
            y[output] += taps[tap] * source[input]
        }
        return Tensor(y, shape: [weight.shape[0], x.shape[1], x.shape[2]])
    }

    /// The transpose of `convolution`: dx[input] += weight[tap]·dy[output] over the same taps.
    /// - Parameters:
    ///   - dy: [O, H, W].
    ///   - weight: [O, I/groups, K, K].
    /// - Returns: dx [I, H, W].
    @inlinable
    public static func convolutionBackward<Scalar: Real>(
        _ dy: Tensor<Scalar>, weight: Tensor<Scalar>, groups: Int = 1
    ) -> Tensor<Scalar> {
        let shape = [weight.shape[1] * groups, dy.shape[1], dy.shape[2]]
        var dx = [Scalar](repeating: 0, count: shape.reduce(1, *))
        let (taps, source) = (weight.elements, dy.elements)
        forEachTap(input: shape, weight: weight.shape, groups: groups) { input, tap, output in
            dx[input] += taps[tap] * source[output]
        }
        return Tensor(dx, shape: shape)
    }

    /// Every product of a convolution, as positions in its input, weight and output.
    @inlinable
    static func forEachTap(
        input: [Int], weight: [Int], groups: Int, _ body: (_ input: Int, _ tap: Int, _ output: Int) -> Void
    ) {
        let (height, width) = (input[1], input[2])
        let (outputs, perGroup, kernel) = (weight[0], weight[1], weight[2])
        precondition(
            perGroup * groups == input[0] && outputs % groups == 0, "channels do not match the weight")
        for o in 0..<outputs {
            for i in 0..<perGroup {
                let channel = o / (outputs / groups) * perGroup + i
                for ky in 0..<kernel {
                    for kx in 0..<kernel {
                        let tap = ((o * perGroup + i) * kernel + ky) * kernel + kx
                        let (dy, dx) = (ky - kernel / 2, kx - kernel / 2)
                        for y in max(0, -dy)..<max(max(0, -dy), min(height, height - dy)) {
                            for x in max(0, -dx)..<max(max(0, -dx), min(width, width - dx)) {
                                body(
                                    (channel * height + y + dy) * width + x + dx, tap,
                                    (o * height + y) * width + x)
                            }
                        }
                    }
                }
            }
        }
    }
}
