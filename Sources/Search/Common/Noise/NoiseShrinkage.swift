import Tensors

/// Parts what a search leaves over, y − A x, into the input's noise and what the picture should still follow.
///
/// White noise is the same at all frequencies, and what the search has missed is smooth. So each band of frequencies keeps
/// the share of its mean energy E that noise of variance σ² does not explain, max(0, 1 − σ²/E): an empirical Wiener filter
/// of the cosine transform. What is taken for noise has a root mean square of σ at most.
struct NoiseShrinkage {
    /// σ, in the residual's units.
    let deviation: Double

    /// What of a residual is not taken for noise that is independent in its channels.
    /// - Parameter residual: [3, h, w].
    /// - Returns: [3, h, w].
    func callAsFunction(_ residual: Tensor<Float>) -> Tensor<Float> {
        let count = residual.shape[1] * residual.shape[2]
        let planes = (0..<3).map { c in (0..<count).map { Double(residual[c * count + $0]) } }
        let kept = kept(of: planes, height: residual.shape[1], width: residual.shape[2])
        return Tensor(kept.flatMap { $0.map { Float($0) } }, shape: residual.shape)
    }

    /// What of a residual is not taken for noise that is the same in its channels: only their mean can be.
    /// - Parameter residual: [3, h, w].
    /// - Returns: [3, h, w].
    func ofMean(_ residual: Tensor<Float>) -> Tensor<Float> {
        let count = residual.shape[1] * residual.shape[2]
        let mean = (0..<count).map { i in
            (0..<3).reduce(0.0) { $0 + Double(residual[$1 * count + i]) } / 3
        }
        let kept = kept(of: [mean], height: residual.shape[1], width: residual.shape[2])[0]
        var result = residual
        for i in 0..<residual.count { result[i] -= Float(mean[i % count] - kept[i % count]) }
        return result
    }

    /// - Parameter planes: whose noise is independent, [h · w] each.
    private func kept(of planes: [[Double]], height: Int, width: Int) -> [[Double]] {
        let transform = CosineTransform(height: height, width: width)
        var planes = planes.map { transform($0) }
        let side = Double(max(height, width))
        func band(_ i: Int) -> Int { Int(transform.frequency(of: i) * side) }
        var energies = [Double](repeating: 0, count: 2 * max(height, width))
        var counts = energies
        for i in 0..<height * width {
            for plane in planes { energies[band(i)] += plane[i] * plane[i] }
            counts[band(i)] += Double(planes.count)
        }
        for c in planes.indices {
            for i in 0..<height * width {
                let energy = energies[band(i)] / counts[band(i)]
                planes[c][i] *= energy > 0 ? max(0, 1 - deviation * deviation / energy) : 0
            }
        }
        return planes.map { transform.inverse($0) }
    }
}
