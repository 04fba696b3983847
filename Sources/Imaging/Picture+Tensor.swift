import Tensors

extension Picture {
    /// The picture nearest to a tensor of intensities.
    /// - Parameter image: [3, height, width]; clamped to 0…1, then rounded to the nearest of 256 levels. A value
    ///   that is not a number becomes 0.
    public init(_ image: Tensor<Float>, rounding: LevelRounding = .halfUp) {
        precondition(image.shape.count == 3 && image.shape[0] == 3, "a picture is [3, height, width]")
        let (height, width) = (image.shape[1], image.shape[2])
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        interleaveLevels(image, into: &pixels, rounding: rounding)
        self.init(width: width, height: height, pixels: pixels)
    }

    /// The picture as intensities in 0…1: each level divided by 255.
    /// - Returns: [3, height, width].
    @inlinable
    public func tensor<Scalar>() -> Tensor<Scalar> { intensities(of: 0..<3) }

    /// Its red, green or blue, channel 0, 1 or 2, as intensities in 0…1.
    /// - Returns: [1, height, width].
    @inlinable
    public func channel<Scalar>(_ channel: Int) -> Tensor<Scalar> { intensities(of: channel..<channel + 1) }

    // Inlinable, so that callers in other modules do not look up every number's type.
    @inlinable
    func intensities<Scalar>(of channels: Range<Int>) -> Tensor<Scalar> {
        precondition(channels.lowerBound >= 0 && channels.upperBound <= 3, "a picture has three channels")
        let levels = (0...255).map { Scalar($0) / 255 }
        let plane = width * height
        var image = Tensor<Scalar>(uninitialized: [channels.count, height, width])
        image.withUnsafeMutableBufferPointer { values in
            pixels.withUnsafeBufferPointer { pixels in
                for (place, channel) in channels.enumerated() {
                    for i in 0..<plane { values[place * plane + i] = levels[Int(pixels[i * 3 + channel])] }
                }
            }
        }
        return image
    }
}
