import Foundation
import Tensors
import TestSupport
import Testing

/// The helpers themselves: a comparison that cannot fail proves nothing.
@Suite struct TestSupportTests {
    let a = Tensor<Double>([1, 2, 3, 4], shape: [2, 2])

    @Test func comparisonsFailWhereTheyShould() {
        var b = a
        b[3] = 4.1
        expectClose(a, b, absolute: 0.11)
        withKnownIssue { expectClose(a, b, absolute: 0.09) }
        withKnownIssue { expectClose(a, b, relative: 0.02) }
        withKnownIssue { expectClose(a, a.reshaped([4]), absolute: 1) }
        withKnownIssue { expectClose(a, b, tolerance: 0.01, magnitude: a) }
        expectClose(a, b, tolerance: 0.03, magnitude: a)
        b[0] = .nan
        withKnownIssue { expectClose(b, a, absolute: 10) }
        #expect(maxAbsDifference(a, b) == .infinity)
    }

    @Test func measuresAreRight() {
        let b = Tensor<Double>([1, 2, 3, 5], shape: [2, 2])
        #expect(maxAbsDifference(a, b) == 1)
        #expect(abs(relativeError(a, b) - 1 / 39.0.squareRoot()) < 1e-15)
        #expect(abs(cosine(a, a) - 1) < 1e-15)
        let slope = directionalDerivative(at: a, along: b) { x in x.elements.reduce(0) { $0 + $1 * $1 * $1 } }
        #expect(abs(slope - 3 * zip(a.elements, b.elements).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }) < 1e-9)
    }

    @Test func programRunsBesideTheTests() throws {
        let help = try PulseBinary.run(["--version"])
        #expect(help.status == 0, "\(help)")
        let wrong = try PulseBinary.run(["--no-such-option"])
        #expect(wrong.status != 0 && !wrong.standardError.isEmpty, "\(wrong)")
    }
}
