import Degradation
import Imaging

/// Pixels added on each side of a picture.
struct Margin: Equatable {
    var left, top, right, bottom: Int

    var widest: Int { max(left, top, right, bottom) }

    mutating func widen(to least: Int) {
        left = max(left, least)
        top = max(top, least)
        right = max(right, least)
        bottom = max(bottom, least)
    }
}

extension Picture {
    /// Continued beyond its edges by reflection, the edge itself not repeated.
    func reflected(by margin: Margin) -> Picture {
        let columns = (-margin.left..<width + margin.right).map { reflectedPosition($0, extent: width) * 3 }
        let rows = (-margin.top..<height + margin.bottom).map { reflectedPosition($0, extent: height) }
        let size = columns.count * rows.count * 3
        let drawn = pixels.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                for row in rows {
                    let line = row * width * 3
                    for column in columns {
                        for channel in 0..<3 {
                            buffer.initializeElement(at: count, to: source[line + column + channel])
                            count += 1
                        }
                    }
                }
            }
        }
        return Picture(width: columns.count, height: rows.count, pixels: drawn)
    }

    /// Blurred more and more towards the outer edge of its margin, and there faded to its median colour.
    func fadingOut(in margin: Margin, blur sigma: Double) throws(AlignmentError) -> Picture {
        let blurred = try blurred(sigma: sigma)
        let across = depths(extent: width, before: margin.left, after: margin.right)
        let down = depths(extent: height, before: margin.top, after: margin.bottom)
        var histogram = [Int](repeating: 0, count: 3 * 256)
        var faded = pixels
        blurred.pixels.withUnsafeBufferPointer { blurred in
            faded.withUnsafeMutableBufferPointer { pixels in
                forEachSample(across, down) { index, channel, depth in
                    histogram[channel * 256 + Int(rounded(soften(pixels[index], blurred[index], depth)))] += 1
                }
                let median = (0..<3).map { Float(medianBin(histogram[$0 * 256..<$0 * 256 + 256])) }
                forEachSample(across, down) { index, channel, depth in
                    let soft = soften(pixels[index], blurred[index], depth)
                    let share = min(max(depth, 0), 1)
                    pixels[index] = rounded(soft + (median[channel] - soft) * share)
                }
            }
        }
        return Picture(width: width, height: height, pixels: faded)
    }
}

/// How far into the margin each pixel of one axis lies: 1 at the outer edge, 0 at the inner, negative inside.
private func depths(extent: Int, before: Int, after: Int) -> [Float] {
    (0..<extent).map { 1 - min(Float($0) / Float(before), Float(extent - 1 - $0) / Float(after)) }
}

/// Visits every sample of a picture in memory order: its index, its channel, and how deep in the margin it lies.
private func forEachSample(_ across: [Float], _ down: [Float], _ visit: (Int, Int, Float) -> Void) {
    var index = 0
    for row in down {
        for column in across {
            let depth = max(column, row)
            for channel in 0..<3 {
                visit(index, channel, depth)
                index += 1
            }
        }
    }
}

/// The value blended into its blurred neighbour: sharp a third of a margin inside, blurred from its inner edge on.
private func soften(_ value: UInt8, _ blurred: UInt8, _ depth: Float) -> Float {
    Float(value) + (Float(blurred) - Float(value)) * min(max(depth * 3 + 1, 0), 1)
}

private func rounded(_ value: Float) -> UInt8 { UInt8(min(max(value.rounded(.toNearestOrEven), 0), 255)) }

/// The lowest of 256 values that half of all samples do not exceed.
private func medianBin(_ histogram: ArraySlice<Int>) -> Int {
    let half = (histogram.reduce(0, +) + 1) / 2
    var seen = 0
    for (value, count) in histogram.enumerated() {
        seen += count
        if seen >= half { return value }
    }
    return 255
}
