import Tensors

/// D: a square picture to a smaller square one, linear and separable, with its adjoint.
///
/// `D(x) = M x Mᵀ` for each channel, where row i of M is the filter, stretched by f = n/s, centred at
/// (i+½)f−½. Nothing is rounded or clamped. The side need not divide the source's.
///
/// Source: PULSE (Menon et al., CVPR 2020), whose bicubic downsampling this equals wherever it is defined.
public struct Resampling: Degradation {
    public enum Filter: String, CaseIterable, Codable, Sendable {
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
        /// A Gaussian blur of standard deviation σ = ½ output pixel, cut off at 3σ, taken at the output pixels' centres.
        case gaussian
    }

    public let filter: Filter
    /// n, the side of the picture that goes in.
    let sourceSide: Int
    /// s, the side of the picture that comes out.
    let side: Int

    /// M, [s, n].
    let bands: ResamplingBands
    /// Mᵀ, [n, s].
    let transposedBands: ResamplingBands

    /// - Parameters:
    ///   - sourceSide: n ≥ 1.
    ///   - side: s in 1…n.
    public init(filter: Filter = .bicubic, from sourceSide: Int, to side: Int) {
        precondition(side >= 1 && side <= sourceSide, "resampling does not enlarge here")
        self.init(filter: filter, bands: ResamplingBands(filter: filter, from: sourceSide, to: side))
    }

    /// - Parameter bands: M.
    init(filter: Filter, bands: ResamplingBands) {
        self.filter = filter
        self.bands = bands
        sourceSide = bands.columnCount
        side = bands.rowCount
        transposedBands = bands.transposed
    }

    public var sourceSize: PixelSize { PixelSize(side: sourceSide) }
    public var targetSize: PixelSize { PixelSize(side: side) }
    /// The weights of each row of M add up to 1.
    public var keepsConstants: Bool { true }

    public var record: DegradationRecord {
        DegradationRecord(name: filter.rawValue, sourceSize: sourceSize, targetSize: targetSize)
    }

    /// The picture between the two passes.
    public func scratchShape(channels: Int) -> [Int] { [channels, side, sourceSide] }
}
