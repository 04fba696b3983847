import Degradation
import Generators
import Imaging
import Tensors
import TestSupport
import Testing

@testable import Search

/// What a user may rely on: candidate k of seed S is always the same, the best point is what is returned, and
/// stopping early keeps it.
@Suite struct CandidateTests {
    /// Everything that a search yields but the time, as one comparable value.
    struct Trace: Equatable {
        var steps: [SearchStep]
        var w: Tensor<Float>
        var pixels: [UInt8]
        var bestAfter: Int

        init(_ steps: [SearchStep], _ search: any CandidateSearch) throws {
            let found = try #require(search.found())
            self.steps = steps.map { step in
                var step = step
                step.seconds = 0
                return step
            }
            (w, pixels, bestAfter) = (found.w, found.picture.pixels, found.bestAfter)
        }
    }

    @Test(arguments: [1, 2, 3])
    func candidateHasTheSameBitsAloneAndInAnyBatch(seats: Int) throws {
        var alone: [Int: Trace] = [:]
        for candidate in 1...3 {
            let search = try toySearch(candidate)
            alone[candidate] = try Trace(Array(search), search)
        }
        for order in [[1, 2, 3], [3, 1], [2]] {
            let batch = try SearchBatch(
                toyMethod(), toyRequest(), latents: LatentSpace(toyStatistics()),
                seats: (0..<seats).map { _ in SearchSeat(SingleToy()) }, candidates: order)
            let steps = Array(batch)
            #expect(steps.prefix(order.count).map(\.candidate) == order)
            #expect(steps.count == 6 * order.count)
            for search in batch.searches {
                let own = steps.filter { $0.candidate == search.candidate }
                #expect(try Trace(own, search) == alone[search.candidate])
            }
            #expect(batch.found().map(\.number) == order)
            #expect(batch.found().allSatisfy { $0.ending == .budget && $0.steps == 6 })
        }
    }

    /// A seat that was used for another request, of another size, gives the same bits.
    @Test func aSeatCarriesNothingFromOneSearchToTheNext() throws {
        let alone = try toySearch(2)
        let expected = try Trace(Array(alone), alone)
        let seat = SearchSeat(SingleToy())
        let other = SearchRequest(
            target: try toyTarget(side: 16), degradation: Resampling(from: 64, to: 16), seed: 5, tolerance: 1)
        var tiled = toyMethod(steps: 2)
        tiled.tileLatent = true
        for method in [toyMethod(steps: 2), tiled] {
            _ = Array(try ClassicSearch(method, other, latents: toyStatistics(), seat: seat))
        }
        let search = try ClassicSearch(
            toyMethod(), toyRequest(), candidate: 2, latents: toyStatistics(), seat: seat)
        #expect(try Trace(Array(search), search) == expected)
    }

