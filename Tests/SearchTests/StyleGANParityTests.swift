import Degradation
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Generators
@testable import Search

/// The classic search on a full-size StyleGAN against the original PULSE, both on the random network that
/// Documentation/Parity.md defines (Tools/goldens/search_stylegan.py).
@Suite(.serialized) struct StyleGANParityTests {
    static let wantsAllSteps = ProcessInfo.processInfo.environment["PULSE_PARITY"] != nil

    @Test func followsPULSEForTenSteps() throws {
        let original = try OriginalReruns("search-stylegan1", table: "steps")
        let search = try RandomStyleGAN.search(generator: RandomStyleGAN.generator(), seed: 7)
        for step in search {
            let row = step.index - 1
            if row == 0 { try compareGradient(of: search, with: original) }
            let gradient = search.core.gradient
            let actual =
                [try #require(step.losses["L2"]), try #require(step.losses["GEOCROSS"]), step.totalLoss]
                + ([gradient.z] + gradient.noise).map { dot($0, $0).squareRoot() }
            for (column, value) in actual.enumerated() {
                let expected = original.recorded(row, column)
                // The maps' gradients have few elements, of which fewer decide: one tolerance for all of them.
                let group = column > 3 ? 4..<9 : column..<column + 1
                let tolerance = 3 * original.difference(around: row, in: group)
                #expect(
                    abs(value - expected) <= tolerance * expected,
                    "column \(column) of step \(row) is \(value), not \(expected)")
            }
            if step.index == original.steps { break }
        }
    }

    private func compareGradient(of search: ClassicSearch, with original: OriginalReruns) throws {
        let golden = try Golden("search-stylegan1")
        let gradient = search.core.gradient
        let expected: Tensor<Float> = try golden.tensor("dZ")
        #expect(cosine(gradient.z, expected) > 0.9999)
        let error = relativeError(gradient.z, expected)
        #expect(error < 3 * original.distance(of: 0..<1), "relative error of the gradient \(error)")
        #expect(gradient.noise.count == 5)
        for (i, map) in gradient.noise.enumerated() {
            let expected: Tensor<Float> = try golden.tensor("dNoise.\(i)")
            let error = relativeError(map, expected)
            #expect(error < 3 * original.distance(of: 1..<6), "noise map \(i): \(error)")
        }
    }

    /// What `make parity` runs: where a hundred steps of several searches lead.
    @Test(.enabled(if: wantsAllSteps)) func endsWherePULSEEnds() throws {
        let golden = try Golden("parity-stylegan1")
        let generator = try RandomStyleGAN.generator()
        var theirs: [UInt64: [Course]] = [:]
        for name in golden.names {
            let seed = try #require(name.split(separator: ".").last.flatMap { UInt64($0) })
            let course = Course(original: try golden.tensor(name))
            theirs[seed, default: []].append(course)
            print("seed \(seed): there \(course)")
        }
        var ours: [UInt64: Course] = [:]
        for seed in theirs.keys.sorted() {
            let course = Course(steps: Array(try RandomStyleGAN.search(generator: generator, seed: seed)))
            ours[seed] = course
            print("seed \(seed): here \(course)")
        }
        for (what, value) in Course.measures {
            let runs = theirs.mapValues { $0.compactMap(value) }.filter { !$0.value.isEmpty }
            // How far the original is from itself, at most: a seed's runs differ by nothing but the processor's code.
            let difference = runs.values.map { ($0.max() ?? 1) / ($0.min() ?? 1) - 1 }.max() ?? 0
            #expect(runs.values.contains { $0.count > 1 } && difference > 0, "no reruns tell \(what)")
            for (seed, runs) in runs {
                let mean = runs.reduce(0, +) / Double(runs.count)
                let here = try #require(ours[seed].flatMap(value))
                #expect(
                    abs(here / mean - 1) <= 3 * difference,
                    "\(what) of seed \(seed) is \(here) here, \(mean) there, whose own difference is \(difference)"
                )
            }
        }
    }
}

/// How one search went.
private struct Course: CustomStringConvertible {
    /// After the last step: the mean square of the picture in 8 bits, which nothing holds at eps, and the loss.
    var finalFit: Double?
    var finalTotal: Double
    /// Over the first twenty steps.
    var earlyL2: Double
    /// The first step whose L2 is at eps, counted from 1; the number of steps and 1 if there is none.
    var stepsToEps: Double

