import Generators
import Imaging
import Tensors
import TestSupport
import Testing

@testable import Search

/// A search whose numbers stop being finite ends there, says so, and keeps the best point before.
@Suite struct DivergenceTests {
    /// What a network may do to its picture once it overflows.
    enum Fault: CaseIterable {
        case allNaN, onePixelNaN, onePixelInfinite, allInfinite

        func spoil(_ image: inout Tensor<Float>) {
            switch self {
            case .allNaN: image = image.map { _ in .nan }
            case .onePixelNaN: image[700] = .nan
            case .onePixelInfinite: image[700] = -.infinity
            case .allInfinite: image = image.map { _ in .infinity }
            }
        }
    }

    /// A toy whose pictures are spoilt from one forward pass on.
    private func toy(_ fault: Fault, from pass: Int) -> SingleToy {
        let toy = SingleToy()
        toy.afterForward = { number, image in if number >= pass { fault.spoil(&image) } }
        return toy
    }

    /// Black fits a black target perfectly, and black is what a file would show of a picture that is not a number.
    private func request() throws -> SearchRequest {
        try toyRequest(target: Target(.canvas(width: 8, height: 8, fill: (0, 0, 0))))
    }

    private func search(_ toy: SingleToy, _ method: ClassicMethod = toyMethod()) throws -> ClassicSearch {
        try ClassicSearch(method, request(), latents: toyStatistics(), seat: SearchSeat(toy))
    }

    @Test(arguments: Fault.allCases, ["100*L2+0.05*GEOCROSS", "5*L1", "1*GEOCROSS"])
    func endsAtThePictureThatIsNotFinite(fault: Fault, loss: String) throws {
        var method = toyMethod()
        method.loss = try LossExpression(loss)
        let sound = try search(SingleToy(), method)
        let expected = Array(sound.prefix(3))
        let best = try #require(sound.found())

        let search = try search(toy(fault, from: 4), method)
        let steps = Array(search)
        #expect(steps.map(\.index) == [1, 2, 3])
        #expect(steps.map(\.fit) == expected.map(\.fit))
        #expect(steps.allSatisfy { $0.totalLoss.isFinite && $0.fit.isFinite })
        #expect(search.next() == nil && search.ending == .diverged)
        let found = try #require(search.found())
        #expect(found.ending == .diverged && found.steps == 3)
        #expect(found.picture == best.picture && found.fit == best.fit && found.bestAfter == best.bestAfter)
        #expect(found.w == best.w)
    }

    @Test(arguments: Fault.allCases) func thePointAfterTheLastStepMayDiverge(fault: Fault) throws {
        let search = try search(toy(fault, from: 3), toyMethod(steps: 2))
        #expect(Array(search).count == 2)
        let found = try #require(search.found())
        #expect(found.ending == .diverged && found.steps == 2 && found.bestAfter < 2 && found.fit > 0)
    }

    /// Nothing was found where the first point is not finite already, and it is said why.
    @Test(arguments: Fault.allCases) func findsNothingWhereTheStartIsNotFinite(fault: Fault) throws {
        let search = try search(toy(fault, from: 1))
        #expect(Array(search).isEmpty)
        #expect(search.found() == nil && search.currentPicture == nil && search.ending == .diverged)
    }

    @Test(arguments: [true, false]) func endsAtAGradientThatIsNotFinite(ofNoise: Bool) throws {
        let toy = SingleToy()
        toy.afterBackward = { number, dW, dNoise in
            guard number == 2 else { return }
            if ofNoise { dNoise[1]?[3] = .nan } else { dW[5] = -.infinity }
        }
        let search = try search(toy)
        #expect(Array(search).map(\.index) == [1, 2])
        let found = try #require(search.found())
        #expect(found.ending == .diverged && found.bestAfter < 2)
        #expect(toy.toy.forwards == 2, "a point that is not finite is not rendered")
    }

    @Test(arguments: OptimizerKind.allCases) func endsAtStepsThatAreTooLong(optimizer: OptimizerKind) throws {
        var method = toyMethod()
        (method.optimizer, method.learningRate, method.schedule) = (optimizer, 1e300, .fixed)
        let search = try search(SingleToy(), method)
        #expect(Array(search).count == 1)
        let found = try #require(search.found())
        #expect(found.ending == .diverged && found.bestAfter == 0 && found.fit > 0)
    }

    /// A degradation that does not look at the pixel in question cannot tell; the picture is looked at itself.
    @Test func aPixelThatTheDegradationSkipsIsNoticed() throws {
        for pixel in 0..<64 {
            let toy = SingleToy()
            toy.afterForward = { number, image in if number >= 2 { image[pixel] = .nan } }
            var request = try toyRequest(filter: .nearest)
            request.target = try Target(.canvas(width: 8, height: 8, fill: (90, 90, 90)))
            let search = try ClassicSearch(
                toyMethod(), request, latents: toyStatistics(), seat: SearchSeat(toy))
            for _ in search {}
            #expect(try #require(search.found()).bestAfter == 0, "pixel \(pixel)")
        }
    }

    @Test(arguments: [1, 2]) func othersOfTheBatchGoOn(seats: Int) throws {
        let toys = (0..<seats).map { _ in SingleToy() }
        // On one seat candidate 1 has the odd passes.
        toys[0].afterForward = { number, image in
            if number == (seats == 1 ? 3 : 2) { Fault.allNaN.spoil(&image) }
        }
        let batch = try SearchBatch(
            toyMethod(), request(), latents: LatentSpace(toyStatistics()), seats: toys.map { SearchSeat($0) },
            candidates: 1...2)
        let steps = Array(batch)
        #expect(steps.map(\.candidate) == [1, 2, 2, 2, 2, 2, 2])
        #expect(batch.found().map(\.ending) == [.diverged, .budget])
        #expect(batch.found().map(\.steps) == [1, 6])
        let alone = try ClassicSearch(
            toyMethod(), request(), candidate: 2, latents: toyStatistics(), seat: SearchSeat(SingleToy()))
        for _ in alone {}
        #expect(batch.found()[1].picture == alone.found()?.picture)
    }

    /// A mean that is not a number is no mean below eps.
    @Test func lossesOfWhatIsNotANumberAreNotNumbers() {
        let target = Tensor<Double>(zeros: [3, 1, 1])
        let loss = PixelLoss(target: target, eps: 0.5)
        for value in [Double.nan, .infinity] {
            let x = Tensor<Double>([0, value, 0], shape: [3, 1, 1])
            var dX = Tensor<Double>(zeros: x.shape)
            #expect(!loss.l2(x, weight: 1, dLowRes: &dX).isFinite)
            #expect(!loss.l1(x, weight: 1, dLowRes: &dX).isFinite)
        }
    }

    @Test func finitenessIsThatOfEveryElement() {
        for count in 1...9 {
            let numbers = Tensor<Float>(
                (0..<count).map {
                    $0 % 2 == 0 ? Float.greatestFiniteMagnitude : -Float.greatestFiniteMagnitude
                },
                shape: [count])
            #expect(Float.isFinite(numbers))
            for place in 0..<count {
                for value in [Float.nan, .infinity, -.infinity] {
                    var spoilt = numbers
                    spoilt[place] = value
                    #expect(!Float.isFinite(spoilt))
                }
            }
        }
    }
}
