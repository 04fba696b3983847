import Degradation
import Engine

/// Corrections on square cells of the picture that are smooth where the picture is, and bend where it has edges or
/// texture, which hide that: what minimises Σ w (cᵢ − cⱼ)² + k |A c − r|² over neighbouring cells i, j, where w falls
/// with the picture's activity around them.
///
/// Unlike A⁺ r, such a correction does not swing around zero beside an edge. Minimised by preconditioned conjugate
/// gradients.
final class EdgeMembrane {
    /// Cells along one side of the picture.
    let side: Int
    /// The colours of the cells, [3, m, m].
    let guide: AlignedFloats
    /// c, [3, m, m].
    let value: AlignedFloats

    /// A on cells.
    private let degradation: Resampling
    /// Pixels along one side of the target.
    private let targetSide: Int
    /// k.
    private let stiffness: Float
    /// Σᵢ Mᵢⱼ², for each column of A along one axis.
    private let energies: [Float]
    /// Weights to the cell on the left, [m, m] and a zero, and to that above, [m + 1, m]; zero at the border.
    private let left, above: AlignedFloats
    /// One over the diagonal of what is minimised, [m, m].
    private let preconditioner: AlignedFloats
    /// Of conjugate gradients, [3, m, m].
    private let rest, direction, image: AlignedFloats
    /// [3, s, s] and [3, s, m].
    private let small, scratch: AlignedFloats

    /// - Parameters:
    ///   - degradation: of the whole picture.
    ///   - cell: the side of a cell in pixels.
    init(_ degradation: Resampling, cell: Int) {
        let coarse = degradation.onCells(of: cell)
        let (m, s) = (coarse.sourceSize.width, coarse.targetSize.width)
        func cells(_ channels: Int) -> AlignedFloats { AlignedFloats(count: channels * m * m) }
        self.degradation = coarse
        (side, targetSide) = (m, s)
        energies = coarse.columnEnergies.map(Float.init)
        // What one pixel of the target asks for outweighs a hundred neighbours.
        stiffness = Float(100 * Double(s) / coarse.rowEnergies.reduce(0, +))
        (guide, value) = (cells(3), cells(3))
        (rest, direction, image) = (cells(3), cells(3), cells(3))
        preconditioner = cells(1)
        left = AlignedFloats(count: m * m + 1)
        above = AlignedFloats(count: m * m + m)
        small = AlignedFloats(count: 3 * s * s)
        scratch = AlignedFloats(count: 3 * s * m)
    }

    /// The mean square difference in colour between a finest cell and its neighbours, as a mean around, [m, m]. It is in the
    /// memory of `solve`, which comes later.
    var activity: UnsafeMutablePointer<Float> { rest.pointer }

    /// Takes `activity` from `guide`, on the finest cells.
    func measureActivity() {
        let m = side
        activity.update(repeating: 0, count: m * m)
        for y in 0..<m {
            for x in 0..<m {
                let i = y * m + x
                if x > 0 { addActivity(i, i - 1) }
                if y > 0 { addActivity(i, i - m) }
            }
        }
        smooth(activity, into: image.pointer, side: m)
        activity.update(from: image.pointer, count: m * m)
    }

    private func addActivity(_ i: Int, _ j: Int) {
        let plane = side * side
        let colours = guide.pointer
        let red = colours[i] - colours[j]
        let green = colours[plane + i] - colours[plane + j]
        let blue = colours[2 * plane + i] - colours[2 * plane + j]
        let share = (red * red + green * green + blue * blue) / 4
        activity[i] += share
        activity[j] += share
    }

    /// Takes the weights from `activity`.
    func prepare() {
        let (m, activity) = (side, activity)
        for y in 0..<m {
            for x in 0..<m {
                let i = y * m + x
                left[i] = x == 0 ? 0 : EdgeMembrane.weight(min(activity[i], activity[i - 1]))
                above[i] = y == 0 ? 0 : EdgeMembrane.weight(min(activity[i], activity[i - m]))
            }
        }
        for y in 0..<m {
            for x in 0..<m {
                let i = y * m + x
                let weights = left[i] + left[i + 1] + above[i] + above[i + m]
                preconditioner[i] = 1 / (weights + stiffness * energies[y] * energies[x])
            }
        }
    }

    /// 1 / (1 + a/a₀), where a₀ is that of differences of two grey levels. Never below a tenth, or slivers beside an edge
    /// take the whole correction of their pixel and show as bright or dark rims.
    /// - Parameter activity: a, the lower one of two cells, so that plain ground holds right up to an edge.
    private static func weight(_ activity: Float) -> Float {
        max(0.1, 1 / (1 + activity * (255 * 255 / 4)))
    }

    /// Moves `value` of one channel towards the correction of a residual, from where it is.
    /// - Parameter target: r, [s, s].
    func solve(_ target: UnsafePointer<Float>, channel: Int, iterations: Int) {
        let (plane, s) = (side * side, targetSide)
        let (c, r) = (value.pointer + channel * plane, rest.pointer + channel * plane)
        let (p, q) = (direction.pointer + channel * plane, image.pointer + channel * plane)
        let (small, scratch) = (small.pointer + channel * s * s, scratch.pointer + channel * s * side)
        let diagonal = preconditioner.pointer

        degradation.applyChannel(c, into: small, scratch: scratch)
        for i in 0..<s * s { small[i] -= target[i] }
        degradation.applyAdjointChannel(small, into: r, scratch: scratch)
        addStiffness(of: c, to: r, factor: stiffness)
        for i in 0..<plane {
            r[i] = -r[i]
            p[i] = r[i] * diagonal[i]
        }
        var slope = innerProduct(r, p, count: plane)
        for _ in 0..<iterations {
            degradation.applyChannel(p, into: small, scratch: scratch)
            degradation.applyAdjointChannel(small, into: q, scratch: scratch)
            addStiffness(of: p, to: q, factor: stiffness)
            let curvature = innerProduct(p, q, count: plane)
            guard curvature > 0, slope > 0 else { return }
            let step = slope / curvature
            for i in 0..<plane {
                c[i] += step * p[i]
                r[i] -= step * q[i]
                q[i] = r[i] * diagonal[i]
            }
            let next = innerProduct(r, q, count: plane)
            let ratio = next / slope
            for i in 0..<plane { p[i] = q[i] + ratio * p[i] }
            slope = next
        }
    }

    /// q ← factor·q + K p, where pᵀ K p is Σ w (pᵢ − pⱼ)².
    private func addStiffness(
        of p: UnsafePointer<Float>, to q: UnsafeMutablePointer<Float>, factor: Float
    ) {
        let m = side
        for y in 0..<m {
            let row = y * m
            let (here, target) = (p + row, q + row)
            // The weights beyond the border are zero.
            let (up, down) = (y == 0 ? here : here - m, y == m - 1 ? here : here + m)
            let (l, a, b) = (left.pointer + row, above.pointer + row, above.pointer + row + m)
            for x in 0..<m {
                target[x] = factor * target[x] + a[x] * (here[x] - up[x]) + b[x] * (here[x] - down[x])
            }
            for x in 1..<m { target[x] += l[x] * (here[x] - here[x - 1]) }
            for x in 0..<m - 1 { target[x] += l[x + 1] * (here[x] - here[x + 1]) }
        }
    }
}
