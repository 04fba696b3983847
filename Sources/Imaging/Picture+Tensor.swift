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
    public func tensor<Scalar>() -> Tensor<Scalar> {
        let levels = (0...255).map { Scalar($0) / 255 }
        let plane = width * height
        var image = Tensor<Scalar>(zeros: [3, height, width])
        image.withUnsafeMutableBufferPointer { values in
            for channel in 0..<3 {
                for i in 0..<plane { values[channel * plane + i] = levels[Int(pixels[i * 3 + channel])] }
            }
        }
        return image
    }
}
