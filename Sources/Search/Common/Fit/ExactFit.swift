import Degradation
import Engine
import Tensors

/// Moves a picture onto those whose A is the target, so that nobody sees it: the correction is smooth where the picture
/// is, and bends where its edges and its texture hide that. The picture stays in 0…1 and ends on the 256 levels of the file.
///
/// First come corrections that follow edges (`EdgeMembrane` on cells of a few pixels, `EdgeUpsampling` to the picture),
/// then what little is left goes by A⁺ (`RangeClosing`). The memory serves picture after picture: not safe for
/// concurrent use. The same bits for any number of threads.
package final class ExactFit {
    private let pool: ThreadPool
    private let side, targetSide: Int
    private let closing: RangeClosing
    /// From the coarsest cells to the finest.
    private let membranes: [EdgeMembrane]
    /// From each membrane to the next; the last to the picture.
    private let upsamplings: [EdgeUpsampling]
    /// The picture without its grain, later what is free to move; the picture before; and work, [3, n, n].
    private let guide, original, large: AlignedFloats
    /// y − A x, [3, s, s].
    private let residual: AlignedFloats

    /// - Returns: nil for degradations that are not resamplings.
    init?(degradation: any Degradation, pool: ThreadPool) {
        guard let degradation = degradation as? Resampling else { return nil }
        let (n, s) = (degradation.sourceSize.width, degradation.targetSize.width)
        self.pool = pool
        (side, targetSide) = (n, s)
        closing = RangeClosing(degradation)
        var cells = [ExactFit.finestCell(n, s)]
        while let last = cells.last, n % (2 * last) == 0, n / (2 * last) >= max(2 * s, 32) {
            cells.append(2 * last)
        }
        membranes = cells.reversed().map { EdgeMembrane(degradation, cell: $0) }
        let sides = membranes.map(\.side) + [n]
        upsamplings = zip(sides, sides.dropFirst()).map { EdgeUpsampling(from: $0, to: $1) }
        guide = AlignedFloats(count: 3 * n * n)
        original = AlignedFloats(count: 3 * n * n)
        large = AlignedFloats(count: 3 * n * n)
        residual = AlignedFloats(count: 3 * s * s)
    }

    package convenience init?(degradation: any Degradation, threads: Int = 1) {
        self.init(degradation: degradation, pool: ThreadPool(threads: threads))
    }

    /// In pixels: a quarter of what one pixel of the target covers, no more than four; half of it at the least.
    private static func finestCell(_ n: Int, _ s: Int) -> Int {
        if n % 4 == 0, n >= 16 * s { return 4 }
        return n % 2 == 0 && n >= 4 * s ? 2 : 1
    }

    /// What a fit did.
    package struct Correction: Sendable, Equatable {
        /// Root mean square change of the picture in grey levels, and the same weighted by the face and by what is not
        /// the face; without weights all is face.
        package var rms, rmsInside, rmsOutside: Double
        /// Of A of the picture on its 256 levels to the target, in grey levels.
        package var residualRMS, residualMax: Double
        /// Pixels of the target that are still missed by more than `reach` in some channel: A would have to go beyond
        /// black or white.
        package var unreachable: Int
    }

    /// How far from a pixel of the target counts as having reached it, in grey levels.
    static let reach = 3.0

    /// - Parameters:
    ///   - picture: x0 in 0…1, [3, n, n]; becomes x in multiples of 1/255.
    ///   - target: y in 0…1, [3, s, s].
    ///   - faceWeight: 0…1 on a grid of any size over the picture, [h, w].
    package func callAsFunction(
        _ picture: inout Tensor<Float>, to target: Tensor<Float>, faceWeight: Tensor<Float>? = nil
    ) -> Correction {
        precondition(picture.shape == [3, side, side], "the picture is of another size")
        precondition(target.shape == [3, targetSide, targetSide], "the target is of another size")
        return picture.withUnsafeMutableBufferPointer { x in
            target.withUnsafeBufferPointer { y in
                guard let x = x.baseAddress, let y = y.baseAddress else { preconditionFailure() }
                return fit(x, y, faceWeight)
            }
        }
    }
}

// MARK: - The steps

extension ExactFit {
    private typealias Floats = UnsafeMutablePointer<Float>

    private func fit(_ x: Floats, _ y: UnsafePointer<Float>, _ faceWeight: Tensor<Float>?) -> Correction {
        let plane = side * side
        original.pointer.update(from: x, count: 3 * plane)
        pool.run(3) { roundToLevels(x + $0 * plane, count: plane) }
        var missed = measure(x, y)
        // Half a level is what the target's own rounding hides.
        if missed.rms > 0.4 || missed.max > 1 {
            x.update(from: original.pointer, count: 3 * plane)
            followEdges(x, y)
            pool.run(3) { index in
                closing(channel(index, x, y))
                roundToLevels(x + index * plane, count: plane)
            }
            missed = measure(x, y)
        }
        return correction(x, missed, faceWeight)
    }

