import Foundation

/// A wish to end early, which any thread may utter.
public final class Cancellation: @unchecked Sendable {
    private let lock = NSLock()
    private var requested = false

    public init() {}

    public var isRequested: Bool { lock.withLock { requested } }

    /// - Returns: whether this was the first time.
    @discardableResult
    public func request() -> Bool {
        lock.withLock {
            defer { requested = true }
            return !requested
        }
    }
}
