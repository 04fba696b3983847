import Foundation

extension Picture {
    /// The picture `scale` times as wide and as high, as `OriginalPicture` enlarges photographs.
    /// - Parameter scale: 1 or more.
    public func enlarged(times scale: Int) -> Picture {
        let samples = Samples(self).enlarged(scale)
        guard scale > 1, case .bytes(let pixels) = samples.values else { return self }
        return Picture(width: samples.width, height: samples.height, pixels: pixels)
    }
}

extension Samples {
    /// The picture `scale` times as wide and as high, by Lanczos' filter of three lobes; at the edge, its own pixels go
    /// on.
    ///
    /// Source: C. E. Duchon, "Lanczos filtering in one and two dimensions" (1979).
    func enlarged(_ scale: Int) -> Samples {
        guard scale > 1 else { return self }
        var result = self
        (result.width, result.height) = (width * scale, height * scale)
        switch values {
        case .bytes(let bytes): result.values = .bytes(enlarged(bytes, scale))
        case .shorts(let shorts): result.values = .shorts(enlarged(shorts, scale))
        }
        return result
    }

    private func enlarged<Value: FixedWidthInteger & UnsignedInteger>(
        _ values: [Value], _ scale: Int
    ) -> [Value] {
        let taps = lanczosTaps(scale)
        let (width, height, bands) = (width, height, bands)
        let line = width * scale * bands
        let peak = Float(Value.max)
        // The rows around the one that is made, enlarged along the line; row r is at place r mod 6.
        var wide = [Float](repeating: 0, count: 6 * line)
        var made = -1
        var sums = [Float](repeating: 0, count: line)
        return [Value](unsafeUninitializedCapacity: line * height * scale) { target, count in
            values.withUnsafeBufferPointer { values in
                for row in 0..<height * scale {
                    let (first, weights) = (row / scale + taps[row % scale].first, taps[row % scale].weights)
                    let last = min(height - 1, max(0, first + 5))
                    while made < last {
                        made += 1
                        widen(values, row: made, taps, scale, into: &wide, at: made % 6 * line)
                    }
                    for i in 0..<line { sums[i] = 0 }
                    for (k, weight) in weights.enumerated() {
                        let start = min(height - 1, max(0, first + k)) % 6 * line
                        for i in 0..<line { sums[i] += weight * wide[start + i] }
                    }
                    for i in 0..<line {
                        target[row * line + i] = Value(min(max(sums[i] + 0.5, 0), peak))
                    }
                }
            }
            count = line * height * scale
        }
    }

    /// One row, `scale` times as long.
    private func widen<Value: FixedWidthInteger & UnsignedInteger>(
        _ values: UnsafeBufferPointer<Value>, row: Int, _ taps: [(first: Int, weights: [Float])],
        _ scale: Int,
        into wide: inout [Float], at start: Int
    ) {
        for column in 0..<width * scale {
            let (first, weights) = (column / scale + taps[column % scale].first, taps[column % scale].weights)
            for band in 0..<bands {
                var sum: Float = 0
                for (k, weight) in weights.enumerated() {
                    let x = min(width - 1, max(0, first + k))
                    sum += weight * Float(values[(row * width + x) * bands + band])
                }
                wide[start + column * bands + band] = sum
            }
        }
    }
}

/// For each of the `scale` places within a pixel: the first of six pixels, counted from that one, and their weights.
private func lanczosTaps(_ scale: Int) -> [(first: Int, weights: [Float])] {
    func kernel(_ x: Double) -> Double {
        if x == 0 { return 1 }
        guard abs(x) < 3 else { return 0 }
        let angle = Double.pi * x
        return 3 * sin(angle) * sin(angle / 3) / (angle * angle)
    }
    return (0..<scale).map { place in
        // Where it is, in pixels from the centre of that pixel.
        let centre = (Double(place) + 0.5) / Double(scale) - 0.5
        let first = Int(centre.rounded(.down)) - 2
        let weights = (0..<6).map { kernel(centre - Double(first + $0)) }
        let sum = weights.reduce(0, +)
        return (first, weights.map { Float($0 / sum) })
    }
}
