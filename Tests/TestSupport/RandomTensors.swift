import Tensors

/// A tensor of standard normal numbers, the same on every run: one stream per tensor of a test.
public func randomTensor<Scalar>(
    _ shape: [Int], stream: UInt64, seed: UInt64 = 0, as type: Scalar.Type = Scalar.self
) -> Tensor<Scalar> {
    CounterRandom(seed: seed, stream: stream).normals(shape: shape)
}

/// a + step·b.
public func added<Scalar>(_ a: Tensor<Scalar>, _ step: Scalar, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
    Tensor(zip(a.elements, b.elements).map { $0 + step * $1 }, shape: a.shape)
}

/// The slope at x of a scalar function along `direction`, by central differences of fourth order:
/// [8(f(x+h) − f(x−h)) − (f(x+2h) − f(x−2h))] / 12h.
public func directionalDerivative(
    at x: Tensor<Double>, along direction: Tensor<Double>, step h: Double = 1e-3,
    of f: (Tensor<Double>) throws -> Double
) rethrows -> Double {
    let near = try f(added(x, h, direction)) - f(added(x, -h, direction))
    let far = try f(added(x, 2 * h, direction)) - f(added(x, -2 * h, direction))
    return (8 * near - far) / (12 * h)
}
