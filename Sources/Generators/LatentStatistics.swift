import Clapacke
import Engine
import Foundation
import Tensors

/// Mean, spread and principal axes of v = LReLU₅(f(z)), the latents of a mapping network with its last
/// activation undone.
///
/// v is what the search treats as Gaussian: w = LReLU₀.₂(v). PULSE uses mean and spread of each coordinate;
/// the principal axes carry the correlations between coordinates, which that leaves out.
///
/// Source: Menon et al., "PULSE" (2020), for the diagonal fit; Wulff and Torralba, "Improving inversion and
/// generation diversity in StyleGAN using a Gaussianized latent space" (2020), for the full covariance.
public struct LatentStatistics: Sendable {
    /// Variance below which directions are not told apart, where the latents are taken for normal.
    package static let varianceFloor: Float = 0.01

    /// [size].
    public let mean: Tensor<Float>
    /// Unbiased standard deviation of each coordinate, [size].
    public let standardDeviation: Tensor<Float>
    /// Variances along the principal axes, descending, [size].
    public let eigenvalues: Tensor<Float>
    /// Row k is the unit vector along which the variance is `eigenvalues[k]`, [size, size]; its component of
    /// largest magnitude is positive.
    public let eigenvectors: Tensor<Float>

    package init(
        mean: Tensor<Float>, standardDeviation: Tensor<Float>, eigenvalues: Tensor<Float>,
        eigenvectors: Tensor<Float>
    ) {
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.eigenvalues = eigenvalues
        self.eigenvectors = eigenvectors
    }

    /// A distribution whose coordinates are independent, as a fit by coordinates alone describes it.
    package init(mean: Tensor<Float>, standardDeviation: Tensor<Float>) {
        let size = mean.count
        let order = (0..<size).sorted { (standardDeviation[$0], $1) > (standardDeviation[$1], $0) }
        var vectors = Tensor<Float>(zeros: [size, size])
        for (row, coordinate) in order.enumerated() { vectors[row * size + coordinate] = 1 }
        self.init(
            mean: mean, standardDeviation: standardDeviation,
            eigenvalues: Tensor(
                order.map { standardDeviation[$0] * standardDeviation[$0] }, shape: [size]),
            eigenvectors: vectors)
    }

    /// How many samples an import takes, and from which random numbers.
    package static let sampleCount = 200_000
    static let random = CounterRandom(seed: 0x5055_4C53_4521, stream: 1)

    /// Measures a mapping network; where it has classes, over all of them alike.
    ///
    /// Samples go through in blocks of fixed size whose sums are added in their order, so the result does
    /// not depend on the number of threads.
    ///
    /// - Parameter progress: called with the share done, 0…1.
    /// - Throws: ``ModelError/latentsNotFinite`` if the network overflows.
    package init(
        of mapping: MappingNetwork, sampleCount: Int = Self.sampleCount, progress: (Double) -> Void = { _ in }
    ) throws(ModelError) {
        precondition(sampleCount > 1)
        let blockSize = min(400, sampleCount)
        let blocks = (sampleCount + blockSize - 1) / blockSize
        func block(_ index: Int) -> Range<Int> {
            index * blockSize..<min((index + 1) * blockSize, sampleCount)
        }
        let pilot = columnMeans(preimages(of: mapping, samples: block(0)))
        var moments = Moments(size: mapping.size)
        let width = max(1, ProcessInfo.processInfo.activeProcessorCount)
        for first in stride(from: 0, to: blocks, by: width) {
            let ranges = (first..<min(first + width, blocks)).map(block)
            let results = OrderedResults<BlockMoments>(count: ranges.count)
            DispatchQueue.concurrentPerform(iterations: ranges.count) { i in
                let samples = preimages(of: mapping, samples: ranges[i])
                results.store(BlockMoments(samples, around: pilot), at: i)
            }
            for result in results.all() { moments.add(result) }
            progress(Double(min(first + width, blocks)) / Double(blocks))
        }
        try self.init(moments, around: pilot, sampleCount: sampleCount)
    }

