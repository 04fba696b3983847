import Foundation
import Tensors

/// Tells from a small picture alone whether it looks like a face that the generator makes: a network learned from the
/// generator's own pictures, against the same pictures turned, shifted, covered and scrambled, and against drawn ones.
///
/// It looks at the picture's pattern: mean and contrast of the face's place are taken out first, so that dark and pale
/// pictures are alike to it.
public struct FaceLikeness: Sendable {
    /// What a likeness is at least where the picture is taken for a face of the generator: a network's answer is learned
    /// and shifted so that this is where the two kinds are told apart.
    public static let limit = 0.5
    /// Contrast that counts as none, in 0…1: noise in a flat picture is no pattern.
    static let flat: Float = 4.0 / 255

    package let chain: LayerChain

    /// Side of the pictures that it looks at.
    public var side: Int { chain.side }

    /// - Returns: nil where the network does not give one number.
    public init?(_ chain: LayerChain) {
        guard chain.outputs == 1 else { return nil }
        self.chain = chain
    }

    /// The likeness of a picture, 0…1.
    /// - Parameter picture: [3, side, side] in 0…1.
    public func callAsFunction(_ picture: Tensor<Float>) -> Double {
        1 / (1 + exp(-Double(chain(Self.standardised(picture))[0])))
    }

    /// The picture with luminance of mean 0 and standard deviation 1 in the ellipse of an aligned face.
    /// - Parameter picture: [3, side, side] in 0…1.
    package static func standardised(_ picture: Tensor<Float>) -> Tensor<Float> {
        let side = picture.shape[2]
        let plane = side * side
        let place = (0..<plane).filter { isFace(row: $0 / side, column: $0 % side, side: side) }
        func luminance(_ i: Int) -> Float {
            0.299 * picture[i] + 0.587 * picture[plane + i] + 0.114 * picture[2 * plane + i]
        }
        let count = Float(place.count)
        let mean = place.reduce(0) { $0 + luminance($1) } / count
        let variance = place.reduce(0) { $0 + (luminance($1) - mean) * (luminance($1) - mean) } / count
        let deviation = (variance + flat * flat).squareRoot()
        return picture.map { ($0 - mean) / deviation }
    }

    /// Whether a pixel is in the ellipse of an aligned face, a tenth larger.
    private static func isFace(row: Int, column: Int, side: Int) -> Bool {
        let x =
            ((Float(column) + 0.5) / Float(side) - Float(FaceEllipse.centreX)) / Float(FaceEllipse.radiusX)
        let y = ((Float(row) + 0.5) / Float(side) - Float(FaceEllipse.centreY)) / Float(FaceEllipse.radiusY)
        return x * x + y * y < 1.21
    }
}
