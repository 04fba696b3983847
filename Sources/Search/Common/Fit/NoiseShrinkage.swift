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
        let transform = CosineTransform(height: height, width: width)
        var planes = (0..<3).map { c in
            transform((0..<height * width).map { Double(residual[c * height * width + $0]) })
        }
        let side = Double(max(height, width))
        func band(_ i: Int) -> Int { Int(transform.frequency(of: i) * side) }
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
        return Tensor(planes.flatMap { transform.inverse($0).map { Float($0) } }, shape: residual.shape)
    }
}
