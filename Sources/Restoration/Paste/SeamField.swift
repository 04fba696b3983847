import Tensors

/// What is added to a picture inside a mask so that it meets, at the mask's edge, the picture around it: the difference
/// there, fading inwards.
///
/// It solves Δc = c/ℓ² with c given around the mask, on cells of a few pixels.
struct SeamField {
    /// [3, side, side].
    let values: [Float]
    let side: Int
    private let cell: Int

    /// - Parameters:
    ///   - difference: of the picture around it from the one inside, [3, n, n]; only what is outside the mask is looked at.
    ///   - mask: [n, n], true inside.
    ///   - cell: in pixels; divides n.
    ///   - reach: ℓ, in pixels.
    init(_ difference: Tensor<Float>, outside mask: [Bool], side n: Int, cell: Int, reach: Double) {
        let m = n / cell
        var (known, isKnown) = (
            [Float](repeating: 0, count: 3 * m * m), [Bool](repeating: false, count: m * m)
        )
        for row in 0..<m {
            for column in 0..<m {
                var (sum, count) = (SIMD3<Float>(), Float(0))
                for y in row * cell..<(row + 1) * cell {
                    for x in column * cell..<(column + 1) * cell where !mask[y * n + x] {
                        let i = y * n + x
                        sum += SIMD3(difference[i], difference[n * n + i], difference[2 * n * n + i])
                        count += 1
                    }
                }
                guard count > 0 else { continue }
                isKnown[row * m + column] = count == Float(cell * cell)
                for channel in 0..<3 { known[channel * m * m + row * m + column] = sum[channel] / count }
            }
        }
        let decay = Float(Double(cell * cell) / (reach * reach))
        for channel in 0..<3 {
            let base = channel * m * m
            // Successive over-relaxation.
            for _ in 0..<60 {
                for row in 0..<m {
                    for column in 0..<m {
                        let i = row * m + column
                        guard !isKnown[i] else { continue }
                        var (sum, count) = (Float(0), Float(0))
                        if column > 0 { sum += known[base + i - 1]; count += 1 }
                        if column + 1 < m { sum += known[base + i + 1]; count += 1 }
                        if row > 0 { sum += known[base + i - m]; count += 1 }
                        if row + 1 < m { sum += known[base + i + m]; count += 1 }
                        known[base + i] += 1.6 * (sum / (count + decay) - known[base + i])
                    }
                }
            }
        }
        (values, side, self.cell) = (known, m, cell)
    }

    /// Between the four nearest cells.
    func value(channel: Int, x: Int, y: Int) -> Float {
        let u = min(max((Float(x) + 0.5) / Float(cell) - 0.5, 0), Float(side - 1))
        let v = min(max((Float(y) + 0.5) / Float(cell) - 0.5, 0), Float(side - 1))
        let (left, top) = (Int(u), Int(v))
        let (right, bottom) = (min(left + 1, side - 1), min(top + 1, side - 1))
        let base = channel * side * side
        func at(_ column: Int, _ row: Int) -> Float { values[base + row * side + column] }
        let upper = at(left, top) + (u - Float(left)) * (at(right, top) - at(left, top))
        let lower = at(left, bottom) + (u - Float(left)) * (at(right, bottom) - at(left, bottom))
        return upper + (v - Float(top)) * (lower - upper)
    }
}
