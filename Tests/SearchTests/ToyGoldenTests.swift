import Foundation
import Tensors
import TestSupport
import Testing

@testable import Search

/// The classic search against the original's own losses, optimisers, spheres and D, in double precision:
/// every number of every step to 10⁻¹⁰.
@Suite struct ToyGoldenTests {
    static let golden = Result {
        try JSONDecoder().decode(ToyGolden.self, from: Data(contentsOf: goldenURL("search-toy.json")))
    }

    @Test(arguments: [
        "default", "sgd", "sgdm", "adamax", "tiled", "l1", "below-eps", "l1-below-eps", "one-step",
    ])
    func followsTheOriginal(name: String) throws {
        let golden = try Self.golden.get()
        let run = try #require(golden.runs[name])
        let generator = ToyGenerator()
        let search = try toyCore(
            generator, run.options.classic(), side: run.options.side, seed: golden.manifest.startSeed,
            candidate: golden.manifest.candidate)
        var worst = 0.0
        func compare(_ actual: Double, _ expected: Double, _ what: String) {
            let error = abs(actual - expected) / max(1, abs(expected))
            worst = max(worst, error.isNaN ? .infinity : error)
            #expect(error <= 1e-10, "\(name): \(what) is \(actual), not \(expected)")
        }
        var taken = 0
        while let step = search.next() {
            let expected = run.steps[taken]
            taken += 1
            #expect(step.index == taken && step.total == run.steps.count)
            let losses = step.losses.byName
            #expect(Set(losses.keys) == Set(expected.losses.keys))
            for (name, value) in losses {
                compare(value, try #require(expected.losses[name]), "\(name) \(taken)")
            }
            compare(step.totalLoss, expected.total, "total \(taken)")
            compare(step.learningRate, expected.rate, "learning rate \(taken)")
            compare(step.fit, run.fits[taken - 1], "fit \(taken)")
            let (z, noise) = search.point
            compare(norm(z), expected.zNorm, "|z| \(taken)")
            for (entry, value) in zip(golden.manifest.zEntries, expected.z) {
                compare(z[entry[0] % z.shape[0] * 512 + entry[1]], value, "z\(entry) \(taken)")
            }
            #expect(noise.count == expected.noise.count)
            for (i, map) in noise.enumerated() {
                compare(norm(map), expected.noiseNorms[i], "|noise \(i)| \(taken)")
                compare(map[map.count - 2], expected.noise[i], "noise \(i) \(taken)")
            }
        }
        #expect(taken == run.steps.count)
        let best = search.best
        let lowest = try #require(run.fits.min())
        compare(best.fit, lowest, "best fit")
        #expect(best.step == run.fits.firstIndex(of: lowest))
        #expect(generator.forwards == taken + 1)
    }
}

private func norm(_ x: Tensor<Double>) -> Double { dot(x, x).squareRoot() }

/// search-toy.json, as Tools/goldens/search_toy.py writes it.
struct ToyGolden: Decodable {
    struct Manifest: Decodable {
        var startSeed: UInt64
        var candidate: Int
        var zEntries: [[Int]]
    }

    struct Options: Decodable {
        var steps, side: Int
        var optimizer, schedule, loss, noise: String
        var lr, eps: Double
        var tile: Bool

        func classic() throws -> ClassicMethod {
            var options = ClassicMethod()
            options.steps = steps
            options.loss = try LossExpression(loss)
            options.eps = eps
            options.noise = try #require(NoiseKind(rawValue: noise))
            options.tileLatent = tile
            options.optimizer = try #require(OptimizerKind(rawValue: optimizer))
            options.learningRate = lr
            options.schedule = try #require(Schedule(rawValue: schedule))
            return options
        }
    }

    struct Step: Decodable {
        var losses: [String: Double]
        var total, rate, zNorm: Double
        var z, noiseNorms, noise: [Double]
    }

    struct Run: Decodable {
        var options: Options
        /// Of the points before each step and after the last.
        var fits: [Double]
        var steps: [Step]
    }

    var manifest: Manifest
    var runs: [String: Run]
}
