import Degradation
import Foundation
import Generators
import Imaging
import Models
import Tensors
import TestSupport
import Testing

@testable import Search

/// The classic search on the default model against the original's modules, losses and optimiser in PyTorch,
/// from the same start (Tools/goldens/search_mobilestylegan.py).
@Suite struct RealWeightsTests {
    @Test func followsTheOriginalForTenSteps() throws {
        let golden = try Golden("search-mobilestylegan")
        let original = try OriginalReruns("search-mobilestylegan", table: "losses")
        let name = try installedModel().deletingPathExtension().lastPathComponent
        let generator = try ModelStore(home: pulseHome).load(name).makeGenerator(
            threads: ProcessInfo.processInfo.activeProcessorCount)
        let request = SearchRequest(
            target: try Target(paleDisc()), degradation: Resampling(from: 1024, to: 32), seed: 7,
            tolerance: ClassicMethod().defaultTolerance)
        let search = try ClassicSearch(
            ClassicMethod(), request,
            latents: LatentStatistics(
                mean: golden.tensor("latent.mean"), standardDeviation: golden.tensor("latent.std")),
            seat: SearchSeat(generator))
        for step in search {
            let row = step.index - 1
            if row == 0 { try compareGradient(of: search, with: golden, original) }
            let actual = [
                try #require(step.losses["L2"]), try #require(step.losses["GEOCROSS"]), step.totalLoss,
            ]
            for (column, value) in actual.enumerated() {
                let expected = original.recorded(row, column)
                // Adam turns the sign of a gradient's smallest elements into whole steps, so that single steps stand out:
                // the AVX2 kernels are seven times as far as any rerun in one of them.
                let tolerance = 10 * original.difference(around: row, in: column..<column + 1)
                #expect(
                    abs(value - expected) <= tolerance * expected,
                    "loss \(column) of step \(row) is \(value), not \(expected)")
            }
            if step.index == original.steps { break }
        }
        let found = try #require(search.found())
        #expect(found.steps == original.steps && found.bestAfter > 0)
    }

    private func compareGradient(
        of search: ClassicSearch, with golden: Golden, _ original: OriginalReruns
    ) throws {
        let gradient = search.core.gradient
        let expected: Tensor<Float> = try golden.tensor("dZ")
        #expect(cosine(gradient.z, expected) > 0.9999)
        #expect(relativeError(gradient.z, expected) < 3 * original.distance(of: 0..<1))
        #expect(gradient.noise.count == 5)
        for (i, map) in gradient.noise.enumerated() {
            let expected: Tensor<Float> = try golden.tensor("dNoise.\(i)")
            #expect(cosine(map, expected) > 0.9999, "noise map \(i)")
            #expect(relativeError(map, expected) < 3 * original.distance(of: 1..<6), "noise map \(i)")
        }
    }
}

/// A pale disc on blue, as the script draws it.
func paleDisc() -> Picture {
    let (disc, ground) = ([215, 170, 140], [70, 90, 120])
    var pixels: [UInt8] = []
    for i in 0..<32 {
        for j in 0..<32 {
            let inside = 3 * (2 * i - 31) * (2 * i - 31) + 4 * (2 * j - 31) * (2 * j - 31) < 1800
            for c in 0..<3 { pixels.append(UInt8(inside ? disc[c] - 2 * i : ground[c] + i)) }
        }
    }
    return Picture(width: 32, height: 32, pixels: pixels)
}
