import Generators
import Tensors

/// Where a fast search begins, and what it is pulled towards: a draw from what the encoder deems possible.
///
/// Along the principal axes that the encoder knows, its guess and `spread` of its uncertainty; along the others, of which
/// the small picture says nothing, a draw from the prior. Without an encoder, half a draw from the prior along all: most
/// whole ones show too much that the small picture does not. Streams are numbered as classic's: candidate·2³² + purpose,
/// purpose 0 the latents, 1 + i noise map i.
///
/// Where a face is given that answers are to be like, that takes the place of the guess, and its share that of `spread`.
///
/// Draws of four candidates in a row (1…4, 5…8, …) lean away from each other: each is √(4/3) times its own less the mean of
/// the four. Each by itself is distributed as before, and their squared distances are a third larger.
struct FastStart {
    /// (v − μ)/σ, [latentSize].
    var u: [Float]
    /// One entry for each of the generator's noise inputs.
    var noise: [NoiseMap]

    init(
        seed: UInt64, candidate: Int, specification: GeneratorSpecification, latents: LatentSpace,
        target: Tensor<Float>, spread: Double, near: NearFace? = nil
    ) {
        precondition(candidate >= 1, "candidates are counted from 1")
        func stream(_ purpose: Int) -> CounterRandom {
            CounterRandom(seed: seed, stream: UInt64(candidate) << 32 | UInt64(purpose))
        }
        noise = specification.noiseSides.indices.map { i in
            if specification.storesNoise { return .baked }
            let side = specification.noiseSides[i]
            return .map(stream(1 + i).normals(shape: [side, side]))
        }
        let statistics = latents.statistics
        let size = statistics.mean.count
        let normals = Self.normals(seed: seed, candidate: candidate, count: size)
        let spread = near?.share ?? spread
        let share = latents.encoder == nil ? spread / 2 : spread
        var coordinates: [Double] = (0..<size).map {
            share * normals[$0] * Double(statistics.eigenvalues[$0]).squareRoot()
        }
        if let guess = latents.encoder.map({ $0(thumbnail(of: target, side: $0.side), from: target.shape[2]) }
        ) {
            let axes = guess.coordinates.count
            for k in 0..<axes {
                var sum = 0.0
                for j in 0...k { sum += Double(guess.factor[k * axes + j]) * normals[j] }
                coordinates[k] = (near == nil ? Double(guess.coordinates[k]) : 0) + spread * sum
            }
        }
        u = (0..<size).map { i in
            var sum = 0.0
            for k in 0..<size { sum += coordinates[k] * Double(statistics.eigenvectors[k * size + i]) }
            return (near?.u[i] ?? 0) + Float(sum / max(Double(statistics.standardDeviation[i]), 1e-6))
        }
    }

    /// Standard normal numbers, leaning away from those of the other candidates of the four.
    private static func normals(seed: UInt64, candidate: Int, count: Int) -> [Double] {
        let first = candidate - (candidate - 1) % 4
        let four = (first..<first + 4).map { CounterRandom(seed: seed, stream: UInt64($0) << 32) }
        return (0..<UInt64(count)).map { i in
            let mean = four.reduce(0) { $0 + $1.normal(i) } / 4
            return (4.0 / 3).squareRoot() * (four[candidate - first].normal(i) - mean)
        }
    }
}
