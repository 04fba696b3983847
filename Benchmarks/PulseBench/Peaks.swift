import Engine
import Foundation
import Tensors

/// C = A·B with A packed: the engine's own matrix product, at [M, K]·[K, N].
final class MatrixProduct {
    private let a: PackedMatrix
    private let b: Tensor<Float>
    private let pool: ThreadPool

    init(_ rows: Int, _ inner: Int, _ columns: Int, threads: Int) {
        a = PackedMatrix(CounterRandom(seed: 1).normals(shape: [rows, inner]))
        b = CounterRandom(seed: 2).normals(shape: [inner, columns])
        pool = ThreadPool(threads: threads)
    }

    func run() { _ = matrixMultiply(a, b, pool: pool) }
}

/// A copy of `bytes` from one place in memory to another, every thread its share.
final class CopyBandwidth: @unchecked Sendable {
    /// Far more than any cache holds; `run.py` knows this number.
    static let bytes = 1 << 28
    private let source = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 4096)
    private let target = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 4096)
    private let threads: Int

    init(threads: Int) {
        self.threads = threads
        // Pages exist once they are written.
        memset(source, 1, Self.bytes)
        memset(target, 2, Self.bytes)
    }

    deinit {
        source.deallocate()
        target.deallocate()
    }

    func run() {
        let share = Self.bytes / threads
        DispatchQueue.concurrentPerform(iterations: threads) { i in
            memcpy(target + i * share, source + i * share, share)
        }
    }
}
