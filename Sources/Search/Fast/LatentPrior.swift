import Engine
import Generators
import Tensors

/// How probable latents are: v ~ N(c, C + εI), with the full covariance C of the generator's own latents, in the
/// coordinates u = (v − μ)/σ that the search moves in.
///
/// The L slots are copies of one latent that may differ a little, so each counts as one L-th:
/// −log p = (1/2L) Σ_l (v_l − c)ᵀ (C + εI)⁻¹ (v_l − c). The floor ε keeps directions in which the generator's own latents
/// hardly vary from deciding.
///
/// Source: Wulff and Torralba, "Improving inversion and generation diversity in StyleGAN using a Gaussianized latent
/// space" (2020); the search towards a draw c instead of μ is randomised maximum likelihood (Oliver et al., 1996).
struct LatentPrior: Sendable {
    /// σ (C + εI)⁻¹ σ, [size, size].
    private let precision: Tensor<Float>

    init(_ statistics: LatentStatistics) {
        let size = statistics.mean.count
        var scaled = Tensor<Float>(zeros: [size, size])
        var transposed = Tensor<Float>(zeros: [size, size])
        for k in 0..<size {
            let weight = 1 / (statistics.eigenvalues[k] + LatentStatistics.varianceFloor)
            for i in 0..<size {
                let element = statistics.eigenvectors[k * size + i] * statistics.standardDeviation[i]
                transposed[i * size + k] = element
                scaled[k * size + i] = weight * element
            }
        }
        precision = matrixMultiply(transposed, scaled)
    }

    /// (1/L) Σ_l of the squared distance of each row from the centre.
    /// - Parameters:
    ///   - u: [L, size].
    ///   - centre: [size].
    ///   - dU: receives ∂/∂u of half that, [L, size].
    func squaredDistance<Scalar: SearchScalar>(
        _ u: Tensor<Scalar>, from centre: [Float], dU: inout Tensor<Scalar>
    ) -> Double {
        let (rows, size) = (u.shape[0], u.shape[1])
        var sum = 0.0
        u.withUnsafeBufferPointer { u in
            precision.withUnsafeBufferPointer { precision in
                dU.withUnsafeMutableBufferPointer { dU in
                    for row in 0..<rows {
                        let base = row * size
                        for i in 0..<size { dU[base + i] = 0 }
                        for k in 0..<size {
                            let difference = u[base + k] - Scalar(centre[k])
                            for i in 0..<size {
                                dU[base + i] += difference * Scalar(precision[k * size + i])
                            }
                        }
                        for i in 0..<size {
                            sum += Double(u[base + i] - Scalar(centre[i])) * Double(dU[base + i])
                            dU[base + i] /= Scalar(rows)
                        }
                    }
                }
            }
        }
        return sum / Double(rows)
    }
}
