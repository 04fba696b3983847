import Degradation

/// (A Aᵀ)⁻¹ of a separable A, so that A⁺ r = Aᵀ (A Aᵀ)⁻¹ r: M Mᵀ is a band matrix along either axis.
struct NormalInverse {
    private let side: Int
    private let width: Int
    /// The Cholesky factor L of M Mᵀ in rows: element (i, i − k) at i·width + k; the inverse of the diagonal at k = 0.
    private let factor: [Float]

    init(_ degradation: Resampling) {
        side = degradation.targetSize.width
        var (l, width) = degradation.normalBands
        for i in 0..<side {
            for k in stride(from: min(width - 1, i), through: 0, by: -1) {
                let j = i - k
                var sum = l[i * width + k]
                for other in max(0, i - width + 1, j - width + 1)..<j {
                    sum -= l[i * width + i - other] * l[j * width + j - other]
                }
                l[i * width + k] = k == 0 ? 1 / sum.squareRoot() : sum * l[j * width]
            }
        }
        self.width = width
        factor = l.map(Float.init)
    }

    /// r ← (A Aᵀ)⁻¹ r, for one channel.
    /// - Parameter residual: [s, s].
    func callAsFunction(_ residual: UnsafeMutablePointer<Float>) {
        for _ in 0..<2 {
            solveColumns(residual)
            transpose(residual)
        }
    }

    /// L Lᵀ X = R, all columns at once.
    private func solveColumns(_ x: UnsafeMutablePointer<Float>) {
        let s = side
        factor.withUnsafeBufferPointer { l in
            for i in 0..<s {
                let row = x + i * s
                for k in stride(from: min(width - 1, i), to: 0, by: -1) {
                    let (factor, other) = (l[i * width + k], row - k * s)
                    for c in 0..<s { row[c] -= factor * other[c] }
                }
                let scale = l[i * width]
                for c in 0..<s { row[c] *= scale }
            }
            for i in stride(from: s - 1, through: 0, by: -1) {
                let row = x + i * s
                for k in stride(from: min(width - 1, s - 1 - i), to: 0, by: -1) {
                    let (factor, other) = (l[(i + k) * width + k], row + k * s)
                    for c in 0..<s { row[c] -= factor * other[c] }
                }
                let scale = l[i * width]
                for c in 0..<s { row[c] *= scale }
            }
        }
    }

    private func transpose(_ x: UnsafeMutablePointer<Float>) {
        for i in 0..<side {
            for j in 0..<i {
                let value = x[i * side + j]
                x[i * side + j] = x[j * side + i]
                x[j * side + i] = value
            }
        }
    }
}
