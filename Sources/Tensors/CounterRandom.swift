/// Random numbers addressed by position: number `i` of a stream is a function of (seed, stream, i) alone.
///
/// Whatever order candidates run in, and on whatever machine, the same address gives the same bits: the
/// integers come from Philox4x32-10, and the normal deviates are computed with `+ − × ÷ √` on Doubles
/// only, which IEEE 754 defines exactly.
///
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), for the generator;
/// Wichura, algorithm AS 241 (Applied Statistics 37, 1988), for the normal quantile.
public struct CounterRandom: Sendable {
    public let seed: UInt64
    public let stream: UInt64

    /// - Parameters:
    ///   - seed: the user's seed; 0 is a seed like any other.
    ///   - stream: which sequence of that seed, for example one per candidate and tensor.
    public init(seed: UInt64, stream: UInt64 = 0) {
        self.seed = seed
        self.stream = stream
    }

    /// Four independent 32-bit words at block `index`.
    public func block(_ index: UInt64) -> SIMD4<UInt32> {
        var counter = SIMD4<UInt32>(
            UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32),
            UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
        var key = SIMD2<UInt32>(
            UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        for _ in 0..<10 {
            let a = UInt64(0xD251_1F53) * UInt64(counter[0])
            let b = UInt64(0xCD9E_8D57) * UInt64(counter[2])
            counter = SIMD4(
                UInt32(truncatingIfNeeded: b >> 32) ^ counter[1] ^ key[0], UInt32(truncatingIfNeeded: b),
                UInt32(truncatingIfNeeded: a >> 32) ^ counter[3] ^ key[1], UInt32(truncatingIfNeeded: a))
            key = SIMD2(key[0] &+ 0x9E37_79B9, key[1] &+ 0xBB67_AE85)
        }
        return counter
    }

    /// Uniform number `index` in the open interval (0, 1), with 52 random bits.
    public func uniform(_ index: UInt64) -> Double {
        let words = block(index >> 1)
        let (low, high) = index & 1 == 0 ? (words[0], words[1]) : (words[2], words[3])
        let bits = (UInt64(high) << 32 | UInt64(low)) >> 12
        return (Double(bits) + 0.5) * 0x1p-52
    }

    /// Standard normal number `index`.
    public func normal(_ index: UInt64) -> Double { normalQuantile(uniform(index)) }

    /// A tensor of standard normal numbers: element `i` is `normal(offset + i)`.
    public func normals<Scalar>(shape: [Int], offset: UInt64 = 0) -> Tensor<Scalar> {
        var tensor = Tensor<Scalar>(uninitialized: shape)
        tensor.withUnsafeMutableBufferPointer { elements in
            for i in elements.indices { elements[i] = Scalar(normal(offset + UInt64(i))) }
        }
        return tensor
    }
}

/// The standard normal quantile of `p` in (0, 1), to about 1e-16 relative (AS 241, PPND16).
func normalQuantile(_ p: Double) -> Double {
    let q = p - 0.5
    if abs(q) <= 0.425 {
        let r = 0.180625 - q * q
        return q
            * polynomial(
                r, 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                3.3430575583588128105e4, 2.5090809287301226727e3)
            / polynomial(
                r, 1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
                5.2264952788528545610e3)
    }
    var r = (-exactLog(q < 0 ? p : 1 - p)).squareRoot()
    let magnitude: Double
    if r <= 5 {
        r -= 1.6
        magnitude =
            polynomial(
                r, 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                2.27238449892691845833e-2, 7.74545014278341407640e-4)
            / polynomial(
                r, 1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
                1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                1.05075007164441684324e-9)
    } else {
        r -= 5
        magnitude =
            polynomial(
                r, 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                2.71155556874348757815e-5, 2.01033439929228813265e-7)
            / polynomial(
                r, 1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                2.04426310338993978564e-15)
    }
    return q < 0 ? -magnitude : magnitude
}

/// c₀ + c₁x + … + c₇x⁷ by Horner's rule.
private func polynomial(
    _ x: Double, _ c0: Double, _ c1: Double, _ c2: Double, _ c3: Double, _ c4: Double, _ c5: Double,
    _ c6: Double, _ c7: Double
) -> Double {
    ((((((c7 * x + c6) * x + c5) * x + c4) * x + c3) * x + c2) * x + c1) * x + c0
}

/// The natural logarithm from basic arithmetic alone, so that every platform gives the same bits:
/// x = m·2ᵉ with m in [√½, √2), and ln m = 2 artanh((m−1)/(m+1)) by its power series.
private func exactLog(_ x: Double) -> Double {
    var exponent = Double(x.exponent)
    var mantissa = x.significand
    if mantissa > 1.4142135623730951 {
        mantissa /= 2
        exponent += 1
    }
    let t = (mantissa - 1) / (mantissa + 1)
    let square = t * t
    var sum = 0.0
    for k in stride(from: 23, through: 1, by: -2) { sum = sum * square + 1 / Double(k) }
    return exponent * 0.69314718055994530942 + 2 * t * sum
}
