import Engine
import Tensors

/// A linear map from pictures to pictures, given by all of its terms: output[to] += coefficient · input[from].
/// Its transpose reads the same terms the other way.
public struct LinearTerms<Scalar: Reference.Real> {
    public let inputShape: [Int]
    public let outputShape: [Int]
    let each: ((_ from: Int, _ coefficient: Scalar, _ to: Int) -> Void) -> Void

    public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
        var y = [Scalar](repeating: 0, count: outputShape.reduce(1, *))
        let x = x.elements
        each { from, coefficient, to in y[to] += coefficient * x[from] }
        return Tensor(y, shape: outputShape)
    }

    public func transposed(_ dy: Tensor<Scalar>) -> Tensor<Scalar> {
        var dx = [Scalar](repeating: 0, count: inputShape.reduce(1, *))
        let dy = dy.elements
        each { from, coefficient, to in dx[from] += coefficient * dy[to] }
        return Tensor(dx, shape: inputShape)
    }
}

extension Reference {
    /// The chain of linear maps that a dense convolution is, as its original defines it.
    /// - Parameters:
    ///   - input: [I, H, W], a shape.
    ///   - weight: [O, I, 3, 3].
    ///   - blurs: whether [1,2,1]²/16 follows.
    public static func denseConvolution<Scalar: Real>(
        input: [Int], weight: Tensor<Scalar>, upsampling: ConvolutionWeights.Upsampling, blurs: Bool
    ) -> [LinearTerms<Scalar>] {
        var chain: [LinearTerms<Scalar>]
        switch upsampling {
        case .none: chain = [convolutionTerms(input, weight, padding: 1)]
        case .nearest:
            let repeated = repetition(input, as: Scalar.self)
            chain = [repeated, convolutionTerms(repeated.outputShape, weight, padding: 1)]
        case .transposed:
            let kernel = transposedTerms(input, summedShifts(weight), cut: 1)
            chain = [kernel]
        case .filtered:
            let full = transposedTerms(input, weight, cut: 0)
            chain = [full, filterTerms(full.outputShape, [1, 3, 3, 1].map { $0 / 4 }, padding: 1)]
        }
        if blurs, let last = chain.last {
            chain.append(filterTerms(last.outputShape, [1, 2, 1].map { $0 / 4 }, padding: 1))
        }
        return chain
    }

    /// Stride 1, zero padding.
    static func convolutionTerms<Scalar: Real>(
        _ input: [Int], _ weight: Tensor<Scalar>, padding: Int
    ) -> LinearTerms<Scalar> {
        let taps = weight.elements
        return LinearTerms(inputShape: input, outputShape: [weight.shape[0], input[1], input[2]]) { body in
            forEachTap(input: input, weight: weight.shape, groups: 1) { body($0, taps[$1], $2) }
        }
    }

    /// Every pixel four times.
    static func repetition<Scalar: Real>(_ input: [Int], as: Scalar.Type) -> LinearTerms<Scalar> {
        let (height, width) = (2 * input[1], 2 * input[2])
        return LinearTerms(inputShape: input, outputShape: [input[0], height, width]) { body in
            for c in 0..<input[0] {
                for y in 0..<height {
                    for x in 0..<width {
                        body((c * input[1] + y / 2) * input[2] + x / 2, 1, (c * height + y) * width + x)
                    }
                }
            }
        }
    }

    /// A stride-2 transposed convolution, with `cut` rows and columns cut off all around.
    static func transposedTerms<Scalar: Real>(
        _ input: [Int], _ weight: Tensor<Scalar>, cut: Int
    ) -> LinearTerms<Scalar> {
        let (outputs, inputs, kernel) = (weight.shape[0], weight.shape[1], weight.shape[2])
        let (height, width) = (2 * input[1] - 2 + kernel - 2 * cut, 2 * input[2] - 2 + kernel - 2 * cut)
        let taps = weight.elements
        return LinearTerms(inputShape: input, outputShape: [outputs, height, width]) { body in
            for o in 0..<outputs {
                for i in 0..<inputs {
                    for p in 0..<input[1] * input[2] {
                        for tap in 0..<kernel * kernel {
                            let y = 2 * (p / input[2]) + tap / kernel - cut
                            let x = 2 * (p % input[2]) + tap % kernel - cut
                            guard y >= 0, y < height, x >= 0, x < width else { continue }
                            body(
                                i * input[1] * input[2] + p, taps[(o * inputs + i) * kernel * kernel + tap],
                                (o * height + y) * width + x)
                        }
                    }
                }
            }
        }
    }

    /// A symmetric separable filter on every channel, stride 1, zero padding.
    static func filterTerms<Scalar: Real>(
        _ input: [Int], _ filter: [Scalar], padding: Int
    ) -> LinearTerms<Scalar> {
        let (height, width) = (
            input[1] + 2 * padding - filter.count + 1, input[2] + 2 * padding - filter.count + 1
        )
        return LinearTerms(inputShape: input, outputShape: [input[0], height, width]) { body in
            for c in 0..<input[0] {
                for p in 0..<height * width {
                    for tap in 0..<filter.count * filter.count {
                        let (ty, tx) = (tap / filter.count, tap % filter.count)
                        let (y, x) = (p / width + ty - padding, p % width + tx - padding)
                        guard y >= 0, y < input[1], x >= 0, x < input[2] else { continue }
                        body(
                            (c * input[1] + y) * input[2] + x, filter[ty] * filter[tx], c * height * width + p
                        )
                    }
                }
            }
        }
    }

    /// The 4×4 kernel of StyleGAN's fused upsampling: the sum of the 3×3 kernel's four shifts.
    static func summedShifts<Scalar: Real>(_ weight: Tensor<Scalar>) -> Tensor<Scalar> {
        let pairs = weight.shape[0] * weight.shape[1]
        var result = Tensor<Scalar>(zeros: [weight.shape[0], weight.shape[1], 4, 4])
        for pair in 0..<pairs {
            for tap in 0..<9 {
                for shift in 0..<4 {
                    let at = (tap / 3 + shift / 2) * 4 + tap % 3 + shift % 2
                    result[pair * 16 + at] += weight[pair * 9 + tap]
                }
            }
        }
        return result
    }
}
