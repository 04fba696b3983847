import Degradation
import Tensors

/// The target at the size that a network looks at: means of a larger one, a smaller one enlarged by triangles.
/// - Parameter picture: [3, h, w].
/// - Returns: [3, side, side].
func thumbnail(of picture: Tensor<Float>, side: Int) -> Tensor<Float> {
    let from = picture.shape[2]
    if from == side { return picture }
    if from > side { return Resampling(filter: .box, from: from, to: side).apply(picture) }
    /// Position and share of the later of two neighbours, for each new pixel.
    let taps = (0..<side).map { i -> (Int, Int, Float) in
        let at = max(0, (Float(i) + 0.5) * Float(from) / Float(side) - 0.5)
        let first = min(Int(at), from - 1)
        return (first, min(first + 1, from - 1), at - Float(first))
    }
    var result = Tensor<Float>(zeros: [3, side, side])
    for c in 0..<3 {
        for (row, (top, bottom, down)) in taps.enumerated() {
            for (column, (left, right, along)) in taps.enumerated() {
                func value(_ y: Int) -> Float {
                    let base = (c * from + y) * from
                    return picture[base + left] + along * (picture[base + right] - picture[base + left])
                }
                result[(c * side + row) * side + column] = value(top) + down * (value(bottom) - value(top))
            }
        }
    }
    return result
}
