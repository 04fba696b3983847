import Degradation
import Foundation
import Tensors
import TestSupport
import Testing

/// What every operator that users can name owes, whatever it is: the list is walked, so that a new one is held to it
/// without a line here.
@Suite struct OperatorTests {
    /// Source and target sides: dividing or not, odd, equal, and one.
    static let sides = [(64, 8), (64, 64), (50, 7), (33, 20), (9, 3), (5, 2), (2, 1), (1, 1)]
    static let names = OperatorKind.all.map(\.name)

    static func operators(_ name: String) throws -> [any Degradation] {
        let kind = try #require(OperatorKind.named(name))
        return sides.map { kind.make($0.0, $0.1) }
    }

    @Test func areTheOnesThatUsersKnow() {
        #expect(Self.names.prefix(5) == ["bicubic", "box", "nearest", "bilinear", "lanczos"])
        #expect(Set(Self.names).count == Self.names.count)
        #expect(OperatorKind.named("auto") == nil)
    }

    @Test("⟨Ax, y⟩ = ⟨x, Aᵀy⟩", arguments: names)
    func adjoint(name: String) throws {
        for a in try Self.operators(name) {
            let (source, target) = (a.sourceSize, a.targetSize)
            let x: Tensor<Float> = randomTensor([2, source.height, source.width], stream: 1)
            let y: Tensor<Float> = randomTensor([2, target.height, target.width], stream: 2)
            let (ax, aty): (Tensor<Float>, Tensor<Float>) = (a.apply(x), a.applyAdjoint(y))
            #expect(ax.shape == y.shape && aty.shape == x.shape)
            let terms = zip(ax.elements, y.elements).map { Double($0) * Double($1) }
            let scale = terms.map(abs).reduce(0, +)
            let error = abs(terms.reduce(0, +) - dot(x.map { Double($0) }, aty.map { Double($0) }))
            #expect(error <= 1e-6 * scale, "\(name), \(source) to \(target)")
        }
    }

    /// A(x + 2y) = A(x) + 2 A(y), and both precisions are the same operator.
    @Test(arguments: names) func isLinearInBothPrecisions(name: String) throws {
        for a in try Self.operators(name) {
            let shape = [3, a.sourceSize.height, a.sourceSize.width]
            let x: Tensor<Double> = randomTensor(shape, stream: 1)
            let y: Tensor<Double> = randomTensor(shape, stream: 2)
            let sum = Tensor(zip(x.elements, y.elements).map { $0 + 2 * $1 }, shape: shape)
            let parts = zip((a.apply(x) as Tensor<Double>).elements, (a.apply(y) as Tensor<Double>).elements)
            let single: Tensor<Float> = a.apply(sum.map { Float($0) })
            let whole: Tensor<Double> = a.apply(sum)
            for (i, (one, other)) in parts.enumerated() {
                #expect(abs(whole[i] - (one + 2 * other)) < 1e-12)
                #expect(abs(whole[i] - Double(single[i])) < 1e-5)
            }
        }
    }

    /// An operator says whether it keeps constants, and says so rightly.
    @Test(arguments: names) func keepsConstantsIfItSaysSo(name: String) throws {
        for a in try Self.operators(name) {
            let shape = [1, a.sourceSize.height, a.sourceSize.width]
            let flat = Tensor<Double>([Double](repeating: 0.7, count: shape.reduce(1, *)), shape: shape)
            let result: Tensor<Double> = a.apply(flat)
            let keeps = result.elements.allSatisfy { abs($0 - 0.7) < 1e-12 }
            #expect(keeps == a.keepsConstants, "\(name), \(a.sourceSize) to \(a.targetSize)")
        }
    }

    /// Whatever the caller's tensors held, the bits are the same.
    @Test(arguments: names) func overwritesWhatItIsGiven(name: String) throws {
        for a in try Self.operators(name) {
            let x: Tensor<Float> = randomTensor([3, a.sourceSize.height, a.sourceSize.width], stream: 1)
            let expected: Tensor<Float> = a.apply(x)
            var scratch = Tensor<Float>(zeros: a.scratchShape(channels: 3)).map { _ in Float.nan }
            var small = expected.map { _ in Float.nan }
            a.apply(x, into: &small, scratch: &scratch)
            #expect(small == expected)
            var large = x.map { _ in Float.nan }
            a.applyAdjoint(expected, into: &large, scratch: &scratch)
            #expect(large == a.applyAdjoint(expected))
        }
    }

    @Test(arguments: names) func isMadeAgainFromItsRecord(name: String) throws {
        for a in try Self.operators(name) {
            let data = try JSONEncoder().encode(a.record)
            let record = try JSONDecoder().decode(DegradationRecord.self, from: data)
            let again = try #require(record.degradation)
            #expect(record.name == name && again.record == a.record)
            let x: Tensor<Float> = randomTensor([3, a.sourceSize.height, a.sourceSize.width], stream: 1)
            #expect((again.apply(x) as Tensor<Float>) == a.apply(x))
        }
    }

    @Test func noRecordOfAnotherMakesOne() {
        let size = PixelSize(side: 8)
        #expect(DegradationRecord(name: "mosaic?", sourceSize: size, targetSize: size).degradation == nil)
        let larger = DegradationRecord(name: "box", sourceSize: size, targetSize: PixelSize(side: 9))
        #expect(larger.degradation == nil)
        let oblong = DegradationRecord(
            name: "box", sourceSize: size, targetSize: PixelSize(width: 4, height: 2))
        #expect(oblong.degradation == nil)
        let empty = DegradationRecord(
            name: "box", sourceSize: PixelSize(side: 0), targetSize: PixelSize(side: 0))
        #expect(empty.degradation == nil)
    }
}
