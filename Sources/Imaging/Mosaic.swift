/// A picture made of equal square blocks, each of one colour: what a pixelated face looks like as a file.
///
/// It is recognised by where neighbouring pixels differ: in a mosaic most of all differences lie on the lines of one
/// grid. What a grid gathers beyond what it would by chance is 1 − 1/p for untouched blocks of p pixels, 0.2 to 0.9 after
/// JPEG compression, and at most 0.14 for a photograph, JPEG's own 8×8 blocks included.
public struct Mosaic: Sendable, Equatable {
    /// Whole blocks in a row and in a column.
    public let columns, rows: Int
    /// Side of a block in pixels; a picture enlarged to another multiple has blocks of two sizes that differ by one.
    public let blockSide: Double
    /// Where the first whole block begins.
    private let left, top: Double

    private static let threshold = 0.18
    /// For blocks of 8 pixels from the picture's edge, which JPEG draws into everything.
    private static let thresholdOfJPEG = 0.25
    /// Nothing says of smaller blocks what JPEG has done to them: the lines must hold all.
    private static let smallestBlock = 3.0
    private static let fewestBlocks = 8

    /// - Returns: nil where the picture is no mosaic of at least 8×8 blocks.
    public init?(of picture: Picture) {
        let (across, down) = picture.differences
        guard let x = Grid(of: across), let y = Grid(of: down),
            abs(x.period - y.period) <= 0.02 * x.period, Self.holds(x), Self.holds(y)
        else { return nil }
        blockSide = (x.period + y.period) / 2
        (left, columns) = x.blocks(in: picture.width)
        (top, rows) = y.blocks(in: picture.height)
        guard columns >= Self.fewestBlocks, rows >= Self.fewestBlocks else { return nil }
    }

    private static func holds(_ grid: Grid) -> Bool {
        if grid.period < smallestBlock { return grid.isExact }
        return grid.score >= (grid.period == 8 && grid.phase == 0 ? thresholdOfJPEG : threshold)
    }

    /// One pixel for each whole block: the mean of its inner part.
    public func reduced(_ picture: Picture) -> Picture {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * columns * rows)
        func inner(_ index: Int, from first: Double, length: Int) -> Range<Int> {
            let start = first + Double(index) * blockSide
            let margin = blockSide < 4 ? 0 : blockSide / 5
            let low = min(max(0, Int((start + margin).rounded())), length - 1)
            return low..<max(low + 1, min(length, Int((start + blockSide - margin).rounded())))
        }
        for row in 0..<rows {
            let lines = inner(row, from: top, length: picture.height)
            for column in 0..<columns {
                let places = inner(column, from: left, length: picture.width)
                for channel in 0..<3 {
                    var sum = 0
                    for y in lines {
                        for x in places { sum += Int(picture.pixels[3 * (y * picture.width + x) + channel]) }
                    }
                    let count = lines.count * places.count
                    pixels.append(UInt8((2 * sum + count) / (2 * count)))
                }
            }
        }
        return Picture(width: columns, height: rows, pixels: pixels)
    }
}

/// The grid along one side of a picture on whose lines the most differences lie, beyond its share of all lines.
private struct Grid {
    /// From one line to the next, in pixels.
    let period: Double
    /// Where the first line is.
    let phase: Int
    /// The share of all differences that lie on its lines, less the share of places that it has.
    let score: Double
    /// Whether no difference lies beside its lines.
    let isExact: Bool

    /// - Parameter differences: entry x is how much pixels x and x + 1 differ.
    /// - Returns: nil for a picture too small, or of one colour.
    init?(of differences: [Double]) {
        let length = differences.count + 1
        let total = differences.reduce(0, +)
        guard length >= 16, total > 0.02 * Double(differences.count) else { return nil }
        var best = (score: 0.0, share: 0.0, period: 0.0, phase: 0)
        func consider(_ sum: Double, _ places: Int, _ period: Double, _ phase: Int) {
            let share = sum / total
            let score = share - Double(places) / Double(differences.count)
            if score > best.score + 1e-9 { best = (score, share, period, phase) }
        }
        for period in stride(from: 2, through: length / 2, by: 1) {
            for phase in 0..<period {
                var (sum, places) = (0.0, 0)
                for x in stride(from: phase == 0 ? period - 1 : phase - 1, to: length - 1, by: period) {
                    sum += differences[x]
                    places += 1
                }
                consider(sum, places, Double(period), phase)
            }
        }
        // A mosaic enlarged to a size that is no multiple of its own: each line is at one of two places.
        for blocks in stride(from: 2, through: length / 4, by: 1) where !length.isMultiple(of: blocks) {
            var (sum, places, last) = (0.0, 0, -1)
            for line in 1..<blocks {
                let place = line * length / blocks
                for x in max(place - 1, last + 1)...place where x < differences.count {
                    sum += differences[x]
                    places += 1
                    last = x
                }
            }
            consider(sum, places, Double(length) / Double(blocks), 0)
        }
        guard best.period > 0 else { return nil }
        (period, phase, score, isExact) = (best.period, best.phase, best.score, best.share > 1 - 1e-9)
    }

    /// The blocks that are there whole, or nearly.
    func blocks(in length: Int) -> (first: Double, count: Int) {
        var first = Double(phase)
        if first > 0.75 * period { first -= period }
        let count = ((Double(length) - first) / period + 0.25).rounded(.down)
        return (first, Int(count))
    }
}

extension Picture {
    /// The mean absolute difference between each column and the next, and between each row and the next.
    fileprivate var differences: (across: [Double], down: [Double]) {
        var across = [Int](repeating: 0, count: width - 1)
        var down = [Int](repeating: 0, count: height - 1)
        pixels.withUnsafeBufferPointer { pixels in
            for y in 0..<height {
                for x in 0..<width {
                    let i = 3 * (y * width + x)
                    for channel in 0..<3 {
                        let value = Int(pixels[i + channel])
                        if x + 1 < width { across[x] += abs(value - Int(pixels[i + 3 + channel])) }
                        if y + 1 < height { down[y] += abs(value - Int(pixels[i + 3 * width + channel])) }
                    }
                }
            }
        }
        return (
            across.map { Double($0) / Double(3 * height) }, down.map { Double($0) / Double(3 * width) }
        )
    }
}
