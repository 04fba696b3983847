import Clapacke
import Foundation
import Generators
import Tensors

/// Learns an encoder from a generator's own pictures, without photographs: ridge regression from a thumbnail to the
/// leading principal axes of the latents.
///
/// Source: for regressing latents, rather than whitened ones, Wulff and Torralba (2020).
struct EncoderTraining {
    static let side = 16
    static let axes = 128
    /// A share of the samples measures what is learned from the others.
    private static let heldOut = 5

    let statistics: LatentStatistics
    /// Thumbnails, [samples, 3 · side · side] in 0…1, and the latents v behind them, [samples, size].
    let pictures, latents: Tensor<Float>

    /// - Returns: nil where the numbers do not allow it: too few samples, or pictures that are all alike.
    func encoder() -> FaceEncoder? {
        let features = pictures.shape[1]
        let count = pictures.shape[0]
        let learned = count - count / Self.heldOut
        let axes = min(Self.axes, statistics.mean.count)
        guard learned > axes, count - learned > 1 else { return nil }
        let coordinates = principalCoordinates(axes)
        var best: (error: Double, weights: [Double])?
        for ridge in [0.03, 0.1, 0.3, 1, 3] {
            guard let weights = solve(coordinates, learned: learned, axes: axes, ridge: ridge) else {
                continue
            }
            let misses = misses(weights, coordinates, from: learned, axes: axes)
            let error = misses.reduce(0) { $0 + $1 * $1 }
            if error < best?.error ?? .infinity { best = (error, weights) }
        }
        guard let weights = best?.weights,
            let factor = factor(weights, coordinates, from: learned, axes: axes)
        else { return nil }
        // The encoder looks at 2x − 1.
        var matrix = Tensor<Float>(zeros: [axes, features])
        var bias = Tensor<Float>(zeros: [axes])
        for axis in 0..<axes {
            var sum = weights[features * axes + axis]
            for i in 0..<features {
                let weight = weights[i * axes + axis]
                matrix[axis * features + i] = Float(weight / 2)
                sum += weight / 2
            }
            bias[axis] = Float(sum)
        }
        guard let chain = LayerChain(side: Self.side, layers: [.dense(weight: matrix, bias: bias)]) else {
            return nil
        }
        return FaceEncoder(
            chain, factors: [(side: Self.side, factor: factor)], distanceQuantiles: distanceQuantiles(),
            likeness: LikenessTraining(pictures: pictures).likeness())
    }

    /// Of v − μ, [samples, axes].
    private func principalCoordinates(_ axes: Int) -> [Double] {
        let (count, size) = (latents.shape[0], latents.shape[1])
        var result = [Double](repeating: 0, count: count * axes)
        for sample in 0..<count {
            for k in 0..<axes {
                var sum = 0.0
                for i in 0..<size {
                    sum +=
                        Double(latents[sample * size + i] - statistics.mean[i])
                        * Double(statistics.eigenvectors[k * size + i])
                }
                result[sample * axes + k] = sum
            }
        }
        return result
    }

    /// (XᵀX + ridge · n · I) W = Xᵀ C over the first samples, with a constant as the last feature.
    /// - Returns: W, [features + 1, axes].
    private func solve(_ coordinates: [Double], learned: Int, axes: Int, ridge: Double) -> [Double]? {
        let (features, width) = (pictures.shape[1], pictures.shape[1] + 1)
        var matrix = [Double](repeating: 0, count: width * width)
        var right = [Double](repeating: 0, count: width * axes)
        var row = [Double](repeating: 1, count: width)
        for sample in 0..<learned {
            for i in 0..<features { row[i] = Double(pictures[sample * features + i]) }
            for i in 0..<width {
                let value = row[i]
                for j in i..<width { matrix[i * width + j] += value * row[j] }
                for k in 0..<axes { right[i * axes + k] += value * coordinates[sample * axes + k] }
            }
        }
        for i in 0..<features { matrix[i * width + i] += ridge * Double(learned) / 100 }
        let status = LAPACKE_dposv(
            LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "U")), Int32(width), Int32(axes), &matrix, Int32(width),
            &right, Int32(axes))
        return status == 0 && right.allSatisfy(\.isFinite) ? right : nil
    }

    /// What the guesses for the last samples miss, [samples, axes].
    private func misses(_ weights: [Double], _ coordinates: [Double], from first: Int, axes: Int) -> [Double]
    {
        let (count, features) = (pictures.shape[0], pictures.shape[1])
        var result: [Double] = []
        for sample in first..<count {
            var guess = Array(weights[features * axes..<(features + 1) * axes])
            for i in 0..<features {
                let value = Double(pictures[sample * features + i])
                for k in 0..<axes { guess[k] += value * weights[i * axes + k] }
            }
            for k in 0..<axes { result.append(coordinates[sample * axes + k] - guess[k]) }
        }
        return result
    }

    /// Half the Cholesky factor of the misses' covariance, [axes, axes]: how much of what the guess misses the small picture
    /// would show is not measured here, and whole draws show too much. Few samples tell variances better than how they go
    /// together, so half of the covariance is taken to be diagonal.
    private func factor(_ weights: [Double], _ coordinates: [Double], from first: Int, axes: Int) -> Tensor<
        Float
    >? {
        let misses = misses(weights, coordinates, from: first, axes: axes)
        let count = misses.count / axes
        var covariance = [Double](repeating: 0, count: axes * axes)
        for sample in 0..<count {
            for i in 0..<axes {
                for j in 0...i {
                    covariance[i * axes + j] +=
                        misses[sample * axes + i] * misses[sample * axes + j] / Double(count)
                }
            }
        }
        for i in 0..<axes {
            for j in 0..<i { covariance[i * axes + j] /= 2 }
            covariance[i * axes + i] += 1e-6
        }
        let status = LAPACKE_dpotrf(
            LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "L")), Int32(axes), &covariance, Int32(axes))
        guard status == 0 else { return nil }
        var factor = Tensor<Float>(zeros: [axes, axes])
        for i in 0..<axes { for j in 0...i { factor[i * axes + j] = Float(covariance[i * axes + j]) / 2 } }
        return factor
    }

    /// Quantiles 0 … 100 % of (v − μ)ᵀ (C + εI)⁻¹ (v − μ), as the fast search measures it.
    private func distanceQuantiles() -> [Float] {
        let (count, size) = (latents.shape[0], latents.shape[1])
        let all = principalCoordinates(size)
        let distances = (0..<count).map { sample in
            (0..<size).reduce(0.0) { sum, k in
                let value = all[sample * size + k]
                return sum + value * value
                    / Double(statistics.eigenvalues[k] + LatentStatistics.varianceFloor)
            }
        }.sorted()
        return (0...100).map { Float(distances[$0 * (count - 1) / 100]) }
    }
}
