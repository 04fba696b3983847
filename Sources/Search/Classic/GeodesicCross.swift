import Foundation
import Tensors

/// GEOCROSS: how far apart the layers' latents point from each other, as
/// (64/L²) Σ_ij θ_ij² with θ_ij = 2 atan2(|w_i − w_j|, |w_i + w_j|) over all ordered pairs.
///
/// The lengths carry 10⁻⁹ under their roots, and the vectors are not normalised, as in PULSE's code; the
/// diagonal therefore contributes about 10⁻⁹. With one layer the loss is zero.
/// The gradient is derived in Documentation/Math/GeodesicCross.md.
///
/// Source: PULSE, loss.py (where L = 18).
struct GeodesicCross<Scalar: BinaryFloatingPoint & Sendable> {
    /// For each ordered pair, ∂/∂w_i is `apart`·(w_i − w_j) + `along`·(w_i + w_j), up to the common weight.
    private var apart: [Double]
    private var along: [Double]
    private var row: [Double]

    init(layers: Int, latentSize: Int) {
        apart = Array(repeating: 0, count: layers * layers)
        along = apart
        row = Array(repeating: 0, count: latentSize)
    }

    /// The loss.
    /// - Parameters:
    ///   - w: [L, latentSize].
    ///   - dW: receives in addition weight·∂/∂w, [L, latentSize].
    mutating func callAsFunction(_ w: Tensor<Scalar>, weight: Double, dW: inout Tensor<Scalar>) -> Double {
        let (layers, size) = (w.shape[0], w.shape[1])
        precondition(layers * layers == apart.count && size == row.count && dW.shape == w.shape)
        guard layers > 1 else { return 0 }
        let factor = 64 / Double(layers * layers)
        var sum = 0.0
        for i in 0..<layers {
            for j in i..<layers {
                let (a, b) = lengths(w, i, j)
                let angle = 2 * atan2(a, b)
                sum += (i == j ? 1 : 2) * angle * angle
                let slope = 4 * angle * 2 / (a * a + b * b)
                let (p, q) = (i == j ? 0 : slope * b / a, -slope * a / b)
                (apart[i * layers + j], apart[j * layers + i]) = (p, p)
                (along[i * layers + j], along[j * layers + i]) = (q, q)
            }
        }
        addGradient(w, scale: weight * factor, dW: &dW)
        return factor * sum
    }

    /// |w_i − w_j| and |w_i + w_j|, each with 10⁻⁹ under its root.
    private func lengths(_ w: Tensor<Scalar>, _ i: Int, _ j: Int) -> (Double, Double) {
        let size = row.count
        var (apart, along) = (0.0, 0.0)
        w.withUnsafeBufferPointer { w in
            for k in 0..<size {
                let (x, y) = (Double(w[i * size + k]), Double(w[j * size + k]))
                apart += (x - y) * (x - y)
                along += (x + y) * (x + y)
            }
        }
        return ((apart + 1e-9).squareRoot(), (along + 1e-9).squareRoot())
    }

    private mutating func addGradient(_ w: Tensor<Scalar>, scale: Double, dW: inout Tensor<Scalar>) {
        let (layers, size) = (w.shape[0], w.shape[1])
        w.withUnsafeBufferPointer { w in
            for i in 0..<layers {
                row.withUnsafeMutableBufferPointer { row in
                    row.update(repeating: 0)
                    for j in 0..<layers {
                        let (p, q) = (apart[i * layers + j], along[i * layers + j])
                        for k in 0..<size {
                            let (x, y) = (Double(w[i * size + k]), Double(w[j * size + k]))
                            row[k] += p * (x - y) + q * (x + y)
                        }
                    }
                }
                for k in 0..<size { dW[i * size + k] += Scalar(scale * row[k]) }
            }
        }
    }
}
