import Foundation
import Generators
import Tensors
import Testing

@testable import Search

/// Where candidates of a fast search begin.
@Suite struct FastStartTests {
    /// Four in a row add up to the mean of the prior, so that they are as far apart as four draws can be.
    @Test(arguments: [1, 5]) func fourCandidatesLeanAwayFromEachOther(first: Int) {
        let starts = (first..<first + 4).map { start(candidate: $0, spread: 1) }
        for i in starts[0].indices { #expect(abs(starts.reduce(0) { $0 + $1[i] }) < 1e-5) }
    }

    /// Each by itself is half a draw from the prior where there is no encoder: leaning does not narrow it.
    @Test func eachByItselfIsADraw() {
        let starts = (1...40).map { start(candidate: $0, spread: 1) }
        let count = Double(starts.count * starts[0].count)
        let mean = starts.joined().reduce(0) { $0 + Double($1) } / count
        let square = starts.joined().reduce(0) { $0 + Double($1 * $1) } / count
        #expect(abs(mean) < 0.02)
        #expect(abs(square.squareRoot() - 0.5) < 0.01, "20480 numbers, half of a standard deviation")
        let fourth = starts.joined().reduce(0) { $0 + pow(Double($1), 4) } / count
        #expect(abs(fourth / (square * square) - 3) < 0.15, "as of a normal distribution")
    }

    @Test func spreadScalesTheDraw() {
        #expect(start(candidate: 3, spread: 0).allSatisfy { $0 == 0 })
        let (one, two) = (start(candidate: 3, spread: 1), start(candidate: 3, spread: 2))
        for i in one.indices { #expect(abs(2 * one[i] - two[i]) < 1e-5) }
    }

    /// u of a toy's start, [512].
    private func start(candidate: Int, spread: Double) -> [Float] {
        FastStart(
            seed: 7, candidate: candidate, specification: SingleToy().specification,
            latents: LatentSpace(toyStatistics()), target: Tensor(zeros: [3, 8, 8]), spread: spread
        ).u
    }
}
