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

    /// Runs `body` for every task in 0..<tasks, several at the same time, and returns when all have ended.
    /// - Parameter body: called on any of the threads; tasks must not touch what other tasks write.
    public func run(_ tasks: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { context in
                ck_pool_run(
                    handle, Int32(tasks),
                    { context, task, _ in
                        context?.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(task))
                    }, UnsafeMutableRawPointer(mutating: context))
            }
        }
    }
}