    private init(_ moments: Moments, around pilot: [Float], sampleCount: Int) throws(ModelError) {
        let size = pilot.count
        let n = Double(sampleCount)
        let shift = moments.sums.map { $0 / n }
        var covariance = [Double](repeating: 0, count: size * size)
        for i in 0..<size {
            for j in 0..<size {
                // The mean of both triangles, since rounding may differ between them.
                let product = (moments.products[i * size + j] + moments.products[j * size + i]) / 2
                covariance[i * size + j] = (product - n * shift[i] * shift[j]) / (n - 1)
            }
        }
        guard covariance.allSatisfy(\.isFinite) else { throw .latentsNotFinite }
        mean = Tensor((0..<size).map { Float(Double(pilot[$0]) + shift[$0]) }, shape: [size])
        standardDeviation = Tensor(
            (0..<size).map { Float(max(covariance[$0 * size + $0], 0).squareRoot()) }, shape: [size])
        (eigenvalues, eigenvectors) = try principalAxes(of: covariance, size: size)
    }
}

/// LReLU₅(f(z)) of some samples, [samples, size]; classes take turns.
private func preimages(of mapping: MappingNetwork, samples: Range<Int>) -> Tensor<Float> {
    let size = mapping.latentSize
    let z: Tensor<Float> = LatentStatistics.random.normals(
        shape: [samples.count, size], offset: UInt64(samples.lowerBound * size))
    var v = mapping(z, classes: mapping.classCount > 0 ? samples.map { $0 % mapping.classCount } : [])
    v.withUnsafeMutableBufferPointer { v in
        for i in v.indices where v[i] < 0 { v[i] *= 5 }
    }
    return v
}

/// The mean of each column of [rows, columns].
private func columnMeans(_ samples: Tensor<Float>) -> [Float] {
    let (rows, columns) = (samples.shape[0], samples.shape[1])
    var sums = [Double](repeating: 0, count: columns)
    samples.withUnsafeBufferPointer { samples in
        for row in 0..<rows {
            for column in 0..<columns { sums[column] += Double(samples[row * columns + column]) }
        }
    }
    return sums.map { Float($0 / Double(rows)) }
}

/// First and second moments of one block around the pilot mean.
private struct BlockMoments: Sendable {
    var sums: [Double]
    /// [size, size].
    var products: Tensor<Float>

    init(_ samples: Tensor<Float>, around pilot: [Float]) {
        let (rows, size) = (samples.shape[0], pilot.count)
        var centred = samples
        var transposed = Tensor<Float>(zeros: [size, rows])
        var sums = [Double](repeating: 0, count: size)
        centred.withUnsafeMutableBufferPointer { centred in
            transposed.withUnsafeMutableBufferPointer { transposed in
                for row in 0..<rows {
                    for column in 0..<size {
                        let value = centred[row * size + column] - pilot[column]
                        centred[row * size + column] = value
                        transposed[column * rows + row] = value
                        sums[column] += Double(value)
                    }
                }
            }
        }
        self.sums = sums
        products = matrixMultiply(transposed, centred)
    }
}

/// Sums of blocks, in double precision.
private struct Moments {
    var sums: [Double]
    var products: [Double]

    init(size: Int) {
        sums = [Double](repeating: 0, count: size)
        products = [Double](repeating: 0, count: size * size)
    }

    mutating func add(_ block: BlockMoments) {
        for i in sums.indices { sums[i] += block.sums[i] }
        block.products.withUnsafeBufferPointer { values in
            for i in products.indices { products[i] += Double(values[i]) }
        }
    }
}

/// Values computed in any order, kept in theirs.
private final class OrderedResults<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var values: [Value?]

    init(count: Int) { values = Array(repeating: nil, count: count) }

    func store(_ value: Value, at index: Int) { lock.withLock { values[index] = value } }

    func all() -> [Value] { lock.withLock { values.compactMap { $0 } } }
}

/// Eigenvalues, descending and not below zero, and eigenvectors as rows, of a symmetric matrix [size, size].
private func principalAxes(
    of matrix: [Double], size: Int
) throws(ModelError) -> (values: Tensor<Float>, vectors: Tensor<Float>) {
    var (vectors, ascending) = (matrix, [Double](repeating: 0, count: size))
    // Read by columns, so that each eigenvector comes out contiguous: a row for us.
    let status = LAPACKE_dsyevd(
        LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")), Int32(size), &vectors,
        Int32(size), &ascending)
    guard status == 0 else { throw .latentsNotFinite }
    let values = Tensor(ascending.reversed().map { Float(max($0, 0)) }, shape: [size])
    var rows: [Float] = []
    rows.reserveCapacity(size * size)
    for k in (0..<size).reversed() {
        let vector = vectors[k * size..<(k + 1) * size]
        let largest = vector.max { abs($0) < abs($1) } ?? 1
        rows += vector.map { Float(largest < 0 ? -$0 : $0) }
    }
    return (values, Tensor(rows, shape: [size, size]))
}
