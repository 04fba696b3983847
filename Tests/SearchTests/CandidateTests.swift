import Degradation
import Imaging
import Tensors
import TestSupport
import Testing

@testable import Search

/// What a user may rely on: candidate k of seed S is always the same, the best point is what is returned, and
/// stopping early keeps it.
@Suite struct CandidateTests {
    static func options(steps: Int = 6) -> ClassicOptions {
        var options = ClassicOptions()
        options.steps = steps
        return options
    }

    static func search(
        _ candidate: Int, seed: UInt64 = 0, options: ClassicOptions = options()
    ) throws -> ClassicSearch<Double> {
        try ClassicSearch(
            generator: ToyGenerator(resolution: 64), latentModel: toyLatentModel(),
            target: toyTarget(side: 8), options: options, seed: seed, candidate: candidate)
    }

    /// Everything that a search yields, as one comparable value.
    struct Trace: Equatable {
        var steps: [ClassicStep]
        var w: Tensor<Double>
        var pixels: [UInt8]
        var bestAfter: Int
    }

    static func trace(_ steps: [ClassicStep], _ search: ClassicSearch<Double>) throws -> Trace {
        let found = try #require(search.found())
        return Trace(steps: steps, w: found.w, pixels: found.picture.pixels, bestAfter: found.bestAfter)
    }

    @Test(arguments: [1, 2, 3])
    func candidateHasTheSameBitsAloneAndInAnyBatch(generators: Int) throws {
        var alone: [Int: Trace] = [:]
        for candidate in 1...3 {
            let search = try Self.search(candidate)
            alone[candidate] = try Self.trace(Array(search), search)
        }
        for order in [[1, 2, 3], [3, 1], [2]] {
            let batch = try ClassicBatch<Double>(
                generators: (0..<generators).map { _ in ToyGenerator(resolution: 64) },
                latentModel: toyLatentModel(), target: toyTarget(side: 8), options: Self.options(), seed: 0,
                candidates: order)
            let steps = Array(batch)
            #expect(steps.prefix(order.count).map(\.candidate) == order)
            #expect(steps.count == 6 * order.count)
            for search in batch.searches {
                let own = steps.filter { $0.candidate == search.candidate }
                #expect(try Self.trace(own, search) == alone[search.candidate])
            }
            #expect(batch.found().map(\.candidate) == order)
        }
    }

    @Test func seedsAndCandidatesDiffer() throws {
        let traces = try [(0, 1), (0, 2), (1, 1)].map { seed, candidate in
            let search = try Self.search(candidate, seed: UInt64(seed))
            return try Self.trace(Array(search), search)
        }
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            #expect(traces[a].w != traces[b].w)
            #expect(traces[a].pixels != traces[b].pixels)
        }
    }

    @Test func startIsDrawnFromTheDocumentedStreams() throws {
        let specification = ToyGenerator(resolution: 64).specification
        let start = ClassicStart<Double>(
            seed: 9, candidate: 2, specification: specification, options: Self.options())
        #expect(start.z == CounterRandom(seed: 9, stream: 2 << 32).normals(shape: [18, 512]))
        guard case .map(let third) = start.noise[2] else {
            Issue.record("noise map 2 is not drawn")
            return
        }
        #expect(third == CounterRandom(seed: 9, stream: 2 << 32 + 3).normals(shape: [8, 8]))
    }

    @Test func returnsTheBestPointOfAll() throws {
        var options = Self.options(steps: 12)
        options.learningRate = 8  // Far too long steps: the fit goes up and down.
        options.schedule = .fixed
        let search = try Self.search(1, options: options)
        var fits: [Double] = []
        for step in search {
            fits.append(step.fit)
            #expect(step.bestFit <= step.fit)
        }
        let found = try #require(search.found())
        let last = try #require(search.lastFit)
        fits.append(last)
        #expect(found.fit == fits.min())
        #expect(found.bestAfter == fits.firstIndex(of: found.fit))
        #expect(found.bestAfter != 12, "the last point happens to be the best: choose another seed")
        try Self.expectFit(of: found)
    }

    @Test func thePointAfterTheLastStepCounts() throws {
        let search = try Self.search(1, options: Self.options(steps: 1))
        let steps = Array(search)
        let found = try #require(search.found())
        #expect(steps.count == 1 && found.bestAfter == 1 && found.fit < steps[0].fit)
        #expect(steps[0].bestFit == found.fit)
        #expect(search.next() == nil)
        try Self.expectFit(of: found)
    }

    @Test func stoppingEarlyKeepsTheBestSoFar() throws {
        let generator = ToyGenerator(resolution: 64)
        let search = try ClassicSearch<Double>(
            generator: generator, latentModel: toyLatentModel(), target: toyTarget(side: 8),
            options: Self.options(steps: 50), seed: 3)
        #expect(search.found() == nil && search.currentPicture == nil)
        for step in search where step.index == 4 { break }
        let found = try #require(search.found())
        #expect(found.steps == 4 && generator.forwards == 4 && generator.backwards == 4)
        #expect(search.currentPicture == found.picture)
        #expect(search.next()?.index == 5)
    }

    /// The fit claimed is D of the picture returned, which is what the returned latents and noise render.
    static func expectFit(of found: FoundFace<Double>) throws {
        let downscale = DownscaleOperator(from: 64, to: 8)
        let y: Tensor<Double> = try toyTarget(side: 8).tensor()
        let lowRes = downscale.apply(found.picture.tensor() as Tensor<Double>)
        let mean = PixelLoss(target: y, eps: 0).meanSquare(lowRes)
        #expect(abs(mean - found.fit) < 1e-15)
        #expect(abs(found.rms - 255 * mean.squareRoot()) < 1e-9)
        var image = Tensor<Double>(zeros: [3, 64, 64])
        ToyGenerator(resolution: 64).forward(w: found.w, noise: found.noise, image: &image)
        #expect(Picture(image.map { Float(($0 + 1) / 2) }) == found.picture)
    }
}
