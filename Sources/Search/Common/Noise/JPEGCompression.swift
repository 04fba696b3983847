import Foundation
import Tensors

/// What JPEG did to a target: in blocks of 8×8 it kept the frequencies as multiples of steps, so that a face may have any
/// value up to half a step away.
///
/// Found by the picture itself, whatever file it came in, where it was compressed by the tables of the standard's
/// annex K in the scale of libjpeg, which nearly everything uses, and not moved or scaled since.
struct JPEGCompression {
    let quality: Int
    /// Whether colours were kept for blocks of 2×2 pixels only, which most files do.
    let halvesColour: Bool

    /// - Parameter target: [3, h, w] in 0…1.
    init(quality: Int, of target: Tensor<Float>) {
        self.quality = quality
        let colours = (1...2).map { JPEGBlocks(of: target, plane: $0) }
        halvesColour =
            Self.dip(at: quality) { other in
                let steps = Self.steps(Self.colour, quality: other)
                return colours.reduce(0) { $0 + $1.squareError(steps) }
            } >= Self.limit
    }

    /// A picture that was compressed by some quality is changed less by compressing it so again than by qualities above
    /// and below; others are changed more the lower the quality.
    init?(foundIn target: Tensor<Float>) {
        let blocks = JPEGBlocks(of: target, plane: 0)
        let errors = Self.examined.map { blocks.squareError(Self.steps(Self.luminance, quality: $0)) }
        let dips = Self.qualities.map { quality in
            (quality, Self.dip(at: quality) { errors[$0 - Self.examined.lowerBound] })
        }
        guard let best = dips.min(by: { $0.1 < $1.1 }), best.1 < Self.limit else { return nil }
        self.init(quality: best.0, of: target)
    }

    /// Those that can be told from none, and those that are compared for it.
    private static let qualities = 5...92
    private static let examined = 1...98
    /// The root mean square change by one quality over the least by those near it: 0.9 and more for clean pictures,
    /// 0.05 to 0.75 for compressed ones.
    private static let limit = 0.75

    private static func dip(at quality: Int, _ squareError: (Int) -> Double) -> Double {
        let near = [-6, -4, 4, 6].map { quality + $0 }.filter { examined.contains($0) }.map(squareError)
        guard let least = near.min(), least > 0 else { return 1 }
        return (squareError(quality) / least).squareRoot()
    }

    /// The root mean square of what it takes from a face, in grey levels 0…255: measured on 33 photographs at 8 to 128 pixels and
    /// qualities 20 to 90, with halved colours, where medians are within 15 % of it and none is more than 1.8 times it.
    func deviation(side: Int) -> Double { 12 * cbrt(32 * Self.scale(quality) / Double(side)) }

    /// What of y − A x compression does not explain.
    /// - Parameter residual: [3, h, w] in 0…1 units.
    func kept(of residual: Tensor<Float>) -> Tensor<Float> {
        let (height, width) = (residual.shape[1], residual.shape[2])
        let planes = (0..<3).map { plane -> [Double] in
            let steps = Self.steps(plane == 0 ? Self.luminance : Self.colour, quality: quality)
            let cell = plane > 0 && halvesColour ? 2 : 1
            return JPEGBlocks.followed(
                JPEGBlocks.plane(plane, of: residual), steps: steps, width: width, height: height, cell: cell)
        }
        var kept = Tensor<Float>(zeros: residual.shape)
        for i in 0..<height * width {
            let (y, cb, cr) = (planes[0][i], planes[1][i], planes[2][i])
            let colours = [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb]
            for c in 0..<3 { kept[c * height * width + i] = Float(colours[c] / 255) }
        }
        return kept
    }

    /// By how much the tables are multiplied.
    private static func scale(_ quality: Int) -> Double {
        quality < 50 ? 50 / Double(quality) : 2 - Double(quality) / 50
    }

    private static func steps(_ table: [Double], quality: Int) -> [Double] {
        let scale = Double(quality < 50 ? 5000 / quality : 200 - 2 * quality)
        return table.map { min(max((($0 * scale + 50) / 100).rounded(.down), 1), 255) }
    }

    /// Tables K.1 and K.2 of ITU-T T.81, row by row.
    private static let luminance: [Double] = [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
        14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
        49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ]
    private static let colour: [Double] = [
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
        47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ]
}
