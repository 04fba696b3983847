import Foundation
import Tensors
import TestSupport
import Testing

@testable import Degradation

@Suite("Resampling, the operator D")
struct ResamplingTests {
    struct Goldens: Decodable {
        struct Case: Decodable, Sendable, CustomTestStringConvertible {
            var kernel: String
            var source: Int
            var side: Int
            var values: [Float]
            var testDescription: String { "\(kernel) \(source) → \(side)" }
        }
        var original: [Case]
        var interior: [Case]

        static let all: Goldens = {
            do {
                return try JSONDecoder().decode(
                    Goldens.self, from: Data(contentsOf: goldenURL("downscale.json")))
            } catch {
                fatalError("Goldens/downscale.json: \(error)")
            }
        }()
    }

    static let sides = [
        (64, 64), (64, 32), (64, 8), (64, 1), (64, 20), (64, 33), (50, 7), (5, 2), (1, 1), (2, 1),
    ]

    /// The picture of Tools/goldens/imaging.py, from integers.
    static func formulaImage<S>(_ n: Int) -> Tensor<S> {
        var image = Tensor<S>(zeros: [3, n, n])
        image.withUnsafeMutableBufferPointer { values in
            for c in 0..<3 {
                for y in 0..<n {
                    for x in 0..<n {
                        let hashed = (c * 7919 + y * 104_729 + x * 1_299_709 + y * x * 31) % 1009
                        values[(c * n + y) * n + x] = S(Float(hashed) / 1008)
                    }
                }
            }
        }
        return image
    }

    private static func positions(_ s: Int) -> [Int] {
        Set([0, 1, 2, s / 3, s / 2 - 1, s / 2, s - 3, s - 2, s - 1]).sorted()
    }

    private func largestDifference(_ golden: Goldens.Case, inside: Bool) throws -> Float {
        let filter = try #require(Resampling.Filter(rawValue: golden.kernel))
        let d = Resampling(filter: filter, from: golden.source, to: golden.side)
        let result = d.apply(Self.formulaImage(golden.source) as Tensor<Float>)
        let (at, s) = (Self.positions(golden.side), golden.side)
        try #require(golden.values.count == 3 * at.count * at.count)
        var largest: Float = 0
        var next = 0
        for c in 0..<3 {
            for y in at {
                for x in at {
                    let value = golden.values[next]
                    next += 1
                    let isBorder = min(x, y) < 3 || max(x, y) > s - 4
                    if inside && isBorder { continue }
                    largest = max(largest, abs(result[(c * s + y) * s + x] - value))
                }
            }
        }
        return largest
    }

    @Test("Bicubic equals the original's BicubicDownSample", arguments: Goldens.all.original)
    func original(golden: Goldens.Case) throws {
        #expect(try largestDifference(golden, inside: false) <= 1e-6)
    }

    @Test(
        "Away from the border the filters equal Pillow's, whatever the side", arguments: Goldens.all.interior)
    func pillow(golden: Goldens.Case) throws {
        #expect(try largestDifference(golden, inside: true) <= 2e-6)
    }

    @Test("⟨Dx, y⟩ = ⟨x, Dᵀy⟩", arguments: Resampling.Filter.allCases, sides)
    func adjoint(filter: Resampling.Filter, sides: (Int, Int)) {
        let (n, s) = sides
        let d = Resampling(filter: filter, from: n, to: s)
        let x: Tensor<Double> = CounterRandom(seed: 1).normals(shape: [2, n, n])
        let y: Tensor<Double> = CounterRandom(seed: 2).normals(shape: [2, s, s])
        let (dx, dty) = (d.apply(x), d.applyAdjoint(y))
        #expect(dx.shape == [2, s, s] && dty.shape == [2, n, n])
        let left = zip(dx.elements, y.elements).map(*)
        let right = zip(x.elements, dty.elements).map(*)
        let scale = left.map(abs).reduce(0, +) + 1e-300
        #expect(abs(left.reduce(0, +) - right.reduce(0, +)) <= 1e-12 * scale)
    }

    @Test("The adjoint at full size, dividing or not", arguments: [16, 20, 32, 33, 100, 256])
    func adjointAtFullSize(s: Int) {
        let d = Resampling(from: 1024, to: s)
        let x: Tensor<Double> = Self.formulaImage(1024)
        let y: Tensor<Double> = CounterRandom(seed: 3).normals(shape: [3, s, s])
        let left = zip(d.apply(x).elements, y.elements).map(*)
        let right = zip(x.elements, d.applyAdjoint(y).elements).map(*)
        let scale = left.map(abs).reduce(0, +)
        #expect(abs(left.reduce(0, +) - right.reduce(0, +)) <= 1e-12 * scale)
    }

