import Tensors

/// The spheres that a parameter stays on: one radius for each row, fixed at the start.
///
/// Source: PULSE, SphericalOptimizer.py; √(Σ + 10⁻⁹) stands for the length at the start and at every return.
struct Sphere: Sendable {
    /// One for each row.
    let radii: [Double]

    /// - Parameter rows: how many equal parts of the parameter have a radius of their own.
    init<Scalar>(through parameter: Tensor<Scalar>, rows: Int) {
        radii = (0..<rows).map { length(parameter, row: $0, of: rows) }
    }

    /// Moves every row back along its own direction to its radius.
    /// - Returns: whether every row had a finite length.
    func retract<Scalar>(_ parameter: inout Tensor<Scalar>) -> Bool {
        var isFinite = true
        let size = parameter.count / radii.count
        for (row, radius) in radii.enumerated() {
            let divisor = Scalar(length(parameter, row: row, of: radii.count))
            if !divisor.isFinite { isFinite = false }
            let radius = Scalar(radius)
            parameter.withUnsafeMutableBufferPointer { x in
                for i in row * size..<(row + 1) * size { x[i] = x[i] / divisor * radius }
            }
        }
        return isFinite
    }
}

private func length<Scalar>(_ parameter: Tensor<Scalar>, row: Int, of rows: Int) -> Double {
    let size = parameter.count / rows
    return parameter.withUnsafeBufferPointer { x in
        var sum = 0.0
        for i in row * size..<(row + 1) * size { sum += Double(x[i]) * Double(x[i]) }
        return (sum + 1e-9).squareRoot()
    }
}
