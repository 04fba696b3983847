import CVips
import Imaging

extension Picture {
    /// Shrunk by an antialiased Lanczos filter of three lobes.
    package func shrunk(width: Int, height: Int) throws(AlignmentError) -> Picture {
        precondition(width <= self.width && height <= self.height, "this filter does not enlarge")
        return try rendered(width: width, height: height) { source, pixels, reason, size in
            cvips_shrink_lanczos(source, Int32(width), Int32(height), pixels, reason, size)
        }
    }

    /// Blurred by a Gaussian of standard deviation `sigma` pixels.
    func blurred(sigma: Double) throws(AlignmentError) -> Picture {
        try rendered(width: width, height: height) { source, pixels, reason, size in
            cvips_gaussian_blur(source, sigma, pixels, reason, size)
        }
    }

    /// What a square shows, turned upright: `side` pixels, sampled four times as finely and then reduced.
    func extracting(_ square: FaceSquare, side: Int) throws(AlignmentError) -> Picture {
        let corners = square.corners
        let right = corners[3] - corners[0]
        let down = corners[1] - corners[0]
        let area = cvips_parallelogram(
            x: corners[0].x, y: corners[0].y, right_x: right.x, right_y: right.y, down_x: down.x,
            down_y: down.y)
        return try rendered(width: side, height: side) { source, pixels, reason, size in
            cvips_extract_parallelogram(source, area, Int32(side), 4, pixels, reason, size)
        }
    }

    /// The part inside `box`, which lies inside the picture.
    func cropped(to box: PixelBox) -> Picture {
        let (width, height) = (box.right - box.left, box.bottom - box.top)
        let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
            for row in box.top..<box.bottom {
                let start = (row * self.width + box.left) * 3
                _ = buffer[count...].update(fromContentsOf: self.pixels[start..<start + width * 3])
                count += width * 3
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    private typealias Render = (
        cvips_picture, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<CChar>, Int
    ) -> cvips_status

    /// A picture of the given size that a function of the shim draws.
    private func rendered(width: Int, height: Int, by render: Render) throws(AlignmentError) -> Picture {
        var reason = [CChar](repeating: 0, count: 512)
        var status = CVIPS_OK
        let size = width * height * 3
        let drawn = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            status = pixels.withUnsafeBufferPointer { source in
                let picture = cvips_picture(
                    pixels: source.baseAddress, width: Int32(self.width), height: Int32(self.height))
                return render(picture, buffer.baseAddress, &reason, reason.count)
            }
            count = status == CVIPS_OK ? size : 0
        }
        guard status == CVIPS_OK else {
            let bytes = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .resamplingFailed(reason: String(decoding: bytes, as: UTF8.self))
        }
        return Picture(width: width, height: height, pixels: drawn)
    }
}
