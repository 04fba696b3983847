import Degradation
import Tensors

/// Corrections on square cells of the picture that are smooth but for the picture's own edges: what minimises
/// Σ w (cᵢ − cⱼ)² + k |A c − r|² over neighbouring cells i, j, where w falls with their difference in colour.
///
/// Unlike A⁺ r, such a correction does not swing around zero beside an edge. Source: colour propagation with edge
/// weights as in Levin et al., "Colorization using optimization" (SIGGRAPH 2004), by conjugate gradients.
final class EdgeMembrane {
    /// Cells along one side of the picture.
    let side: Int
    /// The colours of the cells, [3, m, m].
    var guide: Tensor<Float>
    /// c, [3, m, m].
    var value: Tensor<Float>

    /// A on cells.
    private let degradation: Resampling
    /// k.
    private let stiffness: Float
    /// Σᵢ Aᵢⱼ² along one axis.
    private let energies: [Float]
    /// Weights towards the cell on the left, [m, m] and a zero, and above, [m + 1, m]; zero at the border.
    private var left: [Float]
    private var above: [Float]
    /// One over the diagonal of what is minimised.
    private var preconditioner: [Float]
    private var residual: Tensor<Float>
    private var direction: Tensor<Float>
    private var image: Tensor<Float>
    private var small: Tensor<Float>
    private var scratch: Tensor<Float>

    /// - Parameters:
    ///   - degradation: of the whole picture.
    ///   - cell: the side of a cell in pixels.
    init(_ degradation: Resampling, cell: Int) {
        let coarse = degradation.onCells(of: cell)
        let (m, s) = (coarse.sourceSize.width, coarse.targetSize.width)
        self.degradation = coarse
        side = m
        energies = coarse.columnEnergies.map(Float.init)
        stiffness = Float(100 * Double(s) / coarse.rowEnergies.reduce(0, +))
        left = Array(repeating: 0, count: m * m + 1)
        above = Array(repeating: 0, count: m * m + m)
        preconditioner = Array(repeating: 0, count: m * m)
        guide = Tensor(zeros: [3, m, m])
        value = Tensor(zeros: [3, m, m])
        residual = Tensor(zeros: [3, m, m])
        direction = Tensor(zeros: [3, m, m])
        image = Tensor(zeros: [3, m, m])
        small = Tensor(zeros: [3, s, s])
        scratch = Tensor(zeros: coarse.scratchShape(channels: 3))
    }

