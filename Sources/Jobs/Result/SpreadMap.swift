import Degradation
import Imaging
import Tensors

/// Where several faces found for one input differ, and where the input leaves no choice: the standard deviation of
/// each pixel, from running sums, so that one picture at a time is enough.
///
/// Pictures are blurred on the way to the map's size, by half a pixel of the map: what counts is another shadow or
/// another eye, not another strand of hair. Red, green and blue count as for luminance.
package struct SpreadMap {
    /// Side of the map in pixels, the same for every result, so that their numbers can be compared.
    package static let side = 128
    private let side = Self.side
    private(set) var count = 0
    /// Σ x and Σ x² of every pixel and channel, [3 · side · side], in grey levels.
    private var sum, squares: [Double]
    private static let shares = [0.299, 0.587, 0.114]

    package init() {
        sum = Array(repeating: 0, count: 3 * side * side)
        squares = sum
    }

    /// Takes one more face into account.
    package mutating func add(_ picture: Picture) {
        let small = blurred(picture)
        for i in sum.indices {
            let level = 255 * Double(small[i])
            sum[i] += level
            squares[i] += level * level
        }
        count += 1
    }

    private func blurred(_ picture: Picture) -> Tensor<Float> {
        guard picture.width == picture.height, picture.width > side else {
            return picture.enlarged(width: side, height: side).tensor()
        }
        let blur = Resampling(filter: .gaussian, from: picture.width, to: side)
        return picture.eachChannel(blur.targetSize) { blur.apply($0) }
    }

    /// The standard deviation of each pixel in grey levels, row by row; nil for fewer than two faces, which do not
    /// differ.
    package var deviations: [Double]? {
        guard count > 1 else { return nil }
        let plane = side * side
        return (0..<plane).map { i in
            var variance = 0.0
            for (channel, share) in Self.shares.enumerated() {
                let j = channel * plane + i
                let excess = squares[j] - sum[j] * sum[j] / Double(count)
                variance += share * max(0, excess) / Double(count - 1)
            }
            return variance.squareRoot()
        }
    }

    /// The end of a scale for deviations: the power of two, from 8 grey levels on, that at most two in a hundred exceed.
    package static func scale(of deviations: [Double]) -> Double {
        var scale = 8.0
        while scale < 128, 50 * deviations.count(where: { $0 > scale }) > deviations.count { scale *= 2 }
        return scale
    }

    /// A share of a scale, 0…1, as a colour: the higher, the brighter.
    static func colour(_ share: Double) -> (red: UInt8, green: UInt8, blue: UInt8) {
        let last = colours.count - 1
        let position = min(max(share, 0), 1) * Double(last)
        let first = min(Int(position), last - 1)
        let mixed = zip(colours[first], colours[first + 1]).map {
            UInt8(($0 + (position - Double(first)) * ($1 - $0)).rounded())
        }
        return (mixed[0], mixed[1], mixed[2])
    }

    /// Red, green and blue, evenly spaced, and about evenly in lightness as well.
    private static let colours: [[Double]] = [
        [14, 12, 38], [86, 22, 92], [180, 50, 74], [238, 124, 44], [252, 232, 158],
    ]

    /// Deviations, row by row, as a square picture, between the map's pixels in proportion.
    package static func picture(of deviations: [Double], side newSide: Int, scale: Double) -> Picture {
        let taps = (0..<newSide).map { i -> (first: Int, second: Int, share: Double) in
            let position = (Double(i) + 0.5) * Double(side) / Double(newSide) - 0.5
            let first = min(max(Int(position.rounded(.down)), 0), side - 1)
            return (first, min(first + 1, side - 1), min(max(position - Double(first), 0), 1))
        }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * newSide * newSide)
        for (top, bottom, down) in taps {
            for (left, right, along) in taps {
                func value(_ row: Int) -> Double {
                    let first = deviations[row * side + left]
                    return first + along * (deviations[row * side + right] - first)
                }
                let (red, green, blue) = colour((value(top) + down * (value(bottom) - value(top))) / scale)
                pixels += [red, green, blue]
            }
        }
        return Picture(width: newSide, height: newSide, pixels: pixels)
    }

    /// The scale itself, from 0 on the left to its end.
    static func legend(width: Int, height: Int) -> Picture {
        var picture = Picture.canvas(width: width, height: height)
        for column in 0..<width {
            let (red, green, blue) = colour(Double(column) / Double(max(1, width - 1)))
            for row in 0..<height {
                let i = (row * width + column) * 3
                (picture.pixels[i], picture.pixels[i + 1], picture.pixels[i + 2]) = (red, green, blue)
            }
        }
        return picture
    }
}
