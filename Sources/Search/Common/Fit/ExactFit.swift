import Degradation
import Tensors

/// Moves a picture onto those whose A is the target, so that nobody sees it: the correction is smooth but for the
/// picture's own edges. The picture stays in 0…1 and ends on the 256 levels of the file.
///
/// First come corrections that follow edges (`EdgeMembrane` on cells of a few pixels, `EdgeUpsampling` to the picture),
/// then A⁺ for the little that is left, and last A⁺ of the pixels that black and white do not hold.
/// Not safe for concurrent use: its memory serves picture after picture.
final class ExactFit {
    private let degradation: Resampling
    private let inverse: NormalInverse
    /// From the coarsest cells to the finest.
    private let membranes: [EdgeMembrane]
    /// From each membrane to the next; the last to the picture.
    private var upsamplings: [EdgeUpsampling]

    /// The picture without its grain, later which pixels are free, [3, n, n].
    private var guide: Tensor<Float>
    /// The picture before, [3, n, n].
    private var original: Tensor<Float>
    /// Aᵀ of something, [3, n, n].
    private var large: Tensor<Float>
    /// y − A x, [3, s, s].
    private var residual: Tensor<Float>
    private var scratch: Tensor<Float>

    /// - Returns: nil for degradations that are not resamplings.
    init?(degradation: any Degradation, threads: Int = 1) {
        guard let degradation = degradation as? Resampling else { return nil }
        let (n, s) = (degradation.sourceSize.width, degradation.targetSize.width)
        self.degradation = degradation
        inverse = NormalInverse(degradation)
        var cells = [ExactFit.finestCell(n, s)]
        while let last = cells.last, n % (2 * last) == 0, n / (2 * last) >= max(2 * s, 32) {
            cells.append(2 * last)
        }
        membranes = cells.reversed().map { EdgeMembrane(degradation, cell: $0) }
        let sides = membranes.map(\.side) + [n]
        upsamplings = zip(sides, sides.dropFirst()).map { EdgeUpsampling(from: $0, to: $1) }
        guide = Tensor(zeros: [3, n, n])
        original = Tensor(zeros: [3, n, n])
        large = Tensor(zeros: [3, n, n])
        residual = Tensor(zeros: [3, s, s])
        scratch = Tensor(zeros: degradation.scratchShape(channels: 3))
    }

    /// In pixels: a quarter of what one pixel of the target covers, no more than four.
    private static func finestCell(_ n: Int, _ s: Int) -> Int {
        for cell in [4, 2] where n % cell == 0 && n >= (cell == 4 ? 16 : 4) * s { return cell }
        return 1
    }

    /// What a fit did.
    struct Correction: Sendable, Equatable {
        /// Root mean square change of the picture in grey levels; inside the face and outside, by the caller's weights.
        var rms, rmsInside, rmsOutside: Double
        /// Of A of the picture on its 256 levels to the target, in grey levels.
        var residualRMS, residualMax: Double
        /// Pixels of the target that are still missed by more than `ExactFit.reach` grey levels in some channel:
        /// no picture in 0…1 has them, since A goes beyond black or white to reach them.
        var unreachable: Int
    }

    /// Of the target's pixels, in grey levels.
    static let reach = 3.0

    /// - Parameters:
    ///   - picture: x0 in 0…1, [3, n, n]; becomes x in multiples of 1/255.
    ///   - target: y in 0…1, [3, s, s].
    ///   - faceWeight: 0…1 on a grid of any size over the picture, 1 inside the face, [h, w].
    func callAsFunction(
        _ picture: inout Tensor<Float>, to target: Tensor<Float>, faceWeight: Tensor<Float>? = nil
    ) -> Correction {
        original.copyElements(of: picture)
        picture.roundToLevels()
        var missed = miss(picture, target)
        if missed.rms > 0.25 || missed.max > 1 {
            picture.copyElements(of: original)
            missed = miss(picture, target)
            followEdges(&picture, target, &missed)
            close(&picture, target, &missed)
            closeWithinRange(&picture, target, &missed)
            picture.roundToLevels()
            missed = miss(picture, target)
        }
        return correction(picture, missed, faceWeight)
    }
}

// MARK: - The steps

extension ExactFit {
    /// Of residual, in grey levels.
    fileprivate struct Miss { var rms, max: Double }

