import Tensors

/// What a search needs to know about a generator before it renders anything.
public struct GeneratorSpecification: Sendable, Hashable {
    /// The family's name as users write it, for example "MobileStyleGAN".
    public var family: String
    /// Side of the square picture, in pixels.
    public var resolution: Int
    /// Length of one latent vector w.
    public var latentSize: Int
    /// Number of style slots L in files of latents, dead ones included.
    public var slotCount: Int
    /// The slots that the picture depends on, ascending. The search works on these alone.
    public var liveSlots: [Int]
    /// Side of each noise map, in the order in which the network adds them.
    public var noiseSides: [Int]
    /// Whether noise maps are stored with the weights, so that `NoiseMap.baked` is noise at all.
    public var storesNoise: Bool

    public init(
        family: String, resolution: Int, latentSize: Int, slotCount: Int, liveSlots: [Int], noiseSides: [Int],
        storesNoise: Bool
    ) {
        self.family = family
        self.resolution = resolution
        self.latentSize = latentSize
        self.slotCount = slotCount
        self.liveSlots = liveSlots
        self.noiseSides = noiseSides
        self.storesNoise = storesNoise
    }
}

/// What one noise input of a generator carries.
public enum NoiseMap: Sendable {
    /// The map stored with the weights; zero where the family stores none.
    case baked
    /// No noise.
    case zero
    /// A map [side, side] of unit variance; the generator multiplies it by the layer's learned strength.
    case map(Tensor<Float>)
}

/// A generator: latents and noise to a picture, and the picture's gradient back to latents and noise.
///
/// An instance owns the workspace of one search (activations, scratch, threads); the weights behind it are
/// immutable and shared. `backward` differentiates the latest `forward`. Not safe for concurrent use: give
/// every concurrent search its own instance.
public protocol Generator: AnyObject {
    var specification: GeneratorSpecification { get }

    /// Renders one picture.
    /// - Parameters:
    ///   - w: latents of the live slots, [liveSlots, latentSize].
    ///   - noise: one entry for each of `specification.noiseSides`.
    ///   - image: receives [3, resolution, resolution] in the generator's own range, about −1…1, unclamped.
    func forward(w: Tensor<Float>, noise: [NoiseMap], image: inout Tensor<Float>)

    /// Carries a gradient from the picture of the latest `forward` back to its inputs.
    /// - Parameters:
    ///   - dImage: ∂loss/∂image, [3, resolution, resolution].
    ///   - dW: receives ∂loss/∂w, [liveSlots, latentSize].
    ///   - dNoise: entry i, where present, receives ∂loss/∂(map i), [side, side], as if the map of unit
    ///     variance had been given; absent entries are not computed. One entry for each noise input.
    func backward(dImage: Tensor<Float>, dW: inout Tensor<Float>, dNoise: inout [Tensor<Float>?])
}
