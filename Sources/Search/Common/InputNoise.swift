import Tensors

/// Finds white noise in a target, by what faces do not have: fine detail of colour.
///
/// In the upper frequencies of small aligned faces the two chrominance axes have 3 to 6 grey levels each, 10 at the most;
/// noise that is independent in red, green and blue has its own standard deviation in both. JPEG leaves less than 3.
enum InputNoise {
    /// From which on it is noise, in grey levels: small pictures have more detail in each pixel.
    static func limit(side: Int) -> Double { side < 24 ? 12 : 9 }
    /// Noise is alike in both axes, a colourful picture is not.
    private static let alike = 1.3
    /// Orthonormal.
    private static let axes: [[Double]] = [
        [Double(0.5).squareRoot(), -Double(0.5).squareRoot(), 0],
        [1 / Double(6).squareRoot(), 1 / Double(6).squareRoot(), -2 / Double(6).squareRoot()],
    ]

    /// The standard deviation of the noise in grey levels 0…255; nil where none shows.
    /// - Parameter target: [3, h, w] in 0…1.
    static func estimate(of target: Tensor<Float>) -> Double? {
        let (height, width) = (target.shape[1], target.shape[2])
        let transform = CosineTransform(height: height, width: width)
        let deviations = axes.map { axis -> Double in
            let plane = (0..<height * width).map { i in
                (0..<3).reduce(0.0) { $0 + 255 * axis[$1] * Double(target[$1 * height * width + i]) }
            }
            let waves = transform(plane)
            var (sum, count) = (0.0, 0)
            for i in waves.indices where transform.frequency(of: i) > 0.6 {
                sum += waves[i] * waves[i]
                count += 1
            }
            return count == 0 ? 0 : (sum / Double(count)).squareRoot()
        }
        let (least, most) = (min(deviations[0], deviations[1]), max(deviations[0], deviations[1]))
        return least >= limit(side: min(height, width)) && most < alike * least ? least : nil
    }
}
