import Imaging

/// How much neighbouring pixels of a picture differ, where that is more than compression makes of one colour.
struct DifferenceMap {
    let width, height: Int
    /// Sums down the columns of the differences between pixels x and x + 1: [height + 1, width], the rows above each.
    private let across: [UInt32]
    /// Sums along the rows of the differences between pixels y and y + 1: [width + 1, height].
    private let down: [UInt32]

    /// Differences up to this many levels are noise, and those above the second all alike.
    private static let noise = 3
    private static let most = 27

    init(of picture: Picture) {
        (width, height) = (picture.width, picture.height)
        let (w, h) = (width, height)
        func difference(_ pixels: UnsafeBufferPointer<UInt8>, _ i: Int, _ j: Int) -> UInt32 {
            var largest = 0
            for channel in 0..<3 {
                largest = max(largest, abs(Int(pixels[i + channel]) - Int(pixels[j + channel])))
            }
            return UInt32(min(max(largest - Self.noise, 0), Self.most))
        }
        var across = [UInt32](repeating: 0, count: (h + 1) * w)
        var down = [UInt32](repeating: 0, count: (w + 1) * h)
        picture.pixels.withUnsafeBufferPointer { pixels in
            across.withUnsafeMutableBufferPointer { across in
                for y in 0..<h {
                    for x in 0..<w {
                        let i = 3 * (y * w + x)
                        let value = x + 1 < w ? difference(pixels, i, i + 3) : 0
                        across[(y + 1) * w + x] = across[y * w + x] + value
                    }
                }
            }
            down.withUnsafeMutableBufferPointer { down in
                for x in 0..<w {
                    for y in 0..<h {
                        let i = 3 * (y * w + x)
                        let value = y + 1 < h ? difference(pixels, i, i + 3 * w) : 0
                        down[(x + 1) * h + y] = down[x * h + y] + value
                    }
                }
            }
        }
        (self.across, self.down) = (across, down)
    }

    /// Entry x − `columns.lowerBound` is how much pixels x and x + 1 differ, summed over the rows.
    func profile(columns: Range<Int>, rows: Range<Int>) -> [UInt32] {
        columns.map { across[rows.upperBound * width + $0] - across[rows.lowerBound * width + $0] }
    }

    /// Entry y − `rows.lowerBound` is how much pixels y and y + 1 differ, summed over the columns.
    func profile(rows: Range<Int>, columns: Range<Int>) -> [UInt32] {
        rows.map { down[columns.upperBound * height + $0] - down[columns.lowerBound * height + $0] }
    }
}