    private func channel(_ index: Int, _ x: Floats, _ y: UnsafePointer<Float>) -> RangeClosing.Channel {
        let (plane, count) = (side * side, targetSide * targetSide)
        return RangeClosing.Channel(
            index: index, picture: x + index * plane, target: y + index * count,
            residual: residual.pointer + index * count, large: large.pointer + index * plane,
            free: guide.pointer + index * plane)
    }

    /// residual ← y − A x.
    /// - Returns: its root mean square and its largest absolute value, in grey levels.
    private func measure(_ x: Floats, _ y: UnsafePointer<Float>) -> (rms: Double, max: Double) {
        pool.run(3) { closing.measure(channel($0, x, y)) }
        let count = 3 * targetSide * targetSide
        var (sum, largest) = (0.0, Float(0))
        for i in 0..<count {
            sum += Double(residual[i]) * Double(residual[i])
            largest = max(largest, abs(residual[i]))
        }
        return (255 * (sum / Double(count)).squareRoot(), 255 * Double(largest))
    }

    /// Measured on the finest cells, averaged to the coarser ones.
    private func spreadActivity() {
        guard var fine = membranes.last else { return }
        fine.measureActivity()
        for membrane in membranes.reversed().dropFirst() {
            let cell = fine.side / membrane.side
            average(fine.activity, into: membrane.activity, side: fine.side, cell: cell)
            fine = membrane
        }
    }

    private func followEdges(_ x: Floats, _ y: UnsafePointer<Float>) {
        guard let finest = membranes.last else { return }
        pool.run(3) { channel in
            let start = channel * side * side
            smooth(x + start, into: guide.pointer + start, side: side)
            var (from, n) = (x + start, side)
            for membrane in membranes.reversed() {
                let m = membrane.side
                let to = membrane.guide.pointer + channel * m * m
                average(from, into: to, side: n, cell: n / m)
                (from, n) = (to, m)
            }
        }
        spreadActivity()
        pool.run(membranes.count) { membranes[membranes.count - 1 - $0].prepare() }
        // Where A of cells differs from A of pixels, what the first left is corrected again.
        for round in 0..<3 {
            let missed = measure(x, y)
            if round > 0, missed.max <= 6 { return }
            for (i, membrane) in membranes.enumerated() {
                pool.run(3) { channel in
                    let r = residual.pointer + channel * targetSide * targetSide
                    let m = membrane.side
                    if i == 0 {
                        let value = membrane.value.pointer + channel * m * m
                        enlarge(r, side: targetSide, into: value, side: m)
                    }
                    membrane.solve(r, channel: channel, iterations: i == 0 ? 12 : 8)
                }
                let isFinest = membrane === finest
                upsamplings[i](
                    membrane.value.pointer, colours: membrane.guide.pointer,
                    guide: isFinest ? guide.pointer : membranes[i + 1].guide.pointer,
                    into: isFinest ? x : membranes[i + 1].value.pointer,
                    use: isFinest ? .addWithinRange : .store, pool: pool)
            }
        }
    }
}

// MARK: - What it did

extension ExactFit {
    private func correction(
        _ x: Floats, _ missed: (rms: Double, max: Double), _ faceWeight: Tensor<Float>?
    ) -> Correction {
        let count = targetSide * targetSide
        let limit = Float(ExactFit.reach / 255)
        let unreachable = (0..<count).count { i in
            (0..<3).contains { abs(residual[$0 * count + i]) > limit }
        }
        let (all, inside, weight) = changes(x, faceWeight ?? Tensor([1], shape: [1, 1]))
        func rms(_ sum: Double, _ pixels: Double) -> Double {
            pixels > 0 ? 255 * (max(sum, 0) / (3 * pixels)).squareRoot() : 0
        }
        let pixels = Double(side * side)
        return Correction(
            rms: rms(all, pixels), rmsInside: rms(inside, weight),
            rmsOutside: rms(all - inside, pixels - weight),
            residualRMS: missed.rms, residualMax: missed.max, unreachable: unreachable)
    }

    /// Σ (x − x0)², the same weighted, and Σ weights over the pixels.
    private func changes(_ x: Floats, _ weights: Tensor<Float>) -> (Double, Double, Double) {
        let (n, rows, columns) = (side, weights.shape[0], weights.shape[1])
        var (all, inside, total) = (0.0, 0.0, 0.0)
        for y in 0..<n {
            for column in 0..<columns {
                let first = (column * n + columns - 1) / columns
                let last = ((column + 1) * n + columns - 1) / columns
                var sum: Float = 0
                for channel in 0..<3 {
                    let row = (channel * n + y) * n
                    for i in row + first..<row + last {
                        let change = x[i] - original[i]
                        sum += change * change
                    }
                }
                let weight = Double(weights[y * rows / n * columns + column])
                all += Double(sum)
                inside += weight * Double(sum)
                total += weight * Double(last - first)
            }
        }
        return (all, inside, total)
    }
}
