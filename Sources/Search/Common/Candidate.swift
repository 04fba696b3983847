import Generators
import Imaging
import Tensors

/// A candidate: the point of one search whose picture fits the target best.
public struct FoundFace<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    /// Counted from 1.
    public var candidate: Int
    /// The picture in 8 bits, as it is to be saved.
    public var picture: Picture
    /// Latents of the live slots, [L, latentSize].
    public var w: Tensor<Scalar>
    /// One entry for each of the generator's noise inputs.
    public var noise: [NoiseMap<Scalar>]
    /// Mean square difference between D(picture) and the target, in 0…1 units.
    public var fit: Double
    /// After how many steps the search was at this point; 0 is the start.
    public var bestAfter: Int
    /// Steps the search had run when asked.
    public var steps: Int

    /// Root mean square difference in grey levels, 0…255.
    public var rms: Double { 255 * fit.squareRoot() }
}
