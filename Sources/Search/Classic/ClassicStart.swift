import Generators
import Tensors

/// Where a classic search begins, in the search's precision.
struct ClassicStart<Scalar: SearchScalar> {
    /// What a noise input holds; see `NoiseMap`.
    enum Noise {
        case baked
        case zero
        case map(Tensor<Scalar>)
    }

    /// [L, latentSize], or [1, latentSize] for one vector shared by all layers.
    var z: Tensor<Scalar>
    /// One entry for each of the generator's noise inputs.
    var noise: [Noise]

    /// Draws the start of one candidate.
    ///
    /// Every tensor has a stream of its own among those of `seed`, numbered candidate·2³² + purpose: purpose 0
    /// is z (element l·latentSize + k is coordinate k of live slot l), purpose 1 + i is noise map i in
    /// row-major order. Candidate k of seed S is thus the same whatever else runs, and candidate 0 is nobody's.
    /// - Parameters:
    ///   - seed: the user's seed; 0 is a seed like any other.
    ///   - candidate: counted from 1.
    init(seed: UInt64, candidate: Int, specification: GeneratorSpecification, method: ClassicMethod) {
        precondition(candidate >= 1, "candidates are counted from 1")
        func stream(_ purpose: Int) -> CounterRandom {
            CounterRandom(seed: seed, stream: UInt64(candidate) << 32 | UInt64(purpose))
        }
        let rows = method.tileLatent ? 1 : specification.liveSlots.count
        z = stream(0).normals(shape: [rows, specification.latentSize])
        let sides = specification.noiseSides
        noise = sides.indices.map { i in
            switch method.noiseSource(i, of: sides.count) {
            case .zero: .zero
            case .baked: .baked
            case .drawn: .map(stream(1 + i).normals(shape: [sides[i], sides[i]]))
            }
        }
    }

    /// For each noise input, whether a search with this method optimises it.
    func trainable(by method: ClassicMethod) -> [Bool] {
        noise.indices.map { i in
            guard case .map = noise[i] else { return false }
            return method.noiseSource(i, of: noise.count) == .drawn(trainable: true)
        }
    }
}

extension ClassicStart where Scalar == Float {
    /// The noise as generators take it.
    var noiseMaps: [NoiseMap] {
        noise.map { noise in
            switch noise {
            case .baked: .baked
            case .zero: .zero
            case .map(let map): .map(map)
            }
        }
    }
}