    /// residual ← y − A x.
    private func miss(_ picture: Tensor<Float>, _ target: Tensor<Float>) -> Miss {
        degradation.apply(picture, into: &residual, scratch: &scratch)
        var (sum, largest) = (0.0, Float(0))
        target.withUnsafeBufferPointer { y in
            residual.withUnsafeMutableBufferPointer { r in
                for i in 0..<r.count {
                    r[i] = y[i] - r[i]
                    largest = max(largest, abs(r[i]))
                    sum += Double(r[i]) * Double(r[i])
                }
            }
        }
        return Miss(rms: 255 * (sum / Double(residual.count)).squareRoot(), max: 255 * Double(largest))
    }

    private func followEdges(_ picture: inout Tensor<Float>, _ target: Tensor<Float>, _ missed: inout Miss) {
        guide.smooth(picture)
        guard let finest = membranes.last else { return }
        finest.guide.average(picture)
        for i in membranes.indices.dropLast().reversed() {
            membranes[i].guide.average(membranes[i + 1].guide)
        }
        for membrane in membranes { membrane.prepare() }
        for round in 0..<3 where round == 0 || missed.max > 6 {
            membranes[0].value.interpolate(residual)
            for (i, membrane) in membranes.enumerated() {
                membrane.solve(residual, iterations: i == 0 ? 12 : 8)
                if i + 1 < membranes.count {
                    let next = membranes[i + 1]
                    upsamplings[i](
                        membrane.value, colours: membrane.guide, guide: next.guide, into: &next.value,
                        use: .store)
                } else {
                    upsamplings[i](
                        membrane.value, colours: membrane.guide, guide: guide, into: &picture,
                        use: .addWithinRange)
                }
            }
            missed = miss(picture, target)
        }
    }

    /// x ← x + A⁺(y − A x), kept in 0…1.
    private func close(_ picture: inout Tensor<Float>, _ target: Tensor<Float>, _ missed: inout Miss) {
        for _ in 0..<2 where missed.max > 0.5 {
            inverse(&residual)
            degradation.applyAdjoint(residual, into: &large, scratch: &scratch)
            picture.addWithinRange(large)
            missed = miss(picture, target)
        }
    }

    /// The same of pixels that can still move: those that black or white holds are left out of A.
    private func closeWithinRange(
        _ picture: inout Tensor<Float>, _ target: Tensor<Float>, _ missed: inout Miss
    ) {
        var multiplier = Tensor<Float>(zeros: residual.shape)
        var direction = multiplier
        var image = multiplier
        for _ in 0..<4 where missed.max > 1 {
            var z = residual
            inverse(&z)
            degradation.applyAdjoint(z, into: &large, scratch: &scratch)
            guide.markFree(picture, moving: large)
            multiplier.clear()
            direction.copyElements(of: z)
            var slope = residual.dot(z)
            for _ in 0..<6 {
                degradation.applyAdjoint(direction, into: &large, scratch: &scratch)
                large.multiply(by: guide)
                degradation.apply(large, into: &image, scratch: &scratch)
                let curvature = direction.dot(image)
                guard curvature > 0, slope > 0 else { break }
                let step = Float(slope / curvature)
                multiplier.add(direction, times: step)
                residual.add(image, times: -step)
                if residual.largest < 0.25 / 255 { break }
                z.copyElements(of: residual)
                inverse(&z)
                let next = residual.dot(z)
                direction.scale(by: Float(next / slope))
                direction.add(z, times: 1)
                slope = next
            }
            degradation.applyAdjoint(multiplier, into: &large, scratch: &scratch)
            large.multiply(by: guide)
            picture.addWithinRange(large)
            missed = miss(picture, target)
        }
    }

    private func correction(
        _ picture: Tensor<Float>, _ missed: Miss, _ faceWeight: Tensor<Float>?
    ) -> Correction {
        let size = changes(from: original, to: picture, faceWeight: faceWeight)
        let plane = residual.count / 3
        let limit = Float(ExactFit.reach / 255)
        let unreachable = (0..<plane).count { i in
            (0..<3).contains { abs(residual[$0 * plane + i]) > limit }
        }
        return Correction(
            rms: size.all, rmsInside: size.inside, rmsOutside: size.outside, residualRMS: missed.rms,
            residualMax: missed.max, unreachable: unreachable)
    }
}
