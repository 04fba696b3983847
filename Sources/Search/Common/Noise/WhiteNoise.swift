import Tensors

/// Finds Gaussian noise in a target, by fine detail that faces do not have.
enum WhiteNoise {
    /// The standard deviation, in grey levels 0…255, of noise that is independent in red, green and blue; nil where none
    /// shows.
    ///
    /// In the upper frequencies of small aligned faces the two chrominance axes have 3 to 6 grey levels each, 10 at the
    /// most; noise has its own standard deviation in both. JPEG leaves less than 3.
    /// - Parameter target: [3, h, w] in 0…1.
    static func colour(of target: Tensor<Float>) -> Double? {
        let details = axes.map { FineDetail(of: target, along: $0) }
        let (least, most) = (min(details[0].all, details[1].all), max(details[0].all, details[1].all))
        guard most < alike * least else { return nil }
        // Small pictures have more detail in each pixel, and too few frequencies to tell that noise has all of them.
        if min(target.shape[1], target.shape[2]) < 24 { return least >= 12 ? least : nil }
        return least >= 9 && details.allSatisfy { $0.corner > 0.6 * $0.others } ? least : nil
    }

    /// The standard deviation, in grey levels 0…255, of noise that is the same in red, green and blue; nil where none shows.
    ///
    /// Noise is the same at all frequencies. A face, and every means of making it small but taking single pixels, leaves
    /// little where both the horizontal and the vertical frequency are high: 3 to 5 grey levels from 32 pixels a side, 14 at
    /// the most, and then half of what is at the other high frequencies. Smaller pictures of faces have as much there as
    /// noise.
    /// - Parameter target: [3, h, w] in 0…1.
    static func grey(of target: Tensor<Float>) -> Double? {
        guard min(target.shape[1], target.shape[2]) >= 32 else { return nil }
        let detail = FineDetail(of: target, along: [1.0 / 3, 1.0 / 3, 1.0 / 3])
        return detail.corner >= 12 && detail.corner * detail.corner > 9 * detail.others ? detail.corner : nil
    }

    /// Noise is alike in both axes of chrominance, a colourful picture is not.
    private static let alike = 1.3
    /// Those axes, orthonormal.
    private static let axes: [[Double]] = [
        [Double(0.5).squareRoot(), -Double(0.5).squareRoot(), 0],
        [1 / Double(6).squareRoot(), 1 / Double(6).squareRoot(), -2 / Double(6).squareRoot()],
    ]
}

/// The root mean squares of a picture's high frequencies along an axis of colour, in grey levels 0…255.
private struct FineDetail {
    /// Of all of them; of those where both the horizontal and the vertical frequency are high; and of the others.
    let all, corner, others: Double

    /// - Parameters:
    ///   - target: [3, h, w] in 0…1.
    ///   - axis: of red, green and blue.
    init(of target: Tensor<Float>, along axis: [Double]) {
        // Noise is everywhere: of a large picture the middle will do.
        let (rows, columns) = (target.shape[1], target.shape[2])
        let (height, width) = (min(rows, 128), min(columns, 128))
        let first = (rows - height) / 2 * columns + (columns - width) / 2
        let transform = CosineTransform(height: height, width: width)
        let waves = transform(
            (0..<height * width).map { i in
                let place = first + i / width * columns + i % width
                return (0..<3).reduce(0.0) {
                    $0 + 255 * axis[$1] * Double(target[$1 * rows * columns + place])
                }
            })
        var (sums, counts) = ([0.0, 0, 0], [0.0, 0, 0])
        for i in waves.indices where transform.frequency(of: i) > 0.6 {
            let isCorner = 10 * (i / width) > 7 * height && 10 * (i % width) > 7 * width
            for k in [0, isCorner ? 1 : 2] {
                sums[k] += waves[i] * waves[i]
                counts[k] += 1
            }
        }
        let values = zip(sums, counts).map { $1 == 0 ? 0 : ($0 / $1).squareRoot() }
        (all, corner, others) = (values[0], values[1], values[2])
    }
}
