import Tensors

/// Whole blocks of 8×8 pixels of a plane of Y, Cb and Cr, as JPEG sees them: of many, 64 spread over the picture.
struct JPEGBlocks {
    private static let transform = CosineTransform(height: 8, width: 8)
    private static let most = 64
    private static let enough = 16

    /// The frequencies of each block, [64].
    private var waves: [[Double]] = []
    /// Of blocks where a pixel is at black or white in some colour, and may have been beyond: which pixels are not.
    private var free: [[Bool]?] = []
    private var freeCount = 0

    /// - Parameters:
    ///   - target: [3, h, w] in 0…1.
    ///   - plane: 0 for Y, 1 and 2 for Cb and Cr.
    init(of target: Tensor<Float>, plane: Int) {
        let (height, width) = (target.shape[1], target.shape[2])
        let values = Self.plane(plane, of: target)
        let columns = width / 8
        let blocks = (0..<height / 8 * columns).map { block -> (places: [Int], free: [Bool]) in
            let places = (0..<64).map { i in
                (block / columns * 8 + i / 8) * width + block % columns * 8 + i % 8
            }
            return (
                places,
                places.map { place in
                    (0..<3).allSatisfy { c in
                        let value = target[c * height * width + place]
                        return value > 0 && value < 1
                    }
                }
            )
        }
        // Those without such pixels are quicker, and tell more.
        let whole = blocks.filter { !$0.free.contains(false) }
        let chosen = whole.count >= Self.enough ? whole : blocks
        let count = min(chosen.count, Self.most)
        for k in 0..<count {
            let (places, isFree) = chosen[k * chosen.count / count]
            // Y is kept as its distance from the middle.
            waves.append(Self.transform(places.map { values[$0] - (plane == 0 ? 128 : 0) }))
            let number = isFree.count { $0 }
            free.append(number == 64 ? nil : isFree)
            freeCount += number
        }
    }

    /// The mean square by which rounding the frequencies to multiples of `steps` changes the pixels that are free.
    func squareError(_ steps: [Double]) -> Double {
        var sum = 0.0
        for (waves, free) in zip(waves, free) {
            let change = (0..<64).map { waves[$0] - steps[$0] * (waves[$0] / steps[$0]).rounded() }
            if let free {
                if !free.contains(true) { continue }
                for (value, isFree) in zip(Self.transform.inverse(change), free) where isFree {
                    sum += value * value
                }
            } else {
                sum += change.reduce(0) { $0 + $1 * $1 }
            }
        }
        return freeCount == 0 ? 0 : sum / Double(freeCount)
    }

    /// The grey levels of Y, Cb or Cr, [h · w].
    static func plane(_ plane: Int, of picture: Tensor<Float>) -> [Double] {
        let rows = [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]]
        let count = picture.shape[1] * picture.shape[2]
        return (0..<count).map { i in
            (0..<3).reduce(0.0) { $0 + 255 * rows[plane][$1] * Double(picture[$1 * count + i]) }
        }
    }

    /// What to follow of a residual of Y, Cb or Cr: of each frequency the share of its mean energy E, over all blocks, that
    /// rounding to multiples of a step does not explain, 1 − step² / 12 E; and as much more as is needed to miss no
    /// frequency of a block by more than half a step.
    /// - Parameters:
    ///   - steps: [64].
    ///   - residual: [h · w].
    ///   - cell: 2 for means of 2×2 pixels in the place of single ones.
    /// - Returns: [h · w].
    static func followed(
        _ residual: [Double], steps: [Double], width: Int, height: Int, cell: Int
    ) -> [Double] {
        let length = 8 * cell
        let columns = (width + length - 1) / length
        let count = columns * ((height + length - 1) / length)
        var blocks = (0..<count).map { block -> [Double] in
            let (top, left) = (block / columns * length, block % columns * length)
            // Blocks at the edge go on with the last pixel.
            return transform(
                (0..<64).map { i in
                    (0..<cell * cell).reduce(0.0) { sum, k in
                        let y = min(top + i / 8 * cell + k / cell, height - 1)
                        return sum + residual[y * width + min(left + i % 8 * cell + k % cell, width - 1)]
                    } / Double(cell * cell)
                })
        }
        for k in 0..<64 {
            let energy = blocks.reduce(0) { $0 + $1[k] * $1[k] } / Double(count)
            let share = energy > 0 ? min(1, steps[k] * steps[k] / (12 * energy)) : 1
            for block in 0..<count {
                let left = min(max(share * blocks[block][k], -steps[k] / 2), steps[k] / 2)
                blocks[block][k] -= left
            }
        }
        var result = [Double](repeating: 0, count: width * height)
        for (block, waves) in blocks.enumerated() {
            let (top, left) = (block / columns * length, block % columns * length)
            let pixels = transform.inverse(waves)
            for y in top..<min(top + length, height) {
                for x in left..<min(left + length, width) {
                    result[y * width + x] = pixels[(y - top) / cell * 8 + (x - left) / cell]
                }
            }
        }
        return result
    }
}