    @Test("A constant stays that constant", arguments: Resampling.Filter.allCases, sides)
    func constants(filter: Resampling.Filter, sides: (Int, Int)) {
        let (n, s) = sides
        let flat = Tensor<Double>([Double](repeating: 0.7, count: n * n), shape: [1, n, n])
        for value in Resampling(filter: filter, from: n, to: s).apply(flat).elements {
            #expect(abs(value - 0.7) < 1e-13)
        }
    }

    @Test(
        "The same side is the identity, but for a blur",
        arguments: Resampling.Filter.allCases.filter { $0 != .gaussian })
    func identity(filter: Resampling.Filter) {
        let x: Tensor<Double> = CounterRandom(seed: 4).normals(shape: [1, 9, 9])
        let y = Resampling(filter: filter, from: 9, to: 9).apply(x)
        for (a, b) in zip(x.elements, y.elements) { #expect(abs(a - b) < 1e-12) }
    }

    @Test("A ramp is sampled at the output centres (i+½)f−½", arguments: [(64, 8), (60, 7), (100, 33)])
    func centring(n: Int, s: Int) {
        let ramp = Tensor<Double>((0..<n * n).map { Double($0 % n) }, shape: [1, n, n])
        let f = Double(n) / Double(s)
        for filter in [Resampling.Filter.bicubic, .box, .bilinear] {
            let y = Resampling(filter: filter, from: n, to: s).apply(ramp)
            for i in 2..<s - 2 {
                // Exact where the taps lie symmetrically about the centre.
                let tolerance = n % s == 0 ? 1e-10 : 0.05 * f
                #expect(abs(y[2 * s + i] - ((Double(i) + 0.5) * f - 0.5)) < tolerance)
            }
        }
    }

    @Test("Nearest takes the pixel at the centre, of two the one before")
    func nearest() {
        func columns(_ n: Int, _ s: Int) -> [Int] {
            ResamplingBands(filter: .nearest, from: n, to: s).starts
        }
        #expect(columns(8, 2) == [1, 5])
        #expect(columns(9, 3) == [1, 4, 7])
        #expect(columns(5, 2) == [1, 3])
        #expect(columns(7, 7) == Array(0..<7))
        #expect(columns(10, 4) == [1, 3, 6, 8])
    }

    @Test("Box counts a pixel by the part that is inside")
    func box() {
        let x = Tensor<Double>([1, 2, 4, 8, 16] + [Double](repeating: 0, count: 20), shape: [1, 5, 5])
        let bands = ResamplingBands(filter: .box, from: 5, to: 2)
        #expect(bands.weights.elementsEqual([0.4, 0.4, 0.2, 0.2, 0.4, 0.4]))
        let y = Resampling(filter: .box, from: 5, to: 2).apply(x)
        #expect(abs(y[0] - 0.4 * (0.4 + 0.8 + 0.8)) < 1e-15)
        #expect(abs(y[1] - 0.4 * (0.8 + 3.2 + 6.4)) < 1e-15)
    }

    @Test("Into the caller's tensors: the same bits, whatever they held")
    func reuse() {
        let d = Resampling(from: 64, to: 20)
        let x: Tensor<Float> = Self.formulaImage(64)
        let y = d.apply(x)
        var result = y.map { _ in Float.nan }
        var scratch = Tensor<Float>(zeros: d.scratchShape(channels: 3)).map { _ in Float.nan }
        d.apply(x, into: &result, scratch: &scratch)
        #expect(result == y)
        let back = d.applyAdjoint(y)
        var large = x.map { _ in Float.nan }
        d.applyAdjoint(y, into: &large, scratch: &scratch)
        #expect(large == back)
    }

    /// A wave goes through a Gaussian blur as its transfer function says, exp(−2π²σ²ν²), but for what lies beyond 3σ.
    @Test(arguments: [0.05, 0.25, 0.5]) func gaussianIsABlurOfHalfAnOutputPixel(cycles: Double) {
        let (n, s) = (256, 32)
        func wave(_ x: Double) -> Double { cos(2 * .pi * cycles * x) }
        let image = (0..<n * n).map { wave((Double($0 % n) + 0.5) * Double(s) / Double(n)) }
        let blurred = Resampling(filter: .gaussian, from: n, to: s).apply(Tensor(image, shape: [1, n, n]))
        for x in 2..<s - 2 {
            let expected = exp(-0.5 * .pi * .pi * cycles * cycles) * wave(Double(x) + 0.5)
            #expect(abs(blurred[s / 2 * s + x] - expected) < 0.01)
        }
    }
}
