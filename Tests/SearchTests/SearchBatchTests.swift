import Foundation
import Generators
import Imaging
import Tensors
import TestSupport
import Testing

@testable import Search

/// Searches of unequal length side by side, and what each is charged with.
@Suite struct SearchBatchTests {
    @Test(arguments: [1, 2, 3, 4])
    func endedSearchesAreSkipped(seats: Int) throws {
        let batch = try SearchBatch(
            CountedMethod(lengths: [3, 1, 0, 2]), toyRequest(), latents: LatentSpace(toyStatistics()),
            seats: (0..<seats).map { _ in SearchSeat(SingleToy()) }, candidates: 1...4)
        let steps = batch.map { [$0.index, $0.candidate] }
        #expect(steps == [[1, 1], [1, 2], [1, 4], [2, 1], [2, 4], [3, 1]])
        #expect(batch.next() == nil)
        #expect(batch.found().map(\.number) == [1, 2, 4])
        #expect(batch.found().map(\.ending) == [.budget, .converged, .converged])
        #expect(batch.searches.map(\.ending) == [.budget, .converged, .converged, .converged])
    }

    @Test func stoppedEarlyAllButTheEndedAreInterrupted() throws {
        let batch = try SearchBatch(
            CountedMethod(lengths: [3, 1]), toyRequest(), latents: LatentSpace(toyStatistics()),
            seats: [SearchSeat(SingleToy())], candidates: 1...2)
        for _ in 0..<4 { _ = batch.next() }
        #expect(batch.found().map(\.ending) == [.budget, .converged])
        let other = try SearchBatch(
            CountedMethod(lengths: [3, 1]), toyRequest(), latents: LatentSpace(toyStatistics()),
            seats: [SearchSeat(SingleToy())], candidates: 1...2)
        for _ in 0..<3 { _ = other.next() }
        #expect(other.found().map(\.ending) == [.interrupted, .converged])
    }

    @Test func anEmptyBatchHasNoSteps() throws {
        let batch = try SearchBatch(
            toyMethod(), toyRequest(), latents: LatentSpace(toyStatistics()),
            seats: [SearchSeat(SingleToy())],
            candidates: [])
        #expect(batch.next() == nil && batch.found().isEmpty)
    }

    @Test(arguments: [-0.5, .infinity, .nan])
    func declinesATolerance(tolerance: Double) throws {
        var request = try toyRequest()
        request.tolerance = tolerance
        let error = #expect(throws: SearchRequestError.self) {
            try SearchBatch(
                toyMethod(), request, latents: LatentSpace(toyStatistics()), seats: [SearchSeat(SingleToy())],
                candidates: 1...1)
        }
        guard case .tolerance(let declined)? = error else { return }
        #expect(declined == tolerance || declined.isNaN && tolerance.isNaN)
    }

    /// The first candidate of a round is not charged with the whole round, nor the last with nothing.
    @Test(arguments: [1, 2]) func everyStepIsChargedWithItsOwnTime(seats: Int) throws {
        let pause = 0.02
        let toys = (0..<seats).map { _ in SingleToy() }
        for toy in toys { toy.afterForward = { _, _ in Thread.sleep(forTimeInterval: pause) } }
        let clock = ContinuousClock()
        let start = clock.now
        let batch = try SearchBatch(
            toyMethod(steps: 3), toyRequest(), latents: LatentSpace(toyStatistics()),
            seats: toys.map { SearchSeat($0) },
            candidates: 1...2)
        let steps = Array(batch)
        let elapsed = (clock.now - start) / .seconds(1)
        #expect(steps.allSatisfy { $0.seconds >= pause })
        for found in batch.found() {
            let own = steps.filter { $0.candidate == found.number }.map(\.seconds).reduce(0, +)
            #expect(found.seconds == own && own <= elapsed)
        }
        if seats == 1 { #expect(steps.map(\.seconds).reduce(0, +) <= elapsed) }
    }

    @Test func lossesHaveNames() {
        var losses = NamedLosses(["A", "B"])
        losses[1] = 3
        #expect(losses["A"] == 0 && losses["B"] == 3 && losses["C"] == nil)
        #expect(losses.byName == ["A": 0, "B": 3])
        var same = NamedLosses(["A", "B"])
        #expect(same != losses)
        same[1] = 3
        #expect(same == losses)
    }
}

/// A method whose candidates take a number of steps each, at most three, and then are content.
private struct CountedMethod: SearchMethod {
    static let name = "counted"
    var defaultTolerance: Double { 1 }
    static let defaultCount = 1
    var steps = 3
    var lengths: [Int] = []

    init() {}

    init(lengths: [Int]) { self.lengths = lengths }

    func validate() throws {}
    func validate(for generator: GeneratorSpecification) throws {}

    func makeSearch(
        _ request: SearchRequest, candidate: Int, latents: LatentSpace, seat: SearchSeat
    ) throws -> any CandidateSearch {
        CountedSearch(candidate: candidate, length: lengths[candidate - 1], budget: steps)
    }
}

private final class CountedSearch: CandidateSearch {
    let candidate: Int
    private let length, budget: Int
    private var taken = 0

    init(candidate: Int, length: Int, budget: Int) {
        (self.candidate, self.length, self.budget) = (candidate, length, budget)
    }

    func next() -> SearchStep? {
        guard taken < length else { return nil }
        taken += 1
        return SearchStep(
            candidate: candidate, index: taken, total: budget, losses: NamedLosses([]), totalLoss: 0, fit: 0,
            bestFit: 0, learningRate: 1, seconds: 0)
    }

    var ending: Candidate.Ending { taken == budget ? .budget : taken == length ? .converged : .interrupted }
    var currentPicture: Picture? { taken == 0 ? nil : .canvas(width: 1, height: 1) }
    func glimpse(side: Int) -> Picture? { currentPicture }
    var completedSteps: Int { taken }
    var state: SearchState? { nil }

    func resume(from state: SearchState) throws(SearchStateError) { throw .invalid("steps") }

    func found() -> Candidate? {
        currentPicture.map { picture in
            Candidate(
                number: candidate, picture: picture, w: Tensor(zeros: [1, 1]), noise: [], fit: 0,
                bestAfter: taken,
                steps: taken, seconds: 0, ending: ending)
        }
    }
}