    @Test func seedsAndCandidatesDiffer() throws {
        let traces = try [(0, 1), (0, 2), (1, 1)].map { seed, candidate in
            let search = try toySearch(candidate, seed: UInt64(seed))
            return try Trace(Array(search), search)
        }
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            #expect(traces[a].w != traces[b].w)
            #expect(traces[a].pixels != traces[b].pixels)
        }
    }

    @Test func startIsDrawnFromTheDocumentedStreams() throws {
        let specification = ToyGenerator(resolution: 64).specification
        let start = ClassicStart<Double>(
            seed: 9, candidate: 2, specification: specification, method: toyMethod())
        #expect(start.z == CounterRandom(seed: 9, stream: 2 << 32).normals(shape: [18, 512]))
        guard case .map(let third) = start.noise[2] else {
            Issue.record("noise map 2 is not drawn")
            return
        }
        #expect(third == CounterRandom(seed: 9, stream: 2 << 32 + 3).normals(shape: [8, 8]))
    }

    @Test func returnsTheBestPointOfAll() throws {
        var method = toyMethod(steps: 12)
        method.learningRate = 8  // Far too long steps: the fit goes up and down.
        method.schedule = .fixed
        let search = try toySearch(method: method)
        var fits: [Double] = []
        for step in search {
            fits.append(step.fit)
            #expect(step.bestFit <= step.fit)
        }
        let found = try #require(search.found())
        let last = try #require(search.core.lastFit)
        fits.append(last)
        #expect(found.fit == fits.min())
        #expect(found.bestAfter == fits.firstIndex(of: found.fit))
        #expect(found.bestAfter != 12, "the last point happens to be the best: choose another seed")
        try Self.expectFit(of: found)
    }

    @Test func thePointAfterTheLastStepCounts() throws {
        let search = try toySearch(method: toyMethod(steps: 1))
        let steps = Array(search)
        let found = try #require(search.found())
        #expect(steps.count == 1 && found.bestAfter == 1 && found.fit < steps[0].fit)
        #expect(steps[0].bestFit == found.fit)
        #expect(search.next() == nil)
        try Self.expectFit(of: found)
    }

    @Test func stoppingEarlyKeepsTheBestSoFar() throws {
        let generator = SingleToy()
        let search = try toySearch(seed: 3, method: toyMethod(steps: 50), on: generator)
        #expect(search.found() == nil && search.currentPicture == nil && search.ending == .interrupted)
        for step in search where step.index == 4 { break }
        let found = try #require(search.found())
        #expect(found.steps == 4 && generator.toy.forwards == 4 && generator.toy.backwards == 4)
        #expect(found.ending == .interrupted)
        #expect(search.currentPicture == found.picture)
        #expect(search.next()?.index == 5)
    }

    /// What is found stays what it is while the search goes on.
    @Test func whatIsFoundIsAValue() throws {
        let search = try toySearch()
        _ = (search.next(), search.next())
        let found = try #require(search.found())
        let (w, pixels) = (found.w.elements, found.picture.pixels)
        for _ in search {}
        #expect(search.found()?.bestAfter != found.bestAfter)
        #expect(found.w.elements == w && found.picture.pixels == pixels)
        try Self.expectFit(of: found)
    }

    /// A degradation that dims does not keep constants: it is applied to intensities, not to −1…1.
    @Test func searchesThroughDegradationsThatDoNotKeepConstants() throws {
        let method = toyMethod(steps: 20)
        var request = try toyRequest()
        request.degradation = Dimming()
        let toy = SingleToy()
        var first: Tensor<Float>?
        toy.afterForward = { number, image in if number == 1 { first = image } }
        let search = try ClassicSearch(method, request, latents: toyStatistics(), seat: SearchSeat(toy))
        let steps = Array(search)
        let y: Tensor<Float> = request.target.tensor()
        let lowRes: Tensor<Float> = try Dimming().apply(#require(first).map { ($0 + 1) / 2 })
        let expected = PixelLoss(target: y, eps: 0).meanSquare(lowRes)
        #expect(abs(try #require(steps[0].losses["L2"]) - expected) < 1e-6)
        #expect(try #require(search.found()).fit < 0.5 * steps[0].fit)
    }

    /// The fit claimed is D of the picture returned, which is what the returned latents and noise render.
    static func expectFit(of found: Candidate) throws {
        let request = try toyRequest()
        let y: Tensor<Float> = request.target.tensor()
        let lowRes: Tensor<Float> = request.degradation.apply(found.picture.tensor())
        let mean = PixelLoss(target: y, eps: 0).meanSquare(lowRes)
        #expect(mean == found.fit)
        #expect(abs(found.rms - 255 * mean.squareRoot()) < 1e-9)
        var image = Tensor<Float>(zeros: [3, 64, 64])
        SingleToy().forward(w: found.w, noise: found.noise, image: &image)
        #expect(Picture(image.map { ($0 + 1) / 2 }) == found.picture)
    }
}

/// Half the light, and then D.
private struct Dimming: Degradation {
    private let d = Resampling(from: 64, to: 8)

    var sourceSize: PixelSize { d.sourceSize }
    var targetSize: PixelSize { d.targetSize }
    var keepsConstants: Bool { false }
    var record: DegradationRecord {
        DegradationRecord(name: "dimming", sourceSize: sourceSize, targetSize: targetSize)
    }

    func scratchShape(channels: Int) -> [Int] { d.scratchShape(channels: channels) }

    func apply(_ image: Tensor<Float>, into result: inout Tensor<Float>, scratch: inout Tensor<Float>) {
        d.apply(image, into: &result, scratch: &scratch)
        result = result.map { $0 / 2 }
    }

    func applyAdjoint(
        _ residual: Tensor<Float>, into result: inout Tensor<Float>, scratch: inout Tensor<Float>
    ) {
        d.applyAdjoint(residual, into: &result, scratch: &scratch)
        result = result.map { $0 / 2 }
    }

    func apply(_ image: Tensor<Double>) -> Tensor<Double> { d.apply(image).map { $0 / 2 } }
}
