import Degradation
import Foundation
import Generators
import Imaging
import ReferenceOps
import Tensors
import TestSupport
import Testing

@testable import Search

/// The fast search on the toy.
@Suite struct FastSearchTests {
    /// ∂loss/∂u against finite differences, in double precision.
    @Test func gradientOfThePosterior() throws {
        let toy = ToyGenerator(resolution: 64)
        let start: Tensor<Double> = randomTensor([toy.specification.liveSlots.count, 512], stream: 1)
        let direction: Tensor<Double> = randomTensor(start.shape, stream: 2)
        let core = try fastCore(toy, start: start)
        _ = try #require(core.step())
        let slope = try directionalDerivative(at: start, along: direction, step: 1e-5) {
            (u: Tensor<Double>) throws -> Double in
            try #require(try fastCore(toy, start: u).step()).totalLoss
        }
        #expect(abs(dot(core.gradient, direction) - slope) < 1e-5 * abs(slope), "\(slope)")
    }

    @Test func theLossFalls() throws {
        let steps = try search().map { $0.totalLoss }
        #expect(steps.count == 8)
        #expect(try #require(steps.last) < 0.9 * steps[0], "\(steps)")
    }

    @Test func candidatesAreTheirOwnWhateverRunsBesideThem() throws {
        func pictures(seats: Int, _ candidates: [Int]) throws -> [Picture] {
            let batch = try SearchBatch(
                method(), toyRequest(seed: 3), latents: LatentSpace(toyStatistics()),
                seats: (0..<seats).map { _ in SearchSeat(SingleToy()) }, candidates: candidates)
            for _ in batch {}
            return batch.found().map(\.picture)
        }
        let together = try pictures(seats: 2, [1, 2, 3])
        let apart = try [1, 2, 3].flatMap { try pictures(seats: 1, [$0]) }
        #expect(together == apart)
        #expect(together[0] != together[1] && together[1] != together[2])
    }

    @Test func threadsOfASeatChangeNothing() throws {
        let found = try [1, 3].map { threads in
            let search = try method().makeSearch(
                toyRequest(seed: 2), candidate: 1, latents: LatentSpace(toyStatistics()),
                seat: SearchSeat(SingleToy(), threads: threads))
            while search.next() != nil {}
            return try #require(search.found())
        }
        #expect(found[0].picture == found[1].picture)
        #expect(found[0].judgement == found[1].judgement)
    }

    @Test func theSavedPictureFitsExactly() throws {
        let request = try toyRequest(seed: 1)
        let found = try finished(method(), request)
        let saved: Tensor<Float> = found.picture.tensor()
        let (low, target): (Tensor<Float>, Tensor<Float>) = (
            request.degradation.apply(saved), request.target.tensor()
        )
        var sum = 0.0
        for i in 0..<low.count { sum += Double((low[i] - target[i]) * (low[i] - target[i])) }
        #expect(255 * (sum / Double(low.count)).squareRoot() <= 0.5)
        let judgement = try #require(found.judgement)
        #expect(judgement.searchedRMS > 1 && judgement.searchedFaceRMS > 0)
        #expect(try #require(judgement.correction).rms > 0)
    }

