import CVips
import Degradation
import Tensors

extension Picture {
    /// A picture of one colour.
    /// - Parameter fill: red, green, blue.
    public static func canvas(
        width: Int, height: Int, fill: (UInt8, UInt8, UInt8) = (255, 255, 255)
    ) -> Picture {
        var pixels = [UInt8](repeating: fill.0, count: width * height * 3)
        for i in 0..<width * height {
            pixels[i * 3 + 1] = fill.1
            pixels[i * 3 + 2] = fill.2
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    /// Copies another picture in with its top left corner at (`x`, `y`); what falls outside is cut off.
    public mutating func draw(_ picture: Picture, x: Int, y: Int) {
        let columns = max(0, -x)..<max(max(0, -x), min(picture.width, width - x))
        let rows = max(0, -y)..<max(max(0, -y), min(picture.height, height - y))
        for row in rows {
            let source = (row * picture.width + columns.lowerBound) * 3
            let target = ((row + y) * width + columns.lowerBound + x) * 3
            for i in 0..<columns.count * 3 { pixels[target + i] = picture.pixels[source + i] }
        }
    }

    /// Draws one line of text with the top left corner of its line at (`x`, `y`), so that texts drawn at the same
    /// height share a baseline.
    ///
    /// Where no text can be rendered, for want of a font, the picture stays as it is.
    /// - Parameters:
    ///   - size: height of the em in pixels.
    ///   - colour: red, green, blue.
    /// - Returns: how far the ink reaches right of `x` and below `y`; zero where nothing was drawn.
    @discardableResult
    public mutating func drawText(
        _ text: String, x: Int, y: Int, size: Int, colour: (UInt8, UInt8, UInt8) = (0, 0, 0)
    ) -> (width: Int, height: Int) {
        guard let mask = TextMask(text, size: size) else { return (0, 0) }
        let ink = [Int(colour.0), Int(colour.1), Int(colour.2)]
        for row in 0..<mask.height where (0..<height).contains(row + mask.top + y) {
            for column in 0..<mask.width where (0..<width).contains(column + mask.left + x) {
                let cover = Int(mask.coverage[row * mask.width + column])
                let i = ((row + mask.top + y) * width + column + mask.left + x) * 3
                for channel in 0..<3 {
                    let paper = Int(pixels[i + channel])
                    pixels[i + channel] = UInt8((paper * (255 - cover) + ink[channel] * cover + 127) / 255)
                }
            }
        }
        return (max(0, mask.left + mask.width), max(0, mask.top + mask.height))
    }

    /// The picture with every pixel repeated until it measures `side` at its longer edge (nearest neighbour,
    /// whole multiples or not).
    public func enlarged(to side: Int) -> Picture {
        let longer = max(width, height)
        return enlarged(
            width: max(1, width * side / longer), height: max(1, height * side / longer))
    }

    /// The picture sampled at the nearest pixel into other extents.
    public func enlarged(width newWidth: Int, height newHeight: Int) -> Picture {
        let columns = (0..<newWidth).map { ($0 * 2 + 1) * width / (newWidth * 2) }
        let bytes = [UInt8](unsafeUninitializedCapacity: newWidth * newHeight * 3) { target, count in
            for row in 0..<newHeight {
                let source = (row * 2 + 1) * height / (newHeight * 2) * width
                for column in 0..<newWidth {
                    let from = (source + columns[column]) * 3
                    let to = (row * newWidth + column) * 3
                    for channel in 0..<3 { target[to + channel] = pixels[from + channel] }
                }
            }
            count = newWidth * newHeight * 3
        }
        return Picture(width: newWidth, height: newHeight, pixels: bytes)
    }

    /// The picture through a degradation, clamped and rounded to 8 bits.
    /// - Precondition: the picture is of the degradation's source size.
    public func downscaled(by degradation: any Degradation) -> Picture {
        precondition(
            PixelSize(width: width, height: height) == degradation.sourceSize,
            "the degradation is for another size")
        return Picture(degradation.apply(tensor() as Tensor<Float>))
    }
}

/// The ink of one line of text, and its place within the line.
private struct TextMask {
    var left: Int
    var top: Int
    var width: Int
    var height: Int
    /// 0 outside the letters, 255 inside.
    var coverage: [UInt8]

    /// Nil where there is nothing to draw, or no means to.
    init?(_ text: String, size: Int) {
        guard size > 0, text.contains(where: { !$0.isWhitespace }) else { return nil }
        var memory: UnsafeMutablePointer<UInt8>?
        var (left, top, width, height): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        var reason = [CChar](repeating: 0, count: 256)
        let status = cvips_text(
            text, Int32(size), &memory, &left, &top, &width, &height, &reason, reason.count)
        guard status == CVIPS_OK, let memory else { return nil }
        defer { cvips_free(memory) }
        (self.left, self.top) = (Int(left), Int(top))
        (self.width, self.height) = (Int(width), Int(height))
        coverage = Array(UnsafeBufferPointer(start: memory, count: self.width * self.height))
    }
}
