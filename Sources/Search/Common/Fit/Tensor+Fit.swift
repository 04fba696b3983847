import Tensors

// The arithmetic of the exact fit on whole pictures.

extension Tensor<Float> {
    /// Calls with the elements of both, which are as many.
    private mutating func withElements(
        and other: Tensor<Float>, _ body: (UnsafeMutableBufferPointer<Float>, UnsafeBufferPointer<Float>) -> Void
    ) {
        precondition(count == other.count, "tensors of different sizes")
        withUnsafeMutableBufferPointer { x in other.withUnsafeBufferPointer { body(x, $0) } }
    }

    /// Adds, and keeps the sum in 0…1.
    mutating func addWithinRange(_ change: Tensor<Float>) {
        withElements(and: change) { x, c in for i in 0..<x.count { x[i] = clamped(x[i] + c[i]) } }
    }

    mutating func add(_ other: Tensor<Float>, times factor: Float) {
        withElements(and: other) { x, y in for i in 0..<x.count { x[i] += factor * y[i] } }
    }

    mutating func scale(by factor: Float) {
        withUnsafeMutableBufferPointer { x in for i in 0..<x.count { x[i] *= factor } }
    }

    mutating func multiply(by other: Tensor<Float>) {
        withElements(and: other) { x, y in for i in 0..<x.count { x[i] *= y[i] } }
    }

    /// The inner product.
    func dot(_ other: Tensor<Float>) -> Double {
        withUnsafeBufferPointer { x in
            other.withUnsafeBufferPointer { y in
                var sum = 0.0
                for i in 0..<x.count { sum += Double(x[i]) * Double(y[i]) }
                return sum
            }
        }
    }

    /// The largest absolute value.
    var largest: Float {
        withUnsafeBufferPointer { x in
            var largest: Float = 0
            for i in 0..<x.count { largest = Swift.max(largest, abs(x[i])) }
            return largest
        }
    }

    /// 1 for elements of a picture in 0…1 that a change can move, 0 for those that black or white holds.
    mutating func markFree(_ picture: Tensor<Float>, moving change: Tensor<Float>) {
        copyElements(of: picture)
        withElements(and: change) { x, c in
            for i in 0..<x.count {
                let held = (x[i] >= 1 && c[i] > 0) || (x[i] <= 0 && c[i] < 0)
                x[i] = held ? 0 : 1
            }
        }
    }

    /// To the nearest multiples of 1/255 in 0…1, of two equally near the even one.
    mutating func roundToLevels() {
        withUnsafeMutableBufferPointer { x in
            // Adding 1.5·2²³ leaves no bits for a fraction.
            let shift: Float = 12_582_912
            for i in 0..<x.count { x[i] = ((clamped(x[i]) * 255 + shift) - shift) / 255 }
        }
    }
}

// MARK: - Square pictures [3, n, n]

extension Tensor<Float> {
    /// A picture with (1, 2, 1)/4 along both axes, the edge repeated.
    mutating func smooth(_ picture: Tensor<Float>) {
        let n = shape[1]
        var line = [Float](repeating: 0, count: n)
        withElements(and: picture) { target, source in
            guard let to = target.baseAddress, let from = source.baseAddress else { return }
            line.withUnsafeMutableBufferPointer { line in
                for row in 0..<3 * n {
                    let y = row % n
                    let here = from + row * n
                    let (up, down) = (y == 0 ? here : here - n, y == n - 1 ? here : here + n)
                    for x in 0..<n { line[x] = (up[x] + down[x] + 2 * here[x]) / 16 }
                    let out = to + row * n
                    for x in 1..<n - 1 { out[x] = line[x - 1] + 2 * line[x] + line[x + 1] }
                    out[0] = 3 * line[0] + line[1]
                    out[n - 1] = line[n - 2] + 3 * line[n - 1]
                }
            }
        }
    }

    /// The means of a picture's square cells, one for each element.
    mutating func average(_ picture: Tensor<Float>) {
        let (m, n) = (shape[1], picture.shape[1])
        let cell = n / m
        let scale = 1 / Float(cell * cell)
        var line = [Float](repeating: 0, count: n)
        withUnsafeMutableBufferPointer { target in
            picture.withUnsafeBufferPointer { source in
                line.withUnsafeMutableBufferPointer { line in
                    for row in 0..<3 * m {
                        line.update(repeating: 0)
                        for k in 0..<cell {
                            let start = (row * cell + k) * n
                            for x in 0..<n { line[x] += source[start + x] }
                        }
                        for x in 0..<m {
                            var sum: Float = 0
                            for k in 0..<cell { sum += line[x * cell + k] }
                            target[row * m + x] = sum * scale
                        }
                    }
                }
            }
        }
    }

    /// A smaller picture [3, s, s], made as large as this one linearly.
    mutating func interpolate(_ small: Tensor<Float>) {
        let (m, s) = (shape[1], small.shape[1])
        let places: [(Int, Int, Float)] = (0..<m).map {
            let at = Swift.min(Swift.max((Float($0) + 0.5) * Float(s) / Float(m) - 0.5, 0), Float(s - 1))
            let low = Int(at)
            return (low, Swift.min(low + 1, s - 1), at - Float(low))
        }
        withUnsafeMutableBufferPointer { target in
            small.withUnsafeBufferPointer { source in
                for channel in 0..<3 {
                    for y in 0..<m {
                        let (top, bottom, down) = places[y]
                        let (upper, lower) = ((channel * s + top) * s, (channel * s + bottom) * s)
                        for x in 0..<m {
                            let (left, right, across) = places[x]
                            let a = source[upper + left] + across * (source[upper + right] - source[upper + left])
                            let b = source[lower + left] + across * (source[lower + right] - source[lower + left])
                            target[(channel * m + y) * m + x] = a + down * (b - a)
                        }
                    }
                }
            }
        }
    }
}

/// Root mean square changes from one picture [3, n, n] to another in grey levels: of all, and weighted by the face and by
/// what is not the face, where without weights all is face.
func changes(
    from a: Tensor<Float>, to b: Tensor<Float>, faceWeight: Tensor<Float>?
) -> (all: Double, inside: Double, outside: Double) {
    let n = a.shape[1]
    let weights = faceWeight ?? Tensor([1], shape: [1, 1])
    let (rows, columns) = (weights.shape[0], weights.shape[1])
    var (all, inside, weight) = (0.0, 0.0, 0.0)
    a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            weights.withUnsafeBufferPointer { weights in
                for y in 0..<n {
                    let from = y * rows / n * columns
                    for column in 0..<columns {
                        let (first, last) = (
                            (column * n + columns - 1) / columns, ((column + 1) * n + columns - 1) / columns
                        )
                        var sum: Float = 0
                        for channel in 0..<3 {
                            let row = (channel * n + y) * n
                            for x in first..<last {
                                let change = a[row + x] - b[row + x]
                                sum += change * change
                            }
                        }
                        all += Double(sum)
                        inside += Double(weights[from + column] * sum)
                        weight += Double(weights[from + column]) * Double(last - first)
                    }
                }
            }
        }
    }
    func rms(_ sum: Double, _ pixels: Double) -> Double {
        pixels > 0 ? 255 * (max(sum, 0) / (3 * pixels)).squareRoot() : 0
    }
    let pixels = Double(n * n)
    return (rms(all, pixels), rms(inside, weight), rms(all - inside, pixels - weight))
}
