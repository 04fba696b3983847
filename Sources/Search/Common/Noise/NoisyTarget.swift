import Degradation
import Tensors

/// A target with what is taken to have damaged it: what a search should look at, and how closely to follow it.
struct NoisyTarget {
    /// Nil for none.
    let noise: InputNoise?
    /// y, without its outliers, [3, h, w] in 0…1.
    let tensor: Tensor<Float>
    /// Those samples, where there are any.
    let outliers: Outliers?
    /// The standard deviation of everything else that is noise, in grey levels 0…255.
    let deviation: Double
    private let jpeg: JPEGCompression?

    /// - Parameters:
    ///   - target: [3, h, w] in 0…1.
    ///   - noise: nil to look for it.
    ///   - degradation: how the target was made small. What single pixels leave of a face is as fine as grey noise, which is
    ///     then not looked for.
    init(_ target: Tensor<Float>, noise: InputNoise?, degradation: (any Degradation)? = nil) {
        let isNearest = (degradation as? Resampling)?.filter == .nearest
        let (noise, outliers, jpeg) =
            Self.given(noise, target) ?? Self.found(in: target, isNearest: isNearest)
        (self.outliers, self.jpeg) = (outliers, jpeg)
        tensor = outliers?.filled(target) ?? target
        deviation =
            switch noise {
            case .colour(let deviation)?, .grey(let deviation)?: deviation
            default: jpeg?.deviation(side: min(target.shape[1], target.shape[2])) ?? 0
            }
        self.noise = noise == .colour(0) || noise == .grey(0) ? nil : noise
    }

    private typealias Finding = (InputNoise?, Outliers?, JPEGCompression?)

    private static func given(_ noise: InputNoise?, _ target: Tensor<Float>) -> Finding? {
        switch noise {
        case nil: nil
        case .colour?, .grey?: (noise, nil, nil)
        case .jpeg(let quality)?: (noise, nil, JPEGCompression(quality: quality, of: target))
        case .saltAndPepper?: (noise, Outliers(of: target), nil)
        }
    }

    /// Of several, the one that says more: outliers would pass for any other noise.
    private static func found(in target: Tensor<Float>, isNearest: Bool) -> Finding {
        let outliers = Outliers(of: target)
        let colour = WhiteNoise.colour(of: target)
        // Where strong noise has made samples black or white, it is as strong without them.
        if outliers.areSaltAndPepper,
            2 * (WhiteNoise.colour(of: outliers.filled(target)) ?? 0) < colour ?? .infinity
        {
            return (.saltAndPepper, outliers, nil)
        }
        let white =
            colour.map { InputNoise.colour($0) }
            ?? (isNearest ? nil : WhiteNoise.grey(of: target).map { InputNoise.grey($0) })
        if white == nil, let jpeg = JPEGCompression(foundIn: target) {
            return (.jpeg(quality: jpeg.quality), nil, jpeg)
        }
        return (white, nil, nil)
    }

    /// Says in a judgement what the noise is.
    func describe(in judgement: inout Judgement) {
        judgement.inputNoiseKind = noise?.kind
        judgement.inputNoise = deviation > 0 ? deviation : nil
        judgement.jpegQuality = jpeg?.quality
        judgement.outlierPercent = outliers.map { 100 * $0.share }
    }

    /// What an exact fit aims at: what the target says more than its noise does, as seen from a picture.
    /// - Parameter degraded: A x, [3, h, w].
    /// - Returns: [3, h, w] in 0…1, no farther from `tensor` than `deviation`.
    func aim(from degraded: Tensor<Float>) -> Tensor<Float> {
        guard let noise else { return tensor }
        var residual = tensor
        for i in 0..<residual.count { residual[i] -= degraded[i] }
        var kept =
            switch noise {
            case .colour: NoiseShrinkage(deviation: deviation / 255)(residual)
            case .grey: NoiseShrinkage(deviation: deviation / 255).ofMean(residual)
            case .jpeg: jpeg?.kept(of: residual) ?? residual
            // What the search missed around an outlier it has missed there as well.
            case .saltAndPepper: outliers?.filled(residual) ?? residual
            }
        if jpeg != nil { kept = within(kept, of: residual) }
        var aim = tensor
        for i in 0..<aim.count { aim[i] = min(max(degraded[i] + kept[i], 0), 1) }
        return aim
    }

    /// Moved towards a residual until it leaves no more of it than the deviation.
    private func within(_ kept: Tensor<Float>, of residual: Tensor<Float>) -> Tensor<Float> {
        var sum = 0.0
        for i in 0..<kept.count { sum += Double((residual[i] - kept[i]) * (residual[i] - kept[i])) }
        let left = 255 * (sum / Double(kept.count)).squareRoot()
        guard left > deviation else { return kept }
        var nearer = residual
        let share = Float(deviation / left)
        for i in 0..<kept.count { nearer[i] = residual[i] + share * (kept[i] - residual[i]) }
        return nearer
    }
}
