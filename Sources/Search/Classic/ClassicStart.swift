import Generators
import Tensors

/// Where a classic search begins.
public struct ClassicStart<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    /// [L, latentSize], or [1, latentSize] for one vector shared by all layers.
    public var z: Tensor<Scalar>
    /// One entry for each of the generator's noise inputs.
    public var noise: [NoiseMap<Scalar>]

    public init(z: Tensor<Scalar>, noise: [NoiseMap<Scalar>]) {
        self.z = z
        self.noise = noise
    }

    /// Draws the start of one candidate.
    ///
    /// Every tensor has a stream of its own among those of `seed`, numbered candidate·2³² + purpose: purpose 0
    /// is z (element l·latentSize + k is coordinate k of live slot l), purpose 1 + i is noise map i in
    /// row-major order. Candidate k of seed S is thus the same whatever else runs, and candidate 0 is nobody's.
    /// - Parameters:
    ///   - seed: the user's seed; 0 is a seed like any other.
    ///   - candidate: counted from 1.
    public init(
        seed: UInt64, candidate: Int, specification: GeneratorSpecification, options: ClassicOptions
    ) {
        precondition(candidate >= 1, "candidates are counted from 1")
        func stream(_ purpose: Int) -> CounterRandom {
            CounterRandom(seed: seed, stream: UInt64(candidate) << 32 | UInt64(purpose))
        }
        let rows = options.tileLatent ? 1 : specification.liveSlots.count
        z = stream(0).normals(shape: [rows, specification.latentSize])
        let sides = specification.noiseSides
        noise = sides.indices.map { i in
            switch options.noiseSource(i, of: sides.count) {
            case .zero: .zero
            case .baked: .baked
            case .drawn: .map(stream(1 + i).normals(shape: [sides[i], sides[i]]))
            }
        }
    }
}

extension ClassicStart {
    /// For each noise input, whether a search with these options optimises it.
    func trainable(under options: ClassicOptions) -> [Bool] {
        noise.indices.map { i in
            guard case .map = noise[i] else { return false }
            return options.noiseSource(i, of: noise.count) == .drawn(trainable: true)
        }
    }
}
