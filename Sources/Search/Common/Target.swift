import Imaging
import Tensors

/// The low-resolution face that a search must explain: every candidate, downscaled by D, is compared with it.
public struct Target: Sendable, Equatable {
    /// Sides that are accepted, in pixels.
    public static let sides = 8...256

    /// The 8-bit picture as given.
    public let picture: Picture

    /// s, the side in pixels.
    public var side: Int { picture.width }

    /// - Parameters:
    ///   - picture: an aligned face, square, 8…256 px a side.
    ///   - name: the file as the user gave it, for messages.
    /// - Throws: `TargetError`.
    public init(_ picture: Picture, name: String = "picture") throws(TargetError) {
        let (width, height) = (picture.width, picture.height)
        if max(width, height) > Target.sides.upperBound {
            throw .tooLarge(name: name, width: width, height: height)
        }
        if min(width, height) < Target.sides.lowerBound {
            throw .tooSmall(name: name, width: width, height: height)
        }
        if width != height { throw .notSquare(name: name, width: width, height: height) }
        self.picture = picture
    }

    /// y, the intensities.
    /// - Returns: [3, s, s] in 0…1.
    public func tensor<Scalar>() -> Tensor<Scalar> { picture.tensor() }
}

/// Why a picture cannot be searched for.
public enum TargetError: Error, Equatable, Sendable {
    case tooLarge(name: String, width: Int, height: Int)
    case tooSmall(name: String, width: Int, height: Int)
    case notSquare(name: String, width: Int, height: Int)
}