    @Test func aNoisyTargetIsFollowedToItsNoise() throws {
        var method = method()
        method.inputNoise = .colour(6)
        let request = try toyRequest(seed: 1)
        let found = try finished(method, request)
        let exact = try finished(self.method(), request)
        let saved: Tensor<Float> = found.picture.tensor()
        let (low, target): (Tensor<Float>, Tensor<Float>) = (
            request.degradation.apply(saved), request.target.tensor()
        )
        var sum = 0.0
        for i in 0..<low.count { sum += Double((low[i] - target[i]) * (low[i] - target[i])) }
        let rms = 255 * (sum / Double(low.count)).squareRoot()
        #expect(rms > 0.5 && rms <= 6.5)
        #expect(found.judgement?.inputNoise == 6 && exact.judgement?.inputNoise == nil)
        #expect(
            try #require(found.judgement?.correction).rms < #require(exact.judgement?.correction).rms,
            "noise is corrected too")
    }

    /// Salt and pepper is neither looked at nor followed; everything else is, exactly.
    @Test func outliersAreNotFollowed() throws {
        let clean = try toyTarget(side: 8)
        var pixels = clean.picture.pixels
        for (i, value) in [(30, UInt8(0)), (31, 0), (32, 0), (97, 255), (140, 0)] { pixels[i] = value }
        let target = try Target(Picture(width: 8, height: 8, pixels: pixels))
        var method = method()
        method.inputNoise = .saltAndPepper
        let request = try toyRequest(seed: 1, target: target)
        let found = try finished(method, request)
        let ignored = try #require(found.ignored)
        #expect(found.judgement?.inputNoiseKind == .saltAndPepper && found.judgement?.inputNoise == nil)
        let low: Tensor<Float> = request.degradation.apply(found.picture.tensor())
        let (wanted, unharmed): (Tensor<Float>, Tensor<Float>) = (target.tensor(), clean.tensor())
        for i in 0..<low.count {
            if ignored[i] {
                #expect(abs(low[i] - unharmed[i]) < abs(wanted[i] - unharmed[i]))
            } else {
                #expect(abs(low[i] - wanted[i]) < 3 / 255.0)
            }
        }
        #expect((0..<low.count).contains { ignored[$0] })
        #expect(try finished(self.method(), request).ignored == nil, "five samples are too few to find")
    }

    /// The picture of the best point is made when it is asked for, whenever that is.
    @Test(arguments: [1, 3, 8]) func whatIsFoundIsThePictureOfItsLatents(steps: Int) throws {
        var method = method()
        method.exactFit = false
        let toy = SingleToy()
        let search = try method.makeSearch(
            toyRequest(seed: 1), candidate: 1, latents: LatentSpace(toyStatistics()), seat: SearchSeat(toy))
        for _ in 0..<steps { _ = search.next() }
        let found = try #require(search.found())
        #expect(search.currentPicture == found.picture)
        let specification = toy.specification
        var image = Tensor<Float>(zeros: [3, specification.resolution, specification.resolution])
        toy.forward(w: found.w, noise: found.noise, image: &image)
        let picture: Tensor<Float> = found.picture.tensor()
        let worst =
            (0..<image.count).map { abs(min(max((image[$0] + 1) / 2, 0), 1) - picture[$0]) }.max() ?? 1
        #expect(worst <= 0.5 / 255 + 1e-6)
    }

    @Test func withoutTheExactFitThePictureIsTheSearchedOne() throws {
        var method = method()
        method.exactFit = false
        let found = try finished(method, toyRequest(seed: 1))
        let judgement = try #require(found.judgement)
        #expect(judgement.correction == nil)
        #expect(abs(judgement.searchedRMS - found.rms) < 1e-9)
    }

    /// A correction makes any picture fit, and must not hide that no face was found.
    @Test func aBadSearchIsNotConvincing() throws {
        let stripes = (0..<64).flatMap { i -> [UInt8] in Array(repeating: i % 2 == 0 ? 0 : 255, count: 3) }
        let target = try Target(Picture(width: 8, height: 8, pixels: stripes))
        var method = method()
        method.setSteps(1)
        let found = try finished(method, toyRequest(seed: 1, target: target))
        #expect(try #require(found.judgement).isConvincing == false)
    }

    /// The target's likeness is asked of the target alone, whatever was found.
    @Test(arguments: [(-1.0, false), (1.0, true)])
    func aTargetUnlikeAFaceIsNotConvincing(answer: Double, accepted: Bool) throws {
        var latents = LatentSpace(toyStatistics())
        latents.encoder = try #require(Self.encoder(answer: Float(answer)))
        let found = try finished(method(), toyRequest(seed: 1), latents)
        let judgement = try #require(found.judgement)
        #expect(abs(try #require(judgement.likeness) - 1 / (1 + exp(-answer))) < 1e-6)
        #expect(judgement.isConvincing == accepted)
        #expect(method().likeness(of: try toyTarget(side: 8), latents: latents) == judgement.likeness)
        #expect(ClassicMethod().likeness(of: try toyTarget(side: 8), latents: latents) == nil)
        latents.encoder?.likeness = nil
        let unasked = try #require(try finished(method(), toyRequest(seed: 1), latents).judgement)
        #expect(unasked.likeness == nil && unasked.isConvincing)
    }

    /// A face that is missed by much takes more steps by itself, unless the number of steps was said.
    @Test func hardFacesTakeMoreSteps() throws {
        let stripes = (0..<64).flatMap { i -> [UInt8] in Array(repeating: i % 2 == 0 ? 0 : 255, count: 3) }
        let hard = try toyRequest(seed: 1, target: try Target(Picture(width: 8, height: 8, pixels: stripes)))
        var method = FastMethod()
        (method.steps, method.hardSteps, method.exactFit) = (4, 3, false)
        let found = try finished(method, hard)
        #expect(found.steps == 7 && found.ending == .budget)
        method.setSteps(4)
        #expect(try finished(method, hard).steps == 4)
        // What the search comes by on its way is not hard to find again.
        method.setSteps(1)
        let near = try finished(method, hard).picture.downscaled(by: hard.degradation)
        (method.steps, method.hardSteps) = (4, 3)
        #expect(try finished(method, toyRequest(seed: 1, target: try Target(near))).steps == 4)
    }

    @Test func numbersThatAreNotFiniteEndTheSearch() throws {
        let toy = SingleToy()
        toy.afterForward = { number, image in if number == 3 { image[5] = .nan } }
        let search = try method().makeSearch(
            toyRequest(), candidate: 1, latents: LatentSpace(toyStatistics()), seat: SearchSeat(toy))
        while search.next() != nil {}
        #expect(search.ending == .diverged)
        #expect(try #require(search.found()).bestAfter < 2)
    }

    @Test func settingsAreChecked() {
        func refusal(_ change: (inout FastMethod) -> Void) -> FastMethodError? {
            var method = FastMethod()
            change(&method)
            do { try method.validate() } catch { return error }
            return nil
        }
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.steps = 0 } == .steps(0))
        #expect(refusal { $0.learningRate = -1 } == .learningRate(-1))
        #expect(refusal { $0.misfit = .infinity } == .misfit(.infinity))
        #expect(refusal { $0.independentMisfits = 0 } == .independentMisfits(0))
        #expect(refusal { $0.spread = 3 } == .spread(3))
        #expect(refusal { $0.inputNoise = .colour(-1) } == .inputNoise(.colour(-1)))
        #expect(refusal { $0.offsetRate = -1 } == .offsetRate(-1))
    }

    @Test func theRateRisesThenFalls() {
        let factors = (0..<20).map { FastSchedule.factor(step: $0, of: 20) }
        #expect(factors.max() == factors[5] && factors[5] == 1)
        #expect(zip(factors, factors.dropFirst()).prefix(5).allSatisfy { $0 < $1 })
        #expect(zip(factors, factors.dropFirst()).dropFirst(5).allSatisfy { $0 > $1 })
        #expect(factors[19] > 0)
        #expect(FastSchedule.factor(step: 0, of: 1) == 1)
    }

    // MARK: -

    private func method() -> FastMethod {
        var method = FastMethod()
        method.setSteps(8)
        return method
    }

    private func search() throws -> [SearchStep] {
        let search = try method().makeSearch(
            toyRequest(), candidate: 1, latents: LatentSpace(toyStatistics()), seat: SearchSeat(SingleToy()))
        return Array(sequence(state: search) { $0.next() })
    }

    private func finished(
        _ method: FastMethod, _ request: SearchRequest, _ latents: LatentSpace? = nil
    ) throws -> Candidate {
        let search = try method.makeSearch(
            request, candidate: 1, latents: latents ?? LatentSpace(toyStatistics()),
            seat: SearchSeat(SingleToy()))
        while search.next() != nil {}
        return try #require(search.found())
    }

    /// An encoder that guesses the mean, and whose likeness is the logistic function of `answer` for any picture.
    private static func encoder(answer: Float) -> FaceEncoder? {
        func chain(_ bias: Float) -> LayerChain? {
            LayerChain(
                side: 16,
                layers: [.dense(weight: Tensor(zeros: [1, 768]), bias: Tensor([bias], shape: [1]))])
        }
        guard let guess = chain(0), let likeness = chain(answer) else { return nil }
        return FaceEncoder(
            guess, factors: [(side: 8, factor: Tensor([0.1], shape: [1, 1]))], distanceQuantiles: [0, 1],
            likeness: FaceLikeness(likeness))
    }

    private func fastCore(_ toy: ToyGenerator, start: Tensor<Double>) throws -> FastCore<Double> {
        let specification = toy.specification
        let degradation = Resampling(from: specification.resolution, to: 8)
        let noise = ClassicStart<Double>(
            seed: 0, candidate: 1, specification: specification, method: ClassicMethod())
        let (mean, deviation): (Tensor<Double>, Tensor<Double>) = toyLatents()
        return FastCore(
            method(), model: ToyForwardModel(toy, degradation, noise),
            latentModel: LatentModel(mean: mean, standardDeviation: deviation),
            prior: LatentPrior(toyStatistics()),
            likelihood: FaceLikelihood(
                target: try toyTarget(side: 8).tensor(), weights: FaceWeights(), misfit: 16.0 / 255,
                independent: 100),
            start: start, centre: Array(repeating: 0.1, count: 512), candidate: 1,
            workspace: SearchWorkspace(
                SearchWorkspace<Double>.Shape(
                    specification, degradation, rows: specification.liveSlots.count,
                    trainable: specification.noiseSides.map { _ in false })))
    }
}
