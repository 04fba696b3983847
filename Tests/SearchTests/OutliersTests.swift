import Tensors
import TestSupport
import Testing

@testable import Search

/// Salt and pepper is found, and taken out.
@Suite struct OutliersTests {
    @Test(arguments: [false, true], [(16, 0.05), (32, 0.02), (32, 0.2), (64, 0.01), (64, 0.1)])
    func saltAndPepperIsFound(wholePixels: Bool, damage: (side: Int, share: Double)) throws {
        for seed in [11, 12] {
            let clean = try face(seed, damage.side)
            let damaged = peppered(clean, damage.share, wholePixels: wholePixels)
            let target = NoisyTarget(damaged, noise: nil)
            let outliers = try #require(target.outliers, "\(seed)")
            #expect(target.noise == .saltAndPepper && target.deviation == 0)
            let far = (0..<clean.count).filter { abs(damaged[$0] - clean[$0]) > 40 / 255.0 }
            let found = far.count { outliers.marks[$0] }
            #expect(Double(found) >= 0.95 * Double(far.count), "\(found) of \(far.count)")
            let wrong = (0..<clean.count).count { outliers.marks[$0] && damaged[$0] == clean[$0] }
            #expect(Double(wrong) < 0.02 * Double(clean.count))
            #expect(levels(target.tensor, clean) < 0.4 * levels(damaged, clean))
        }
    }

    /// Gaussian noise ends at black and white too, but near where it began.
    @Test(arguments: [16, 32, 64]) func otherNoiseIsNot(side: Int) throws {
        for seed in [11, 12] {
            #expect(!Outliers(of: try face(seed, side)).areSaltAndPepper)
            for isGrey in [false, true] {
                #expect(!Outliers(of: grainy(try face(seed, side), 25, isGrey: isGrey)).areSaltAndPepper)
            }
        }
    }

    @Test func clustersAreFilledFromOutside() {
        var picture = Tensor<Float>([Float](repeating: 0.5, count: 3 * 64), shape: [3, 8, 8])
        // 3×3 white samples in a corner of one channel; a single black one in another.
        for i in [0, 1, 2, 8, 9, 10, 16, 17, 18] { picture[i] = 1 }
        picture[64 + 27] = 0
        let outliers = Outliers(of: picture)
        #expect(outliers.marks[64 + 27] && outliers.marks.count { $0 } <= 10)
        let filled = outliers.filled(picture)
        #expect(filled[64 + 27] == 0.5)
        let all = Outliers(of: Tensor<Float>([Float](repeating: 1, count: 192), shape: [3, 8, 8]))
        #expect(!all.marks.contains(true), "a white picture has none")
    }

    /// What a search has missed near an outlier it is taken to have missed there.
    @Test func theFitIsFreeAtOutliers() throws {
        let clean = try face(11, 32)
        let target = NoisyTarget(peppered(clean, 0.1, wholePixels: false), noise: nil)
        let marks = try #require(target.outliers).marks
        let darker = clean.map { (value: Float) -> Float in max(0, value - 0.1) }
        let aim = target.aim(from: darker)
        for i in 0..<clean.count where !marks[i] { #expect(abs(aim[i] - target.tensor[i]) < 1e-5) }
        #expect(levels(aim, clean) < 6)
    }

    @Test func theLikelihoodDoesNotLookAtThem() {
        let target = Tensor<Double>([Double](repeating: 0.5, count: 3 * 64), shape: [3, 8, 8])
        let ignored = (0..<192).map { $0 % 7 == 0 }
        func likelihood(_ ignored: [Bool]?) -> FaceLikelihood<Double> {
            FaceLikelihood(
                target: target, weights: FaceWeights(), misfit: 0.06, independent: 100, ignoring: ignored)
        }
        var picture = target
        for i in 0..<192 where ignored[i] { picture[i] = 0.9 }
        var slope = Tensor<Double>(zeros: target.shape)
        #expect(likelihood(ignored).misfit(picture, dLowRes: &slope) == 0)
        #expect(slope.elements.allSatisfy { $0 == 0 })
        for i in 0..<192 { picture[i] = 0.6 }
        let misfits = [nil, ignored].map { likelihood($0).misfit(picture, dLowRes: &slope) }
        #expect(abs(misfits[0] - 0.01) < 1e-12 && abs(misfits[1] - 0.01) < 1e-12, "the weights' mean is 1")
    }

    private func peppered(_ picture: Tensor<Float>, _ share: Double, wholePixels: Bool) -> Tensor<Float> {
        let (random, count) = (CounterRandom(seed: 9, stream: 1), picture.count / 3)
        let ordered = (0..<10_000).map { random.normal(UInt64($0)) }.sorted()
        let limit = ordered[Int(share * 10_000)]
        var result = picture
        for i in 0..<picture.count {
            let place = UInt64(20_000 + 2 * (wholePixels ? i % count : i))
            if random.normal(place) < limit { result[i] = random.normal(place + 1) < 0 ? 0 : 1 }
        }
        return result
    }
}
