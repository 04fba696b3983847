import Degradation
import Engine

/// Brings a picture that nearly fits onto its target without leaving 0…1, channel by channel: x + A⁺(y − A x) as long as
/// that does, then A⁺ of the pixels that can still move, with those left out that black or white holds.
///
/// Newton's steps on the active set, each by conjugate gradients on the small picture.
/// Source: Bertsekas, "Projected Newton methods for optimization problems with simple constraints" (SICON 20, 1982).
final class RangeClosing {
    private let degradation: Resampling
    private let inverse: NormalInverse
    private let side, targetSide: Int
    /// What keeps the first step finite where A cannot be met: a thousandth of the mean of A Aᵀ's diagonal.
    private let ridge: Float
    /// Of conjugate gradients, [3, s, s].
    private let preconditioned, multiplier, direction, image: AlignedFloats
    /// [3, s, n].
    private let scratch: AlignedFloats

    init(_ degradation: Resampling) {
        let (n, s) = (degradation.sourceSize.width, degradation.targetSize.width)
        func pixels() -> AlignedFloats { AlignedFloats(count: 3 * s * s) }
        self.degradation = degradation
        inverse = NormalInverse(degradation)
        (side, targetSide) = (n, s)
        let energy = degradation.rowEnergies.reduce(0, +) / Double(s)
        ridge = Float(1e-3 * energy * energy)
        (preconditioned, multiplier, direction, image) = (pixels(), pixels(), pixels(), pixels())
        scratch = AlignedFloats(count: 3 * s * n)
    }

    /// One channel of the work, and memory for it.
    struct Channel {
        var index: Int
        /// x, [n, n].
        var picture: UnsafeMutablePointer<Float>
        /// y, [s, s].
        var target: UnsafePointer<Float>
        /// y − A x, [s, s].
        var residual: UnsafeMutablePointer<Float>
        /// Two planes to work in, [n, n].
        var large, free: UnsafeMutablePointer<Float>
    }

    /// residual ← y − A x.
    /// - Returns: its root mean square and its largest absolute value.
    @discardableResult
    func measure(_ channel: Channel) -> (rms: Double, max: Double) {
        let (s, r) = (targetSide, channel.residual)
        degradation.applyChannel(channel.picture, into: r, scratch: scratch(channel))
        var (sum, largest) = (0.0, Float(0))
        for i in 0..<s * s {
            r[i] = channel.target[i] - r[i]
            sum += Double(r[i]) * Double(r[i])
            largest = max(largest, abs(r[i]))
        }
        return ((sum / Double(s * s)).squareRoot(), Double(largest))
    }

    /// - Parameter channel: its residual as `measure` leaves it.
    func callAsFunction(_ channel: Channel) {
        let level = 1 / 255.0
        var missed = measure(channel)
        for _ in 0..<2 where missed.max > 0.5 * level {
            inverse(channel.residual)
            degradation.applyAdjointChannel(
                channel.residual, into: channel.large, scratch: scratch(channel))
            addWithinRange(channel.large, to: channel.picture, count: side * side)
            missed = measure(channel)
        }
        var (ridge, stalled) = (ridge, 0)
        for _ in 0..<40 where missed.max > level && stalled < 3 {
            moveWhatIsFree(channel, ridge: ridge)
            let before = missed
            missed = measure(channel)
            ridge *= missed.rms < before.rms / 2 ? 0.1 : missed.rms > before.rms ? 10 : 1
            // Black and white do not let it through.
            stalled = missed.rms > 0.97 * before.rms ? stalled + 1 : 0
        }
    }

    private func moveWhatIsFree(_ channel: Channel, ridge: Float) {
        let (plane, count) = (side * side, targetSide * targetSide)
        let (large, free, r) = (channel.large, channel.free, channel.residual)
        let z = preconditioned.pointer + channel.index * count
        let lambda = multiplier.pointer + channel.index * count
        let p = direction.pointer + channel.index * count
        let q = image.pointer + channel.index * count
        let scratch = scratch(channel)

        z.update(from: r, count: count)
        inverse(z)
        degradation.applyAdjointChannel(z, into: large, scratch: scratch)
        for i in 0..<plane {
            let x = channel.picture[i]
            free[i] = (x >= 1 && large[i] > 0) || (x <= 0 && large[i] < 0) ? 0 : 1
        }
        lambda.update(repeating: 0, count: count)
        p.update(from: z, count: count)
        var slope = innerProduct(r, z, count: count)
        for _ in 0..<8 {
            degradation.applyAdjointChannel(p, into: large, scratch: scratch)
            for i in 0..<plane { large[i] *= free[i] }
            degradation.applyChannel(large, into: q, scratch: scratch)
            for i in 0..<count { q[i] += ridge * p[i] }
            let curvature = innerProduct(p, q, count: count)
            guard curvature > 0, slope > 0 else { break }
            let step = slope / curvature
            var largest: Float = 0
            for i in 0..<count {
                lambda[i] += step * p[i]
                r[i] -= step * q[i]
                largest = max(largest, abs(r[i]))
                z[i] = r[i]
            }
            if largest < 0.2 / 255 { break }
            inverse(z)
            let next = innerProduct(r, z, count: count)
            let ratio = next / slope
            for i in 0..<count { p[i] = z[i] + ratio * p[i] }
            slope = next
        }
        degradation.applyAdjointChannel(lambda, into: large, scratch: scratch)
        for i in 0..<plane { large[i] *= free[i] }
        addWithinRange(large, to: channel.picture, count: plane)
    }

    private func scratch(_ channel: Channel) -> UnsafeMutablePointer<Float> {
        scratch.pointer + channel.index * targetSide * side
    }
}
