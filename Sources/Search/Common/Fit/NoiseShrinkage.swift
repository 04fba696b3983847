import Foundation
import Tensors

/// Parts what a search leaves over, y − A x, into the input's noise and what the picture should still follow.
///
/// White noise is the same at all frequencies, and what the search has missed is smooth. So each band of frequencies keeps
/// the share of its mean energy E that noise of variance σ² does not explain, max(0, 1 − σ²/E): an empirical Wiener filter
/// of the cosine transform. What is taken for noise has a root mean square of σ at most.
struct NoiseShrinkage {
    /// σ, in the residual's units.
    let deviation: Double

    /// What of a residual is not taken for noise.
    /// - Parameter residual: [3, h, w].
    /// - Returns: [3, h, w].
    func callAsFunction(_ residual: Tensor<Float>) -> Tensor<Float> {
        let (height, width) = (residual.shape[1], residual.shape[2])
        let (rows, columns) = (Self.cosines(height), Self.cosines(width))
        var planes = (0..<3).map { c in
            let plane = (0..<height * width).map { Double(residual[c * height * width + $0]) }
            return Self.transformed(plane, rows: rows, columns: columns)
        }
        /// By the distance from frequency 0, as a share of the highest times the longer side.
        func band(_ i: Int) -> Int {
            let side = Double(max(height, width))
            let (v, u) = (Double(i / width) / Double(height), Double(i % width) / Double(width))
            return Int((v * v + u * u).squareRoot() * side)
        }
        var energies = [Double](repeating: 0, count: 2 * max(height, width))
        var counts = energies
        for i in 0..<height * width {
            for plane in planes { energies[band(i)] += plane[i] * plane[i] }
            counts[band(i)] += 3
        }
        for c in 0..<3 {
            for i in 0..<height * width {
                let energy = energies[band(i)] / counts[band(i)]
                planes[c][i] *= energy > 0 ? max(0, 1 - deviation * deviation / energy) : 0
            }
        }
        let (inverseRows, inverseColumns) = (Self.transpose(rows), Self.transpose(columns))
        return Tensor(
            planes.flatMap {
                Self.transformed($0, rows: inverseRows, columns: inverseColumns).map { Float($0) }
            }, shape: residual.shape)
    }

    /// The orthonormal cosine transform (DCT-II) of that length: row k is the k-th frequency.
    private static func cosines(_ count: Int) -> [[Double]] {
        (0..<count).map { k in
            let scale = ((k == 0 ? 1.0 : 2.0) / Double(count)).squareRoot()
            return (0..<count).map { scale * cos(.pi * (Double($0) + 0.5) * Double(k) / Double(count)) }
        }
    }

    private static func transpose(_ matrix: [[Double]]) -> [[Double]] {
        matrix.indices.map { i in matrix.map { $0[i] } }
    }

    /// rows · plane · columnsᵀ.
    private static func transformed(_ plane: [Double], rows: [[Double]], columns: [[Double]]) -> [Double] {
        let (height, width) = (rows.count, columns.count)
        var between = [Double](repeating: 0, count: height * width)
        for y in 0..<height {
            for k in 0..<width {
                var sum = 0.0
                for x in 0..<width { sum += plane[y * width + x] * columns[k][x] }
                between[y * width + k] = sum
            }
        }
        var result = [Double](repeating: 0, count: height * width)
        for k in 0..<height {
            for y in 0..<height {
                let factor = rows[k][y]
                for x in 0..<width { result[k * width + x] += factor * between[y * width + x] }
            }
        }
        return result
    }
}
