import FaceAlignment
import Generators
import Imaging
import Foundation
import Tensors

/// A face in a photograph, with the square that an aligned picture of it shows.
public struct LocatedFace: Sendable {
    /// How its place was found.
    public enum Origin: String, Codable, Sendable {
        /// By a detector, from its landmarks.
        case landmarks
        /// From how the blocks of the mosaic over it look.
        case pattern
        /// From the extents of the region alone.
        case region
    }

    /// From the pixels of an aligned face of `LocatedFace.side` pixels to the photograph.
    public var transform: PhotoTransform
    public var origin: Origin
    /// The detector's; nil for the others.
    public var detected: DetectedFace?
    /// How much what the square shows looks like a face that the generator makes, 0…1; nil where the model does not know.
    public var likeness: Double?

    /// Of the pictures that the transform is about.
    public static let side = 1024

    /// Where a place of the aligned picture is, as shares of its sides, in the photograph.
    func place(_ x: Double, _ y: Double) -> SIMD2<Double> {
        transform.inPhoto(SIMD2(x, y) * Double(Self.side))
    }

    /// The middle of its square in the photograph.
    public var centre: SIMD2<Double> { place(0.5, 0.5) }

    /// The side of its square in pixels of the photograph.
    public var size: Double { Double(Self.side) * (transform.right * transform.right).sum().squareRoot() }

    /// Whether a point of the photograph lies in its square.
    func contains(_ point: SIMD2<Double>) -> Bool {
        let place = transform.inFace(point) / Double(Self.side)
        return place.x > 0 && place.x < 1 && place.y > 0 && place.y < 1
    }
}

/// Finds the square of a face that lies under a mosaic.
struct FaceLocator {
    let encoder: FaceEncoder?

    /// Squares of so many times the region's own size are tried first.
    private static let sizes = [1.0, 1.35, 1.8, 2.4]
    private static let turns = [-0.3, 0.0, 0.3]
    private static let rounds = 6

    /// - Parameters:
    ///   - box: around the region.
    ///   - start: a square to begin with; nil to try several.
    func face(under box: PixelRectangle, in photo: Picture, from start: LocatedFace? = nil) -> LocatedFace {
        let extent = (box.width * box.height).squareRoot()
        var guesses = start.map { [$0.transform] } ?? []
        if start == nil {
            for size in Self.sizes {
                for turn in Self.turns {
                    // The face's middle lies below that of its square.
                    guesses.append(
                        PhotoTransform(
                            centre: box.centre, size: extent * size, roll: turn, side: LocatedFace.side))
                }
            }
        }
        guard let placement = encoder?.placement else {
            return LocatedFace(
                transform: PhotoTransform(
                    centre: box.centre, size: extent * 1.35, roll: 0, side: LocatedFace.side),
                origin: .region, likeness: nil)
        }
        var best: LocatedFace?
        for guess in guesses {
            var transform = guess
            for _ in 0..<Self.rounds {
                transform = moved(
                    transform,
                    by: placement(
                        photo.view(
                            transform.drawn(with: placement.side, insteadOf: LocatedFace.side),
                            side: placement.side)))
            }
            let face = LocatedFace(
                transform: transform, origin: .pattern, likeness: likeness(of: transform, in: photo))
            if (face.likeness ?? 0) > (best?.likeness ?? -1) { best = face }
        }
        return best ?? LocatedFace(transform: guesses[0], origin: .region)
    }

    /// How much a square looks like an aligned face.
    func likeness(of transform: PhotoTransform, in photo: Picture) -> Double? {
        encoder?.likeness.map { network in
            network(
                photo.view(
                    transform.drawn(with: network.side, insteadOf: LocatedFace.side), side: network.side))
        }
    }

    private func moved(_ transform: PhotoTransform, by answer: FacePlacement.Answer) -> PhotoTransform {
        let side = Double(LocatedFace.side)
        let centre = transform.inPhoto(SIMD2(side * (0.5 + answer.right), side * (0.5 + answer.down)))
        let size =
            side * (transform.right * transform.right).sum().squareRoot() * min(max(answer.scale, 0.5), 2)
        let roll = atan2(transform.right.y, transform.right.x) + answer.turn
        return PhotoTransform(centre: centre, size: size, roll: roll, side: LocatedFace.side)
    }
}