    /// - Parameter original: L2, GEOCROSS, their weighted sum and, in later runs, L2 before it is held at eps and the same
    ///   of the picture in 8 bits, [steps, 3 or 5].
    init(original: Tensor<Double>) {
        let rows = (0..<original.shape[0]).map(original.item)
        let last = rows[rows.count - 1]
        self.init(l2: rows.map { $0[0] }, total: last[2], fit: last.count > 4 ? last[4] : nil)
    }

    init(steps: [SearchStep]) {
        let last = steps[steps.count - 1]
        self.init(l2: steps.compactMap { $0.losses["L2"] }, total: last.totalLoss, fit: last.fit)
    }

    private init(l2: [Double], total: Double, fit: Double?) {
        (finalFit, finalTotal) = (fit, total)
        earlyL2 = l2.prefix(20).reduce(0, +) / 20
        stepsToEps = Double((l2.firstIndex { $0 <= 2.000001e-3 } ?? l2.count) + 1)
    }

    static let measures: [(String, @Sendable (Course) -> Double?)] = [
        ("final fit", { $0.finalFit }), ("final loss", { $0.finalTotal }),
        ("L2 of the first steps", { $0.earlyL2 }), ("steps to eps", { $0.stepsToEps }),
    ]

    var description: String {
        "fit \(finalFit.map { "\($0)" } ?? "unknown"), loss \(finalTotal), early L2 \(earlyL2), at eps after "
            + "\(Int(stepsToEps)) steps"
    }
}

/// The random StyleGAN of Documentation/Parity.md.
enum RandomStyleGAN {
    static let seed: UInt64 = 18

    static func generator() throws -> StyleGAN1 {
        let configuration = StyleGAN1Configuration(
            channels: [512, 512, 512, 512, 256, 128, 64, 32, 16], styleDim: 512)
        let tensors = tensors(of: configuration)
        let weights = try StyleGAN1Weights(configuration: configuration) { try #require(tensors[$0]) }
        return StyleGAN1(weights: weights, threads: ProcessInfo.processInfo.activeProcessorCount)
    }

    static func search(generator: StyleGAN1, seed: UInt64) throws -> ClassicSearch {
        let mean: Tensor<Double> = randomTensor([512], stream: 1, seed: Self.seed)
        let deviation: Tensor<Double> = randomTensor([512], stream: 2, seed: Self.seed)
        let request = SearchRequest(
            target: try Target(paleDisc()), degradation: Resampling(from: 1024, to: 32), seed: seed,
            tolerance: ClassicMethod().defaultTolerance)
        return try ClassicSearch(
            ClassicMethod(), request,
            latents: LatentStatistics(
                mean: mean.map { Float(0.1 * $0) },
                standardDeviation: deviation.map { Float(0.5 + 0.1 * abs($0)) }),
            seat: SearchSeat(generator))
    }

    private static func tensors(of configuration: StyleGAN1Configuration) -> [String: Tensor<Float>] {
        let names = configuration.tensorShapes
        let drawn = Drawn()
        DispatchQueue.concurrentPerform(iterations: names.count) { i in
            let (name, shape) = names[i]
            let (mean, deviation) = rule(name)
            let random = CounterRandom(seed: seed, stream: 1000 + UInt64(i))
            var tensor = Tensor<Float>(zeros: shape)
            tensor.withUnsafeMutableBufferPointer { elements in
                for k in elements.indices { elements[k] = Float(mean + deviation * random.normal(UInt64(k))) }
            }
            drawn.store(tensor, name)
        }
        return drawn.tensors
    }

    private static func rule(_ name: String) -> (mean: Double, deviation: Double) {
        if name.hasSuffix("const") { return (1, 0.5) }
        if name.hasSuffix("noise.weight") { return (0, 0.05) }
        if name.hasSuffix("style_mod.lin.bias") { return (0, 0.3) }
        return name.hasSuffix("bias") ? (0, 0.1) : (0, 1)
    }

    private final class Drawn: @unchecked Sendable {
        private let lock = NSLock()
        private(set) var tensors: [String: Tensor<Float>] = [:]

        func store(_ tensor: Tensor<Float>, _ name: String) { lock.withLock { tensors[name] = tensor } }
    }
}
