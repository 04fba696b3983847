// The arithmetic of the exact fit on one channel of a picture. All of it is sequential, and in a fixed order.

/// To 0…1.
@inline(__always)
func clamped(_ intensity: Float) -> Float {
    let low: Float = intensity > 0 ? intensity : 0
    return low < 1 ? low : 1
}

/// x ← x + change, kept in 0…1.
func addWithinRange(_ change: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count { x[i] = clamped(x[i] + change[i]) }
}

/// To the nearest multiples of 1/255 in 0…1, of two equally near the even one.
func roundToLevels(_ x: UnsafeMutablePointer<Float>, count: Int) {
    // Adding 1.5·2²³ leaves no bits for a fraction.
    let shift: Float = 12_582_912
    for i in 0..<count { x[i] = ((clamped(x[i]) * 255 + shift) - shift) / 255 }
}

/// ⟨a, b⟩.
func innerProduct(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    // Eight sums side by side, since one would wait for itself at every term.
    var sums = SIMD8<Float>(repeating: 0)
    var i = 0
    while i + 8 <= count {
        sums += eight(a + i) * eight(b + i)
        i += 8
    }
    var rest: Float = 0
    while i < count {
        rest += a[i] * b[i]
        i += 1
    }
    return sums.sum() + rest
}

/// The eight floats from there.
@inline(__always)
func eight(_ floats: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(floats).loadUnaligned(as: SIMD8<Float>.self)
}

extension SIMD8<Float> {
    @inline(__always)
    func store(at target: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(target).storeBytes(of: self, as: SIMD8<Float>.self)
    }
}

/// x with (1, 2, 1)/4 along both axes, the edge repeated.
/// - Parameters:
///   - x, result: [n, n].
func smooth(_ x: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, side n: Int) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: n) { line in
        for y in 0..<n {
            let here = x + y * n
            let (up, down) = (y == 0 ? here : here - n, y == n - 1 ? here : here + n)
            for i in 0..<n { line[i] = (up[i] + down[i] + 2 * here[i]) / 16 }
            let row = result + y * n
            for i in 1..<n - 1 { row[i] = line[i - 1] + 2 * line[i] + line[i + 1] }
            row[0] = 3 * line[0] + line[1]
            row[n - 1] = line[n - 2] + 3 * line[n - 1]
        }
    }
}

/// The means of square cells.
/// - Parameters:
///   - x: [n, n].
///   - result: [n / cell, n / cell].
func average(_ x: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, side n: Int, cell: Int) {
    let m = n / cell
    let scale = 1 / Float(cell * cell)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: n) { line in
        for row in 0..<m {
            for i in 0..<n { line[i] = 0 }
            for k in 0..<cell {
                let source = x + (row * cell + k) * n
                for i in 0..<n { line[i] += source[i] }
            }
            for column in 0..<m {
                var sum: Float = 0
                for k in 0..<cell { sum += line[column * cell + k] }
                result[row * m + column] = sum * scale
            }
        }
    }
}

/// Enlarges linearly.
/// - Parameters:
///   - x: [s, s].
///   - result: [m, m].
func enlarge(_ x: UnsafePointer<Float>, side s: Int, into result: UnsafeMutablePointer<Float>, side m: Int) {
    func place(_ i: Int) -> (low: Int, high: Int, rest: Float) {
        let at = min(max((Float(i) + 0.5) * Float(s) / Float(m) - 0.5, 0), Float(s - 1))
        let low = Int(at)
        return (low, min(low + 1, s - 1), at - Float(low))
    }
    for row in 0..<m {
        let down = place(row)
        let (upper, lower) = (x + down.low * s, x + down.high * s)
        for column in 0..<m {
            let across = place(column)
            let a = upper[across.low] + across.rest * (upper[across.high] - upper[across.low])
            let b = lower[across.low] + across.rest * (lower[across.high] - lower[across.low])
            result[row * m + column] = a + down.rest * (b - a)
        }
    }
}
