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
        let losses: Tensor<Double> = try golden.tensor("losses")
        let name = try installedModel().deletingPathExtension().lastPathComponent
        let generator = try ModelStore(home: pulseHome).load(name).makeGenerator(
            threads: ProcessInfo.processInfo.activeProcessorCount)
        let request = SearchRequest(
            target: try Target(paleDisc()), degradation: Resampling(from: 1024, to: 32), seed: 7,
            tolerance: ClassicMethod.defaultTolerance)
        let search = try ClassicSearch(
            ClassicMethod(), request,
            latents: LatentStatistics(
                mean: golden.tensor("latent.mean"), standardDeviation: golden.tensor("latent.std")),
            seat: SearchSeat(generator))
        for step in search {
            let row = step.index - 1
            if row == 0 { try compareGradient(of: search, with: golden) }
            let actual = [
                try #require(step.losses["L2"]), try #require(step.losses["GEOCROSS"]), step.totalLoss,
            ]
            let tolerance = row < 5 ? 1e-3 : 1e-2
            for (column, value) in actual.enumerated() {
                let expected = losses[3 * row + column]
                #expect(
                    abs(value - expected) <= tolerance * expected,
                    "loss \(column) of step \(row) is \(value), not \(expected)")
            }
            if step.index == losses.shape[0] { break }
        }
        let found = try #require(search.found())
        #expect(found.steps == losses.shape[0] && found.bestAfter > 0)
    }

    private func compareGradient(of search: ClassicSearch, with golden: Golden) throws {
        let gradient = search.core.gradient
        let expected: Tensor<Float> = try golden.tensor("dZ")
        #expect(cosine(gradient.z, expected) > 0.9999)
        #expect(relativeError(gradient.z, expected) < 1e-3)
        #expect(gradient.noise.count == 5)
        for (i, map) in gradient.noise.enumerated() {
            let expected: Tensor<Float> = try golden.tensor("dNoise.\(i)")
            #expect(cosine(map, expected) > 0.9999, "noise map \(i)")
            #expect(relativeError(map, expected) < 1e-2, "noise map \(i)")
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
