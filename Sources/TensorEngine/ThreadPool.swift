import CKernels

/// The threads of one workspace. Kernels split their work into fixed tiles, so that the bits of a result do
/// not depend on how many threads there are. Not safe for concurrent use.
public final class ThreadPool: @unchecked Sendable {
    let handle: OpaquePointer

    /// - Parameter threads: including the calling one; at least 1. Where the system grants fewer, fewer run.
    public init(threads: Int) {
        guard let handle = ck_pool_create(Int32(clamping: max(threads, 1))) else {
            fatalError("out of memory while creating a thread pool")
        }
        self.handle = handle
    }

    deinit { ck_pool_destroy(handle) }

    public var threads: Int { Int(ck_pool_threads(handle)) }
}
