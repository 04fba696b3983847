import Degradation
import Foundation
import Tensors
import Testing

@testable import Search

/// The exact fit on drawn scenes: what it reaches, what it leaves alone, and what of it can be seen.
@Suite struct ExactFitTests {
    static let operators = OperatorKind.all.filter { $0.make(2, 1) is Resampling }.map(\.name)

    @Test(arguments: operators, [8, 16, 20, 32, 64, 128, 200, 256])
    func reachesEveryTarget(of name: String, side: Int) throws {
        let degradation = try made(name, from: 512, to: side)
        let target = levels(degradation.apply(scene(512, head: 0.31, shift: 0.02, shirt: 0.75)))
        var picture = scene(512, head: 0.27, shift: 0, shirt: 0.2)
        let fit = try #require(ExactFit(degradation: degradation))
        let correction = fit(&picture, to: target)
        // Once more in double precision, on what a file would hold.
        let missed = miss(degradation.apply(levels(picture).map(Double.init)), target.map(Double.init))
        #expect(missed.rms <= 0.5 && missed.max <= 3, "\(missed)")
        #expect(abs(missed.rms - correction.residualRMS) < 1e-2)
        #expect(correction.unreachable == 0)
    }

    /// What a picture in 8 bits was reduced to, but with black and white everywhere and no plain ground.
    @Test(arguments: operators)
    func reachesNoise(of name: String) throws {
        let degradation = try made(name, from: 256, to: 64)
        let noise = picture(256) { x, y in
            let value: Float = hash(x / 4, y / 4) < 0.5 ? 0 : 1
            return (value, 1 - value, hash(x, y))
        }
        let target = levels(degradation.apply(noise))
        var picture = scene(256, head: 0.3, shift: 0, shirt: 0.2)
        let fit = try #require(ExactFit(degradation: degradation))
        let correction = fit(&picture, to: target)
        #expect(correction.residualRMS <= 0.5 && correction.residualMax <= 3, "\(correction)")
    }

    /// Columns of black and white pixels, 4 × 8: bicubic would have to go beyond both.
    @Test func countsWhatCannotBeReached() throws {
        let degradation = try made("bicubic", from: 256, to: 32)
        let reachable = degradation.apply(scene(256, head: 0.3, shift: 0, shirt: 0.5))
        var target = levels(reachable)
        for channel in 0..<3 {
            for y in 4..<8 {
                for x in 20..<28 { target[(channel * 32 + y) * 32 + x] = x % 2 == 0 ? 0 : 1 }
            }
        }
        var picture = scene(256, head: 0.3, shift: 0, shirt: 0.2)
        let fit = try #require(ExactFit(degradation: degradation))
        let correction = fit(&picture, to: target)
        #expect(picture.elements.allSatisfy { $0 >= 0 && $0 <= 1 })
        #expect(correction.unreachable >= 8 && correction.unreachable <= 120, "\(correction)")
        let rest = degradation.apply(picture)
        let missed = (0..<3 * 32 * 32).filter { i in
            let (x, y) = (i % 32, i / 32 % 32)
            // As far as A of one pixel reaches into others.
            return !(0...11 ~= y && 16...31 ~= x) && abs(rest[i] - target[i]) > 3 / 255
        }
        #expect(missed.isEmpty)
    }

