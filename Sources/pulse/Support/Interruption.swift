import Dispatch
import Foundation

/// Watches for Ctrl-C (SIGINT) and SIGTERM: the first asks the run to finish early and keep what it has,
/// the second ends the process at once, leaving no unfinished folder behind.
final class Interruption: @unchecked Sendable {
    private let lock = NSLock()
    private let exitLock = NSLock()
    private var requested = false
    private var cleanups: [String: @Sendable () -> Void] = [:]
    private var sources: [any DispatchSourceSignal] = []
    private let notice: @Sendable () -> Void

    /// Starts watching.
    /// - Parameter notice: runs once, on another thread, when the first signal arrives.
    init(notice: @escaping @Sendable () -> Void) {
        self.notice = notice
        // A closed pipe on standard output must not end a search that is writing files.
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "pulse.interruption")
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [unowned self] in received() }
            source.resume()
            sources.append(source)
        }
    }

    deinit {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }

    /// Whether a signal has arrived.
    var isRequested: Bool { lock.withLock { requested } }

    /// Runs `body`; a second signal that arrives meanwhile runs `cleanup` before the process ends.
    func withCleanup<R>(
        _ cleanup: @escaping @Sendable () -> Void, body: () throws -> R
    ) rethrows -> R {
        let key = UUID().uuidString
        lock.withLock { cleanups[key] = cleanup }
        defer { lock.withLock { cleanups[key] = nil } }
        return try body()
    }

    /// Runs `body`, which no second signal cuts short.
    func uninterrupted<R>(_ body: () throws -> R) rethrows -> R {
        try exitLock.withLock { try body() }
    }

    private func received() {
        let isFirst = lock.withLock {
            defer { requested = true }
            return !requested
        }
        if isFirst { return notice() }
        exitLock.lock()  // never released: from here the process only ends
        for cleanup in lock.withLock({ Array(cleanups.values) }) { cleanup() }
        fflush(nil)
        _exit(ExitStatus.interrupted.rawValue)
    }
}