    /// Takes the edges from `guide`.
    func prepare() {
        let m = side
        let plane = m * m
        guide.withUnsafeBufferPointer { colours in
            for y in 0..<m {
                for x in 0..<m {
                    let i = y * m + x
                    left[i] = x == 0 ? 0 : edgeWeight(colours, i, i - 1, plane: plane)
                    above[i] = y == 0 ? 0 : edgeWeight(colours, i, i - m, plane: plane)
                }
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

    /// Moves `value` towards the correction of a residual r, from where it is.
    /// - Parameter target: r, [3, s, s].
    func solve(_ target: Tensor<Float>, iterations: Int) {
        degradation.apply(value, into: &small, scratch: &scratch)
        for i in 0..<small.count { small[i] = target[i] - small[i] }
        degradation.applyAdjoint(small, into: &residual, scratch: &scratch)
        var slopes = SIMD4<Float>(repeating: 0)
        forEachChannel { channel, c, r, p, _ in
            for i in 0..<self.side * self.side { r[i] *= -self.stiffness }
            _ = self.addStiffness(of: c, to: r, factor: 1)
            for i in 0..<self.side * self.side { r[i] = -r[i] }
            slopes[channel] = self.restart(r, p)
        }
        for _ in 0..<iterations {
            degradation.apply(direction, into: &small, scratch: &scratch)
            degradation.applyAdjoint(small, into: &image, scratch: &scratch)
            forEachChannel { channel, c, r, p, q in
                let curvature = self.addStiffness(of: p, to: q, factor: self.stiffness)
                guard curvature > 0, slopes[channel] > 0 else { return }
                let step = slopes[channel] / curvature
                let slope = self.advance(by: step, c, r, p, q)
                self.turn(p, r, by: slope / slopes[channel])
                slopes[channel] = slope
            }
        }
    }

    private typealias Cells = UnsafeMutablePointer<Float>

    /// Calls with the pointers to one channel of value, residual, direction, image.
    private func forEachChannel(_ body: (Int, Cells, Cells, Cells, Cells) -> Void) {
        let plane = side * side
        value.withUnsafeMutableBufferPointer { c in
            residual.withUnsafeMutableBufferPointer { r in
                direction.withUnsafeMutableBufferPointer { p in
                    image.withUnsafeMutableBufferPointer { q in
                        guard let c = c.baseAddress, let r = r.baseAddress, let p = p.baseAddress,
                            let q = q.baseAddress
                        else { return }
                        for channel in 0..<3 {
                            let start = channel * plane
                            body(channel, c + start, r + start, p + start, q + start)
                        }
                    }
                }
            }
        }
    }

    /// q ← factor·q + K p, where pᵀ K p is Σ w (pᵢ − pⱼ)².
    /// - Returns: ⟨p, q⟩.
    private func addStiffness(of p: Cells, to q: Cells, factor: Float) -> Float {
        let m = side
        left.withUnsafeBufferPointer { left in
            above.withUnsafeBufferPointer { above in
                guard let left = left.baseAddress, let above = above.baseAddress else { return }
                for y in 0..<m {
                    let row = y * m
                    let (here, target) = (p + row, q + row)
                    let (up, down) = (y == 0 ? here : here - m, y == m - 1 ? here : here + m)
                    let (l, a, b) = (left + row, above + row, above + row + m)
                    for x in 0..<m {
                        target[x] = factor * target[x] + a[x] * (here[x] - up[x]) + b[x] * (here[x] - down[x])
                    }
                    for x in 1..<m { target[x] += l[x] * (here[x] - here[x - 1]) }
                    for x in 0..<m - 1 { target[x] += l[x + 1] * (here[x] - here[x + 1]) }
                }
            }
        }
        return dot(p, q, count: m * m)
    }

    /// p ← r over the diagonal.
    /// - Returns: ⟨r, p⟩.
    private func restart(_ r: Cells, _ p: Cells) -> Float {
        preconditioner.withUnsafeBufferPointer { d in
            for i in 0..<side * side { p[i] = r[i] * d[i] }
        }
        return dot(r, p, count: side * side)
    }

    /// c ← c + step p, r ← r − step q.
    /// - Returns: ⟨r, r over the diagonal⟩.
    private func advance(by step: Float, _ c: Cells, _ r: Cells, _ p: Cells, _ q: Cells) -> Float {
        preconditioner.withUnsafeBufferPointer { d in
            for i in 0..<side * side {
                c[i] += step * p[i]
                r[i] -= step * q[i]
                q[i] = r[i] * d[i]
            }
        }
        return dot(r, q, count: side * side)
    }

    /// p ← r over the diagonal + ratio p.
    private func turn(_ p: Cells, _ r: Cells, by ratio: Float) {
        preconditioner.withUnsafeBufferPointer { d in
            for i in 0..<side * side { p[i] = r[i] * d[i] + ratio * p[i] }
        }
    }
}

/// How much two colours belong together, 1 for what differs by noise only, and never quite 0.
///
/// Flat near zero, since the square of a square is compared: the picture's grain is no edge.
/// - Parameter distance: the sum of the squares of the differences of red, green and blue, in 0…1.
@inline(__always)
func colourAffinity(_ distance: Float) -> Float {
    let ratio = distance * (1 / (0.12 * 0.12))
    let falloff = 1 / (1 + ratio * ratio)
    return falloff * falloff
}

@inline(__always)
private func edgeWeight(_ colours: UnsafeBufferPointer<Float>, _ i: Int, _ j: Int, plane: Int) -> Float {
    let red = colours[i] - colours[j]
    let green = colours[plane + i] - colours[plane + j]
    let blue = colours[2 * plane + i] - colours[2 * plane + j]
    return max(0.01, colourAffinity(red * red + green * green + blue * blue))
}

/// ⟨a, b⟩, in an order of its own that does not depend on the machine.
private func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    var sums = SIMD8<Float>(repeating: 0)
    var i = 0
    while i + 8 <= count {
        let x = UnsafeRawPointer(a + i).loadUnaligned(as: SIMD8<Float>.self)
        let y = UnsafeRawPointer(b + i).loadUnaligned(as: SIMD8<Float>.self)
        sums += x * y
        i += 8
    }
    var rest: Float = 0
    while i < count {
        rest += a[i] * b[i]
        i += 1
    }
    return sums.sum() + rest
}
