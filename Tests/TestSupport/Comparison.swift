import Tensors
import Testing

/// The largest |a − b| over all elements; infinite where an element is not a number.
public func maxAbsDifference<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Double {
    worst(a, b) { _ in 1 }.excess
}

/// ‖a − b‖ / ‖b‖ in the Euclidean norm; b is the trusted side.
public func relativeError<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Double {
    let difference = zip(a.elements, b.elements).reduce(0.0) { sum, pair in
        let d = Double(pair.0) - Double(pair.1)
        return sum + d * d
    }
    return (difference / dot(b, b)).squareRoot()
}

/// ⟨a, b⟩ accumulated in Double.
public func dot<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Double {
    zip(a.elements, b.elements).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
}

/// ⟨a, b⟩ / (‖a‖‖b‖).
public func cosine<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Double {
    dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
}

/// Expects equal shapes and |actual − expected| ≤ absolute + relative·|expected|, element by element.
public func expectClose<Scalar>(
    _ actual: Tensor<Scalar>, _ expected: Tensor<Scalar>, absolute: Double = 0, relative: Double = 0,
    _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    guard expectShape(actual, expected, what, sourceLocation) else { return }
    let found = worst(actual, expected) { absolute + relative * abs(Double(expected[$0])) }
    report(found, actual, expected, what, sourceLocation)
}

/// Expects |actual − expected| ≤ tolerance·magnitude, element by element, where `magnitude` holds the sum of
/// the absolute values of the terms behind each element: the scale of any honest rounding error.
public func expectClose<Scalar, Magnitude>(
    _ actual: Tensor<Scalar>, _ expected: Tensor<Scalar>, tolerance: Double,
    magnitude: Tensor<Magnitude>, _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    guard expectShape(actual, expected, what, sourceLocation) else { return }
    #expect(
        magnitude.count == actual.count, "\(what): magnitude has another size", sourceLocation: sourceLocation
    )
    let found = worst(actual, expected) { tolerance * Double(magnitude[$0]) + 1e-30 }
    report(found, actual, expected, what, sourceLocation)
}

private struct Worst {
    var position = 0
    /// |difference| ÷ allowance at that position.
    var excess = 0.0
}

private func worst<Scalar>(
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, allowance: (Int) -> Double
) -> Worst {
    precondition(a.count == b.count, "tensors differ in size: \(a.shape) and \(b.shape)")
    var found = Worst()
    for i in 0..<a.count {
        let difference = abs(Double(a[i]) - Double(b[i]))
        let excess = difference == 0 ? 0 : difference / allowance(i)
        if excess > found.excess || excess.isNaN {
            found = Worst(position: i, excess: excess.isNaN ? .infinity : excess)
        }
    }
    return found
}

private func expectShape<Scalar>(
    _ actual: Tensor<Scalar>, _ expected: Tensor<Scalar>, _ what: String, _ location: SourceLocation
) -> Bool {
    #expect(actual.shape == expected.shape, "\(what): shapes differ", sourceLocation: location)
    return actual.shape == expected.shape
}

private func report<Scalar>(
    _ found: Worst, _ actual: Tensor<Scalar>, _ expected: Tensor<Scalar>, _ what: String,
    _ location: SourceLocation
) {
    guard found.excess > 1 else { return }
    var index: [Int] = []
    var rest = found.position
    for extent in actual.shape.reversed() {
        index.insert(rest % extent, at: 0)
        rest /= extent
    }
    let message =
        "\(what): at \(index) of \(actual.shape) got \(actual[found.position]), expected "
        + "\(expected[found.position]): \(found.excess) times what is allowed"
    Issue.record(Comment(rawValue: message), sourceLocation: location)
}
