import Generators
import Tensors
import TestSupport
import Testing

@testable import Search

/// Answers that are to be like a face that was found before.
@Suite struct NearFaceTests {
    private func face(_ u: Float) -> NearFace {
        let statistics = toyStatistics()
        // w whose v = LReLU5(w) is μ + u σ, the same in three slots.
        let w = (0..<3).flatMap { _ in
            (0..<512).map { i -> Float in
                let v = statistics.mean[i] + u * statistics.standardDeviation[i]
                return v > 0 ? v : v / 5
            }
        }
        return NearFace(w: Tensor(w, shape: [3, 512]), statistics: statistics)
    }

    @Test func latentsAreBroughtBack() {
        for value: Float in [-1.5, 0, 0.75] {
            #expect(face(value).u.allSatisfy { abs($0 - value) < 1e-4 })
        }
    }

    @Test func anAxisMovesByItsOwnDeviation() {
        let statistics = toyStatistics()
        var moved = face(0)
        moved.move(2, along: .axis(3), statistics: statistics)
        // In v, along the axis alone, by twice its standard deviation.
        var products = [Double](repeating: 0, count: 3)
        for k in 0..<3 {
            for i in 0..<512 {
                products[k] +=
                    Double(moved.u[i] * statistics.standardDeviation[i])
                    * Double(statistics.eigenvectors[k * 512 + i])
            }
        }
        let expected = 2 * Double(statistics.eigenvalues[2]).squareRoot()
        #expect(abs(products[2] - expected) < 1e-4 && abs(products[0]) < 1e-4 && abs(products[1]) < 1e-4)
    }

    @Test func aNamedDirectionIsFiveTimesAsSteepWhereLatentsAreNegative() {
        let statistics = toyStatistics()
        var direction = [Float](repeating: 0, count: 512)
        // μ of the toy is −0.3 at 0 and −0.1 at 4: both negative until moved up.
        (direction[0], direction[4]) = (1, 1)
        var moved = face(0)
        moved.u[4] = 3
        moved.move(1, along: .latent(direction), statistics: statistics)
        let steps = [0, 4].map { (moved.u[$0] - ($0 == 4 ? 3 : 0)) * statistics.standardDeviation[$0] }
        #expect(abs(steps[0] / steps[1] - 5) < 1e-3, "\(steps)")
        var still = face(0)
        still.move(1, along: .latent([Float](repeating: 0, count: 512)), statistics: statistics)
        #expect(still == face(0))
    }

    @Test func candidatesStartNearIt() {
        let latents = LatentSpace(toyStatistics())
        func start(_ near: NearFace?, candidate: Int) -> [Float] {
            FastStart(
                seed: 1, candidate: candidate, specification: ToyGenerator(resolution: 64).specification,
                latents: latents,
                target: Tensor(zeros: [3, 8, 8]), spread: 1, near: near
            ).u
        }
        var near = face(0.5)
        near.share = 0
        #expect(start(near, candidate: 1) == near.u && start(near, candidate: 2) == near.u)
        near.share = 0.35
        let (one, two, free) = (
            start(near, candidate: 1), start(near, candidate: 2), start(nil, candidate: 1)
        )
        #expect(one != two)
        for i in 0..<512 { #expect(abs(one[i] - 0.5 - 0.35 * free[i]) < 1e-4) }
    }

    @Test func aFaceOfAnotherModelIsRefused() throws {
        var method = FastMethod()
        method.near = face(0)
        try method.validate(for: ToyGenerator(resolution: 64).specification)
        method.near?.u.removeLast()
        #expect(throws: FastMethodError.near) {
            try method.validate(for: ToyGenerator(resolution: 64).specification)
        }
        method.near = face(.infinity)
        #expect(throws: FastMethodError.near) { try method.validate() }
    }
}