    /// Beside the outline of a head on a plain ground, A⁺ swings around zero.
    @Test(arguments: ["bicubic", "lanczos"], [16, 32])
    func doesNotRing(of name: String, side: Int) throws {
        let degradation = try made(name, from: 512, to: side)
        // Not rounded, since what rounding does to the plain ground is in both.
        let target = degradation.apply(scene(512, head: 0.30, shift: 0, shirt: 0.5))
        let before = levels(scene(512, head: 0.30, shift: 0, shirt: 0.2, dark: 0.3))
        var picture = before
        let fit = try #require(ExactFit(degradation: degradation))
        _ = fit(&picture, to: target)
        var plain = before
        let inverse = NormalInverse(try #require(degradation as? Resampling))
        for _ in 0..<6 {
            var residual = degradation.apply(plain)
            for i in 0..<residual.count { residual[i] = target[i] - residual[i] }
            residual.withUnsafeMutableBufferPointer { r in
                for channel in 0..<3 { inverse(r.baseAddress! + channel * side * side) }
            }
            plain = degradation.applyAdjoint(residual).added(to: plain)
        }
        #expect(miss(degradation.apply(levels(plain).map(Double.init)), target.map(Double.init)).rms < 1)
        let (mine, other) = (ripple(before, picture), ripple(before, levels(plain)))
        #expect(mine < other / 2, "\(mine) \(other)")
    }

    /// Bands of 16 pixels by turns plain and with faint lines, a pixel of the target over one of each: lines hide how a
    /// correction bends.
    @Test func bendsInTextureMoreThanOnPlainGround() throws {
        let degradation = try made("bicubic", from: 512, to: 16)
        let before = picture(512) { x, y in
            let value = x / 16 % 2 == 1 && (x + y) / 4 % 2 == 0 ? Float(136.0 / 255) : Float(128.0 / 255)
            return (value, value, value)
        }
        var target = degradation.apply(before)
        for i in 0..<target.count { target[i] += 0.2 * (hash(i, 3) - 0.5) }
        var after = before
        let fit = try #require(ExactFit(degradation: degradation))
        _ = fit(&after, to: target)
        let change = meanChange(before, after, cell: 4)
        var sums: [Float] = [0, 0]
        for y in 1..<127 {
            for x in 1..<127 where [1, 2].contains(x % 4) { sums[x / 4 % 2] += bend(change, x, y) }
        }
        #expect(sums[0] < 0.6 * sums[1], "\(sums)")
    }

    @Test func leavesAloneWhatFits() throws {
        let degradation = try made("bicubic", from: 256, to: 32)
        let before = levels(scene(256, head: 0.3, shift: 0, shirt: 0.2))
        var picture = before
        let fit = try #require(ExactFit(degradation: degradation))
        let correction = fit(&picture, to: levels(degradation.apply(before)))
        #expect(picture == before && correction.rms == 0)
    }

    @Test func hasTheSameBitsWhateverTheThreadsAndWhatCameBefore() throws {
        let degradation = try made("bicubic", from: 256, to: 32)
        let target = levels(degradation.apply(scene(256, head: 0.31, shift: 0.02, shirt: 0.75)))
        let before = scene(256, head: 0.27, shift: 0, shirt: 0.2)
        let fit = try #require(ExactFit(degradation: degradation))
        var first = before
        let correction = fit(&first, to: target)
        var other = scene(256, head: 0.2, shift: 0.1, shirt: 0.9)
        _ = fit(&other, to: target)
        var again = before
        #expect(fit(&again, to: target) == correction && again == first)
        for threads in [2, 3] {
            let fit = try #require(ExactFit(degradation: degradation, threads: threads))
            var picture = before
            #expect(fit(&picture, to: target) == correction && picture == first)
        }
    }

    /// All that changes is the shirt, of which the face has nothing.
    @Test func measuresTheFaceApart() throws {
        let degradation = try made("box", from: 256, to: 32)
        let target = levels(degradation.apply(scene(256, head: 0.3, shift: 0, shirt: 0.6)))
        var picture = scene(256, head: 0.3, shift: 0, shirt: 0.2)
        var face = Tensor<Float>(zeros: [16, 16])
        for y in 5..<9 { for x in 6..<10 { face[y * 16 + x] = 1 } }
        let fit = try #require(ExactFit(degradation: degradation))
        let correction = fit(&picture, to: target, faceWeight: face)
        #expect(correction.rmsInside < 1 && correction.rmsOutside > 15)
        let parts =
            (16 * correction.rmsInside * correction.rmsInside
                + 240 * correction.rmsOutside * correction.rmsOutside) / 256
        #expect(abs(parts.squareRoot() - correction.rms) < 1e-3)
    }

    private func made(_ name: String, from source: Int, to side: Int) throws -> any Degradation {
        try #require(OperatorKind.named(name)).make(source, side)
    }
}

private func picture(_ n: Int, _ colour: (Int, Int) -> (Float, Float, Float)) -> Tensor<Float> {
    var picture = Tensor<Float>(zeros: [3, n, n])
    for y in 0..<n {
        for x in 0..<n {
            let (red, green, blue) = colour(x, y)
            picture[y * n + x] = red
            picture[(n + y) * n + x] = green
            picture[(2 * n + y) * n + x] = blue
        }
    }
    return picture
}

/// A head with hair and shoulders on a plain ground; the hair has stripes, everything a little grain.
/// - Parameters:
///   - head: its radius; `shift`: to the right, in widths of the picture.
///   - shirt: how bright. `dark`: of the head.
private func scene(_ n: Int, head: Float, shift: Float, shirt: Float, dark: Float = 0.62) -> Tensor<Float> {
    picture(n) { x, y in
        let (u, v) = ((Float(x) + 0.5) / Float(n) - 0.5 - shift, (Float(y) + 0.5) / Float(n) - 0.45)
        let grain = (hash(x, y) - 0.5) * 0.01
        let radius = (u * u + v * v * 0.7).squareRoot()
        if radius < head, v > -0.6 * head || radius < 0.8 * head {
            return (dark + 0.1 + grain, dark - 0.1 + grain, dark - 0.2 + grain)
        }
        if radius < 1.1 * head, v < 0.4 * head {
            let hair = 0.15 + 0.1 * sin(40 * Float(x + 2 * y) / Float(n))
            return (hair + grain, hair + grain, hair + grain)
        }
        if v > 0.3, abs(u) < v { return (shirt + grain, shirt + grain, shirt + 0.1 + grain) }
        return (0.7 + grain, 0.72 + grain, 0.75 + grain)
    }
}

/// In 0..<1, the same on every machine.
private func hash(_ x: Int, _ y: Int) -> Float {
    var value = UInt32(truncatingIfNeeded: x &* 73_856_093 ^ y &* 19_349_663)
    value = (value ^ (value >> 15)) &* 0x85EB_CA6B
    value = (value ^ (value >> 13)) &* 0xC2B2_AE35
    return Float((value ^ (value >> 16)) >> 8) / Float(1 << 24)
}

/// As a file holds it.
private func levels(_ picture: Tensor<Float>) -> Tensor<Float> {
    picture.map { (min(max($0, 0), 1) * 255).rounded(.toNearestOrEven) / 255 }
}

extension Tensor<Float> {
    /// The sum, kept in 0…1.
    fileprivate func added(to other: Tensor<Float>) -> Tensor<Float> {
        Tensor(zip(elements, other.elements).map { min(max($0 + $1, 0), 1) }, shape: shape)
    }
}

/// In grey levels.
private func miss(_ a: Tensor<Double>, _ b: Tensor<Double>) -> (rms: Double, max: Double) {
    let differences = zip(a.elements, b.elements).map { 255 * ($0 - $1) }
    let sum = differences.reduce(0) { $0 + $1 * $1 }
    return ((sum / Double(a.count)).squareRoot(), differences.reduce(0) { max($0, abs($1)) })
}

/// What changed, in means of square cells, [3, m, m].
private func meanChange(_ before: Tensor<Float>, _ after: Tensor<Float>, cell: Int) -> Tensor<Float> {
    let (n, m) = (before.shape[1], before.shape[1] / cell)
    var change = Tensor<Float>(zeros: [3, m, m])
    for i in 0..<before.count {
        let (row, column) = (i / n, i % n)
        change[row / cell * m + column / cell] += (after[i] - before[i]) / Float(cell * cell)
    }
    return change
}

/// The absolute Laplacian at a cell that is not at the border, summed over channels.
private func bend(_ change: Tensor<Float>, _ x: Int, _ y: Int) -> Float {
    let m = change.shape[1]
    return (0..<3).reduce(0) { sum, channel in
        let i = (channel * m + y) * m + x
        return sum + abs(change[i - 1] + change[i + 1] + change[i - m] + change[i + m] - 4 * change[i])
    }
}

/// The mean absolute Laplacian of what changed, in means of 8×8 pixels, on the plain ground above the shoulders.
private func ripple(_ before: Tensor<Float>, _ after: Tensor<Float>) -> Float {
    let change = meanChange(before, after, cell: 8)
    let m = change.shape[1]
    var (sum, count): (Float, Float) = (0, 0)
    for y in 1..<m * 6 / 10 {
        for x in 1..<m - 1 {
            let (u, v) = ((Float(x) + 0.5) / Float(m) - 0.5, (Float(y) + 0.5) / Float(m) - 0.45)
            // Two cells beyond the hair, whose outline both change.
            guard (u * u + v * v * 0.7).squareRoot() > 0.33 + 2.5 / Float(m) else { continue }
            sum += bend(change, x, y)
            count += 3
        }
    }
    return 255 * sum / count
}
