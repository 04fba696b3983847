import Degradation
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

@testable import Jobs

@Suite struct CertificateTests {
    /// D written out from its definition, one output pixel at a time, in grey levels.
    private func naiveLowRes(_ picture: Picture, side: Int) -> [Double] {
        let n = picture.width
        let f = Double(n) / Double(side)
        func keys(_ x: Double) -> Double {
            let t = abs(x)
            if t < 1 { return 1.5 * t * t * t - 2.5 * t * t + 1 }
            return t < 2 ? -0.5 * t * t * t + 2.5 * t * t - 4 * t + 2 : 0
        }
        func reflected(_ i: Int) -> Int { i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i }
        let rows = (0..<side).map { i in
            let centre = (Double(i) + 0.5) * f - 0.5
            let taps = Int((centre - 2 * f).rounded(.up))...Int((centre + 2 * f).rounded(.down))
            let sum = taps.reduce(0) { $0 + keys((Double($1) - centre) / f) }
            return taps.map { (reflected($0), keys((Double($0) - centre) / f) / sum) }
        }
        var result: [Double] = []
        for y in 0..<side {
            for x in 0..<side {
                for channel in 0..<3 {
                    var value = 0.0
                    for (row, weightY) in rows[y] {
                        for (column, weightX) in rows[x] {
                            value +=
                                weightY * weightX * Double(picture.pixels[(row * n + column) * 3 + channel])
                        }
                    }
                    result.append(value)
                }
            }
        }
        return result
    }

    @Test(arguments: [8, 12])
    func equalsTheDefinition(side: Int) {
        let picture = noise(side: 64, seed: 1)
        let input = noise(side: side, seed: 2)
        let certificate = Certificate(
            of: picture, input: input, degradation: Resampling(from: 64, to: side))
        let residual = zip(naiveLowRes(picture, side: side), input.pixels).map { $0 - Double($1) }
        let meanSquare = residual.reduce(0) { $0 + $1 * $1 } / Double(residual.count)
        #expect(abs(certificate.rms - meanSquare.squareRoot()) < 1e-9)
        #expect(abs(certificate.mse - meanSquare / (255 * 255)) < 1e-12)
        #expect(abs(certificate.max - (residual.map(abs).max() ?? 0)) < 1e-9)
    }

    @Test func whatIsIgnoredDoesNotCount() {
        let (picture, input) = (noise(side: 64, seed: 1), noise(side: 8, seed: 2))
        let degradation = Resampling(from: 64, to: 8)
        let low = picture.degraded(by: degradation)
        let target: Tensor<Double> = input.tensor()
        let ignored = (0..<192).map { $0 % 3 == 1 }
        let squares = (0..<192).filter { !ignored[$0] }.map {
            (low[$0] - target[$0]) * (low[$0] - target[$0])
        }
        let certificate = Certificate(of: picture, input: input, degradation: degradation, ignoring: ignored)
        #expect(abs(certificate.mse - squares.reduce(0, +) / 128) < 1e-12)
        #expect(abs(certificate.max - 255 * (squares.max() ?? 0).squareRoot()) < 1e-9)
        let nothing = Certificate(
            of: picture, input: input, degradation: degradation, ignoring: Array(repeating: true, count: 192))
        #expect(nothing.rms == 0)
    }

    /// One channel after the other, and the bits of all three together.
    @Test(arguments: OperatorKind.all.map(\.name))
    func channelsAreDegradedOneByOne(name: String) throws {
        let degradation = try #require(OperatorKind.named(name)).make(64, 12)
        let picture = noise(side: 64, seed: 4)
        #expect(picture.degraded(by: degradation) == degradation.apply(picture.tensor() as Tensor<Double>))
        let together: Tensor<Float> = degradation.apply(picture.tensor())
        let apart: Tensor<Float> = picture.eachChannel(degradation.targetSize) { degradation.apply($0) }
        #expect(apart == together)
    }

    @Test func evenDifferenceIsItsOwnSize() {
        let certificate = Certificate(
            of: .canvas(width: 1024, height: 1024, fill: (100, 100, 100)),
            input: .canvas(width: 30, height: 30, fill: (90, 90, 90)),
            degradation: Resampling(from: 1024, to: 30))
        #expect(abs(certificate.rms - 10) < 1e-9)
        #expect(abs(certificate.max - 10) < 1e-9)
        #expect(certificate.isAccepted(tolerance: 10.0001))
        #expect(!certificate.isAccepted(tolerance: 9.9999))
        #expect(certificate.isAccepted(tolerance: certificate.rms))
    }

    /// The file is what is measured: change it, and the certificate changes.
    @Test func measuresTheFile() throws {
        try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent("1.png")
            let degradation = Resampling(from: 64, to: 16)
            let input = Picture.canvas(width: 16, height: 16, fill: (10, 20, 30))
            try noise(side: 64, seed: 3).writePNG(to: url, provenance: nil)
            let first = try Certificate(ofPictureAt: url, input: input, degradation: degradation)
            #expect(
                first == Certificate(of: noise(side: 64, seed: 3), input: input, degradation: degradation))
            try Picture.canvas(width: 64, height: 64, fill: (10, 20, 30)).writePNG(to: url, provenance: nil)
            let second = try Certificate(ofPictureAt: url, input: input, degradation: degradation)
            #expect(second.rms < 1e-9)
            #expect(first.rms > 50)
        }
    }
}

/// A picture of random levels.
func noise(side: Int, seed: UInt64) -> Picture {
    let random = CounterRandom(seed: seed)
    let pixels = (0..<3 * side * side).map { UInt8(random.uniform(UInt64($0)) * 256) }
    return Picture(width: side, height: side, pixels: pixels)
}
