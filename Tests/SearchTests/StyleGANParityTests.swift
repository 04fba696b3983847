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
        var (ours, theirs): ([Course], [Course]) = ([], [])
        for name in golden.names {
            let seed = try #require(name.split(separator: ".").last.flatMap { UInt64($0) })
            let losses: Tensor<Double> = try golden.tensor(name)
            let steps = try RandomStyleGAN.search(generator: generator, seed: seed).map { step in
                (try #require(step.losses["L2"]), step.totalLoss)
            }
            ours.append(Course(l2: steps.map(\.0), total: steps.map(\.1)))
            let rows = (0..<losses.shape[0]).map(losses.item)
            theirs.append(Course(l2: rows.map { $0[0] }, total: rows.map { $0[2] }))
            print("seed \(seed): here \(ours[ours.count - 1]), there \(theirs[theirs.count - 1])")
        }
        for (what, value) in Course.measures {
            let (a, b) = (ours.map(value).sorted(), theirs.map(value).sorted())
            let means = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
            #expect(abs(means.0 / means.1 - 1) < 0.15, "mean \(what) \(means.0) here, \(means.1) there")
            for (a, b) in zip(a, b) { #expect(abs(a / b - 1) < 0.15, "\(what) \(a) here, \(b) there") }
        }
    }
}

/// How one search went.
private struct Course: CustomStringConvertible {
    /// After the last step.
    let finalL2, finalTotal: Double
    /// Over the first twenty steps: L2 is far from eps there, below which it is not told.
    let earlyL2: Double
    /// The first step whose L2 is at eps, counted from 1; the number of steps and 1 if there is none.
    let stepsToEps: Double

    init(l2: [Double], total: [Double]) {
        (finalL2, finalTotal) = (l2[l2.count - 1], total[total.count - 1])
        earlyL2 = l2.prefix(20).reduce(0, +) / 20
        stepsToEps = Double((l2.firstIndex { $0 <= 2.000001e-3 } ?? l2.count) + 1)
    }

    static let measures: [(String, @Sendable (Course) -> Double)] = [
        ("final L2", { $0.finalL2 }), ("final loss", { $0.finalTotal }),
        ("L2 of the first steps", { $0.earlyL2 }),
        ("steps to eps", { $0.stepsToEps }),
    ]

    var description: String {
        "L2 \(finalL2), loss \(finalTotal), early L2 \(earlyL2), at eps after \(Int(stepsToEps)) steps"
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
