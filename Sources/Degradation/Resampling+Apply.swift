import Tensors

// Written once for both precisions, and compiled for each where it is called with that one's weights.

extension Resampling {
    public func apply(_ image: Tensor<Float>, into result: inout Tensor<Float>, scratch: inout Tensor<Float>)
    {
        apply(image, into: &result, scratch: &scratch, weights: bands.floatWeights)
    }

    public func apply(_ image: Tensor<Double>) -> Tensor<Double> {
        let channels = image.shape[0]
        var result = Tensor<Double>(zeros: [channels, side, side])
        var scratch = Tensor<Double>(zeros: scratchShape(channels: channels))
        apply(image, into: &result, scratch: &scratch, weights: bands.weights)
        return result
    }

    private func apply<S>(
        _ image: Tensor<S>, into result: inout Tensor<S>, scratch: inout Tensor<S>, weights: [S]
    ) {
        let channels = image.shape[0]
        let (n, s) = (sourceSide, side)
        checkShapes(large: image.shape, small: result.shape, scratch: scratch.shape)
        scratch.withUnsafeMutableBufferPointer { between in
            image.withUnsafeBufferPointer { x in
                result.withUnsafeMutableBufferPointer { y in
                    guard let between = between.baseAddress, let x = x.baseAddress, let y = y.baseAddress
                    else { return }
                    withPointer(to: weights) { weights in
                        for c in 0..<channels {
                            applyChannel(x + c * n * n, y + c * s * s, between + c * s * n, weights)
                        }
                    }
                }
            }
        }
    }

    private func applyChannel<S: BinaryFloatingPoint>(
        _ x: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>, _ between: UnsafeMutablePointer<S>,
        _ weights: UnsafePointer<S>
    ) {
        let (n, s) = (sourceSide, side)
        // Down the columns first: whole rows at a time, and all that is left is s rows.
        combineRows(bands, weights, from: x, into: between, width: n)
        for row in 0..<s { gatherAlongRow(bands, weights, from: between + row * n, into: y + row * s) }
    }

    /// One channel of A(x), for callers that deal channels out to threads.
    /// - Parameters:
    ///   - image: [n, n].
    ///   - result: [s, s], overwritten.
    ///   - scratch: [s, n], overwritten.
    package func applyChannel(
        _ image: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        withPointer(to: bands.floatWeights) { applyChannel(image, result, scratch, $0) }
    }

    public func applyAdjoint(
        _ residual: Tensor<Float>, into result: inout Tensor<Float>, scratch: inout Tensor<Float>
    ) {
        applyAdjoint(
            residual, into: &result, scratch: &scratch, weights: bands.floatWeights,
            transposed: transposedBands.floatWeights)
    }

    /// Dᵀ(r) in double precision, for proofs.
    package func applyAdjoint(_ residual: Tensor<Double>) -> Tensor<Double> {
        let channels = residual.shape[0]
        var result = Tensor<Double>(zeros: [channels, sourceSide, sourceSide])
        var scratch = Tensor<Double>(zeros: scratchShape(channels: channels))
        applyAdjoint(
            residual, into: &result, scratch: &scratch, weights: bands.weights,
            transposed: transposedBands.weights)
        return result
    }

    private func applyAdjoint<S>(
        _ residual: Tensor<S>, into result: inout Tensor<S>, scratch: inout Tensor<S>, weights: [S],
        transposed: [S]
    ) {
        let channels = residual.shape[0]
        let (n, s) = (sourceSide, side)
        checkShapes(large: result.shape, small: residual.shape, scratch: scratch.shape)
        scratch.withUnsafeMutableBufferPointer { between in
            residual.withUnsafeBufferPointer { r in
                result.withUnsafeMutableBufferPointer { x in
                    guard let between = between.baseAddress, let r = r.baseAddress, let x = x.baseAddress
                    else { return }
                    withPointer(to: weights) { weights in
                        withPointer(to: transposed) { transposed in
                            for c in 0..<channels {
                                applyAdjointChannel(
                                    r + c * s * s, x + c * n * n, between + c * s * n, weights, transposed)
                            }
                        }
                    }
                }
            }
        }
    }

