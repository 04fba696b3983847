import Tensors

/// One optimised tensor: it takes its optimiser's step, then returns to its spheres.
///
/// The optimiser's running means stay where they are, neither projected nor turned, as in PULSE.
struct Parameter<Scalar: BinaryFloatingPoint & Sendable> {
    var value: Tensor<Scalar>
    /// Where the next value is written: who was given the present one keeps it until then.
    private var next: Tensor<Scalar>
    private let sphere: Sphere
    var optimizer: Optimizer<Scalar>

    /// - Parameter rows: how many equal parts have a sphere of their own.
    init(_ value: Tensor<Scalar>, rows: Int, _ kind: OptimizerKind) {
        self.value = value
        next = Tensor(zeros: value.shape)
        sphere = Sphere(through: value, rows: rows)
        optimizer = Optimizer(kind, count: value.count)
    }

    /// - Returns: whether the new value is finite.
    mutating func move(against gradient: Tensor<Scalar>, rate: Double) -> Bool {
        optimizer.step(from: value, gradient: gradient, rate: rate, into: &next)
        let isFinite = sphere.retract(&next)
        swap(&value, &next)
        return isFinite
    }
}

extension Tensor {
    /// Overwrites the elements with those of a tensor of the same shape, without sharing its memory.
    mutating func copyElements(of source: Tensor) {
        precondition(shape == source.shape, "the tensors differ in shape")
        withUnsafeMutableBufferPointer { target in
            source.withUnsafeBufferPointer { _ = target.update(fromContentsOf: $0) }
        }
    }
}
