/// Mean and variance of every channel of a picture, and how a gradient passes through normalising by them.
///
/// With n = (a − mean)/√(variance + ε) and x = n·scale + shift, the next layer reads a with
/// gain = scale/√(variance + ε), center = mean and offset = shift; nothing normalised is ever stored.
///
/// Source: Ulyanov et al., "Instance normalization" (2016), as StyleGAN uses it: with the biased variance.
public final class ChannelStatistics {
    public let channels: Int
    public let pixels: Int
    /// Of each channel, valid after the layer's `forward`.
    public private(set) var mean: [Double]
    /// √(variance + ε).
    public private(set) var deviation: [Double]
    /// What the kernels write for each tile: pixels, pivot, Σ(a − pivot), Σ(a − pivot)².
    let tiles: AlignedFloats
    /// What backward adds to the gradient of a: dShift + dSlope·a.
    let dShift: AlignedFloats
    let dSlope: AlignedFloats
    let activations: BlockedActivations
    private let tileCount: Int
    private let epsilon: Double

    init(of activations: BlockedActivations, tiles count: Int, epsilon: Double) {
        self.epsilon = epsilon
        self.activations = activations
        channels = activations.channels
        pixels = activations.height * activations.width
        tileCount = count
        mean = Array(repeating: 0, count: channels)
        deviation = Array(repeating: 1, count: channels)
        tiles = AlignedFloats(count: count * 4 * activations.paddedChannels)
        dShift = AlignedFloats(count: activations.paddedChannels)
        dSlope = AlignedFloats(count: activations.paddedChannels)
    }

    /// Mean and deviation from the tiles, in their order.
    func gather() {
        let stride = activations.paddedChannels
        for c in 0..<channels {
            var total = 0.0
            for tile in 0..<tileCount {
                let at = tile * 4 * stride + c
                total += Double(tiles[at]) * Double(tiles[at + stride]) + Double(tiles[at + 2 * stride])
            }
            let mean = total / Double(pixels)
            var squares = 0.0
            for tile in 0..<tileCount where tiles[tile * 4 * stride + c] > 0 {
                let at = tile * 4 * stride + c
                let (count, sum) = (Double(tiles[at]), Double(tiles[at + 2 * stride]))
                let distance = Double(tiles[at + stride]) + sum / count - mean
                squares += Double(tiles[at + 3 * stride]) - sum * sum / count + count * distance * distance
            }
            self.mean[c] = mean
            deviation[c] = (max(squares, 0) / Double(pixels) + epsilon).squareRoot()
        }
    }

    /// Sets gain, centre and offset with which the next layer reads a styled, normalised picture. What rounding takes
    /// from the mean goes to the offset, because it would move the whole channel.
    /// - Parameters:
    ///   - scale: factor of each normalised channel.
    ///   - shift: summand of each.
    public func style(
        scale: (Int) -> Float, shift: (Int) -> Float, gain: AlignedFloats, center: AlignedFloats,
        offset: AlignedFloats
    ) {
        for c in 0..<channels {
            let factor = Double(scale(c)) / deviation[c]
            gain[c] = Float(factor)
            center[c] = Float(mean[c])
            offset[c] = Float(Double(shift(c)) + (Double(center[c]) - mean[c]) * factor)
        }
    }

    /// Takes the gradients that the next layer found for its gain and offset; from then on the layer before lets
    /// its gradient pass through the normalisation.
    /// - Parameters:
    ///   - dGain: Σ ∂loss/∂x · (a − center) of each channel.
    ///   - dOffset: Σ ∂loss/∂x of each channel.
    ///   - gain: what `style` set.
    ///   - gradient: receives ∂loss/∂scale and ∂loss/∂shift of each channel.
    public func backward(
        dGain: AlignedFloats, dOffset: AlignedFloats, gain: AlignedFloats,
        gradient: (_ channel: Int, _ dScale: Float, _ dShift: Float) -> Void
    ) {
        for c in 0..<channels {
            let rest = Double(Float(mean[c])) - mean[c]
            // Σ ∂loss/∂x · n, with n the normalised channel.
            let dot = (Double(dGain[c]) + rest * Double(dOffset[c])) / deviation[c]
            gradient(c, Float(dot), dOffset[c])
            let slope = -Double(gain[c]) * dot / (deviation[c] * Double(pixels))
            dSlope[c] = Float(slope)
            dShift[c] = Float(-Double(gain[c]) * Double(dOffset[c]) / Double(pixels) - slope * mean[c])
        }
    }
}