    private func applyAdjointChannel<S: BinaryFloatingPoint>(
        _ r: UnsafePointer<S>, _ x: UnsafeMutablePointer<S>, _ between: UnsafeMutablePointer<S>,
        _ weights: UnsafePointer<S>, _ transposed: UnsafePointer<S>
    ) {
        let (n, s) = (sourceSide, side)
        for row in 0..<s { scatterAlongRow(bands, weights, from: r + row * s, into: between + row * n) }
        combineRows(transposedBands, transposed, from: between, into: x, width: n)
    }

    /// One channel of Aᵀ(r), for callers that deal channels out to threads.
    /// - Parameters:
    ///   - residual: [s, s].
    ///   - result: [n, n], overwritten.
    ///   - scratch: [s, n], overwritten.
    package func applyAdjointChannel(
        _ residual: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        withPointer(to: bands.floatWeights) { weights in
            withPointer(to: transposedBands.floatWeights) { transposed in
                applyAdjointChannel(residual, result, scratch, weights, transposed)
            }
        }
    }

    private func checkShapes(large: [Int], small: [Int], scratch: [Int]) {
        let c = large[0]
        precondition(
            large.count == 3 && large[1] == sourceSide && large[2] == sourceSide, "wrong source shape")
        precondition(small.count == 3 && small[0] == c, "wrong number of channels")
        precondition(small[1] == side && small[2] == side, "wrong target shape")
        precondition(scratch.reduce(1, *) >= c * side * sourceSide, "scratch is too small")
    }
}

/// No array of weights is empty.
private func withPointer<S>(to weights: [S], _ body: (UnsafePointer<S>) -> Void) {
    weights.withUnsafeBufferPointer { if let first = $0.baseAddress { body(first) } }
}

/// Y = M X: each row of Y a weighted sum of neighbouring rows of X, four at a time.
private func combineRows<S: BinaryFloatingPoint>(
    _ bands: ResamplingBands, _ weights: UnsafePointer<S>, from x: UnsafePointer<S>,
    into y: UnsafeMutablePointer<S>, width: Int
) {
    for row in 0..<bands.rowCount {
        let target = y + row * width
        target.update(repeating: 0, count: width)
        var source = x + bands.starts[row] * width
        var k = bands.offsets[row]
        let end = bands.offsets[row + 1]
        while k + 4 <= end {
            let (w0, w1, w2, w3) = (weights[k], weights[k + 1], weights[k + 2], weights[k + 3])
            let (r0, r1) = (source, source + width)
            let (r2, r3) = (source + 2 * width, source + 3 * width)
            for i in 0..<width { target[i] += (w0 * r0[i] + w1 * r1[i]) + (w2 * r2[i] + w3 * r3[i]) }
            source += 4 * width
            k += 4
        }
        while k < end {
            let w = weights[k]
            for i in 0..<width { target[i] += w * source[i] }
            source += width
            k += 1
        }
    }
}

/// y = M x for one row x.
private func gatherAlongRow<S: BinaryFloatingPoint>(
    _ bands: ResamplingBands, _ weights: UnsafePointer<S>, from x: UnsafePointer<S>,
    into y: UnsafeMutablePointer<S>
) {
    for i in 0..<bands.rowCount {
        let source = x + bands.starts[i]
        let weight = weights + bands.offsets[i]
        let count = bands.offsets[i + 1] - bands.offsets[i]
        // Four sums side by side, since one sum would wait for itself at every term.
        var (s0, s1, s2, s3): (S, S, S, S) = (0, 0, 0, 0)
        var k = 0
        while k + 4 <= count {
            s0 += weight[k] * source[k]
            s1 += weight[k + 1] * source[k + 1]
            s2 += weight[k + 2] * source[k + 2]
            s3 += weight[k + 3] * source[k + 3]
            k += 4
        }
        while k < count {
            s0 += weight[k] * source[k]
            k += 1
        }
        y[i] = (s0 + s1) + (s2 + s3)
    }
}

/// x = Mᵀ y for one row y.
private func scatterAlongRow<S: BinaryFloatingPoint>(
    _ bands: ResamplingBands, _ weights: UnsafePointer<S>, from y: UnsafePointer<S>,
    into x: UnsafeMutablePointer<S>
) {
    x.update(repeating: 0, count: bands.columnCount)
    for i in 0..<bands.rowCount {
        let target = x + bands.starts[i]
        let weight = weights + bands.offsets[i]
        let value = y[i]
        for k in 0..<bands.offsets[i + 1] - bands.offsets[i] { target[k] += weight[k] * value }
    }
}
