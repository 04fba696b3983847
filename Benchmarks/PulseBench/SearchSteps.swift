import Degradation
import Foundation
import Generators
import Imaging
import Search
import Tensors

/// The generator alone: one forward pass, or one forward and one backward pass.
final class GeneratorPasses {
    private let generator: any Generator
    private let w: Tensor<Float>
    private let noise: [NoiseMap]
    private var image, dW: Tensor<Float>
    private let dImage: Tensor<Float>
    private var dNoise: [Tensor<Float>?]

    /// - Parameter trained: noise maps, from the first, that are given and whose gradient is wanted.
    init(generator: any Generator, trained: Int = 5) {
        self.generator = generator
        let specification = generator.specification
        let picture = [3, specification.resolution, specification.resolution]
        w =
            (CounterRandom(seed: 1).normals(
                shape: [specification.liveSlots.count, specification.latentSize]) as Tensor<Float>).map {
                0.4 * $0
            }
        noise = specification.noiseSides.enumerated().map { index, side in
            index < trained
                ? .map(CounterRandom(seed: 1, stream: UInt64(index + 1)).normals(shape: [side, side]))
                : .baked
        }
        dNoise = specification.noiseSides.enumerated().map { index, side in
            index < trained ? Tensor(zeros: [side, side]) : nil
        }
        image = Tensor(zeros: picture)
        dImage = (CounterRandom(seed: 2).normals(shape: picture) as Tensor<Float>).map { 1e-3 * $0 }
        dW = Tensor(zeros: w.shape)
    }

    func forward() { generator.forward(w: w, noise: noise, image: &image) }

    func both() {
        forward()
        generator.backward(dImage: dImage, dW: &dW, dNoise: &dNoise)
    }
}

/// Steps of the search that users run, one candidate or several in turn.
final class SearchSteps {
    private let batch: SearchBatch
    private let candidates: Int

    /// - Parameters:
    ///   - mode: classic or fast.
    ///   - steps: of the search; by default more than anybody times.
    init(
        model: TimedModel, threads: Int, side: Int, candidates: Int, mode: String = ClassicMethod.name,
        steps: Int = 1_000_000
    ) throws {
        self.candidates = candidates
        var method: any SearchMethod = FastMethod()
        if mode == ClassicMethod.name {
            var classic = ClassicMethod()
            // A picture that fits would spare the backward pass.
            classic.eps = 0
            method = classic
        }
        method.setSteps(steps)
        let generators = try model.makeGenerators(min(candidates, threads), threads: threads)
        let request = SearchRequest(
            target: try Target(Self.target(side: side)),
            degradation: Resampling(from: generators[0].specification.resolution, to: side), seed: 1,
            tolerance: ClassicMethod().defaultTolerance)
        batch = try SearchBatch(
            method, request, latents: LatentSpace(try model.latents()),
            seats: generators.map { SearchSeat($0) },
            candidates: Array(1...candidates))
    }

    /// One step of every candidate.
    func round() { for _ in 0..<candidates { _ = batch.next() } }

    /// A light disc on a dark ground: something to pull towards.
    private static func target(side: Int) -> Picture {
        var pixels: [UInt8] = []
        let middle = Double(side - 1) / 2
        for y in 0..<side {
            for x in 0..<side {
                let distance = hypot(Double(x) - middle, Double(y) - middle) / middle
                let level = UInt8(max(40, 200 - 130 * distance))
                pixels += [level, level - level / 6, level - level / 4]
            }
        }
        return Picture(width: side, height: side, pixels: pixels)
    }
}
