import Tensors

/// D: a square picture to a smaller square one, linear and separable, with its adjoint.
///
/// `D(x) = M x Mᵀ` for each channel, where row i of M is the kernel, stretched by f = n/s, centred at
/// (i+½)f−½. Nothing is rounded or clamped. The side need not divide the source's.
///
/// Source: PULSE (Menon et al., CVPR 2020), whose bicubic downsampling this equals wherever it is defined.
public struct DownscaleOperator: Sendable {
    public enum Kernel: String, CaseIterable, Sendable {
        /// Keys' cubic, a = −½.
        case bicubic
        /// The mean over the output pixel's area.
        case box
        /// The pixel nearest to the output pixel's centre.
        case nearest
        /// A triangle.
        case bilinear
        /// Lanczos with three lobes.
        case lanczos
    }

    public let kernel: Kernel
    /// n, the side of the picture that goes in.
    public let sourceSide: Int
    /// s, the side of the picture that comes out.
    public let side: Int

    /// M, [s, n].
    let bands: ResamplingBands
    /// Mᵀ, [n, s].
    let transposedBands: ResamplingBands

    /// - Parameters:
    ///   - sourceSide: n ≥ 1.
    ///   - side: s in 1…n.
    public init(kernel: Kernel = .bicubic, from sourceSide: Int = 1024, to side: Int) {
        precondition(side >= 1 && side <= sourceSide, "a downscale operator does not enlarge")
        self.kernel = kernel
        self.sourceSide = sourceSide
        self.side = side
        bands = ResamplingBands(kernel: kernel, from: sourceSide, to: side)
        transposedBands = bands.transposed
    }

    /// Shape of the scratch tensor for `channels` channels: the picture between the two passes.
    public func scratchShape(channels: Int = 3) -> [Int] { [channels, side, sourceSide] }

    /// D(x).
    /// - Parameter image: [C, n, n].
    /// - Returns: [C, s, s].
    public func apply<S>(_ image: Tensor<S>) -> Tensor<S> {
        let channels = image.shape[0]
        var result = Tensor<S>(zeros: [channels, side, side])
        var scratch = Tensor<S>(zeros: scratchShape(channels: channels))
        apply(image, into: &result, scratch: &scratch)
        return result
    }

    /// Dᵀ(r): the gradient of ⟨D(x), r⟩ by x.
    /// - Parameter residual: [C, s, s].
    /// - Returns: [C, n, n].
    public func applyAdjoint<S>(_ residual: Tensor<S>) -> Tensor<S> {
        let channels = residual.shape[0]
        var result = Tensor<S>(zeros: [channels, sourceSide, sourceSide])
        var scratch = Tensor<S>(zeros: scratchShape(channels: channels))
        applyAdjoint(residual, into: &result, scratch: &scratch)
        return result
    }
}
