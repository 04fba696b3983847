import Dispatch
import Files
import Foundation

/// Watches for Ctrl-C (SIGINT), SIGTERM and SIGHUP: the first asks the run to finish early and keep what it has,
/// the second ends the process at once, leaving no unfinished folder behind.
///
/// A hang-up that was ignored before, as by `nohup`, stays ignored.
final class Interruption: @unchecked Sendable {
    private let lock = NSLock()
    private var requested = false
    private var watched: [Int32] = []
    private var sources: [any DispatchSourceSignal] = []
    private let notice: @Sendable () -> Void

    /// Starts watching.
    /// - Parameter notice: runs once, on another thread, when the first signal arrives.
    init(notice: @escaping @Sendable () -> Void) {
        self.notice = notice
        let queue = DispatchQueue(label: "pulse.interruption")
        for number in [SIGINT, SIGTERM, SIGHUP] {
            if number == SIGHUP && isIgnored(number) { continue }
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [unowned self] in received() }
            source.resume()
            sources.append(source)
            watched.append(number)
        }
    }

    /// Watches, and says on the first signal what will be kept.
    convenience init(keeping what: String) {
        self.init {
            writeToStandardError("\npulse: stopping, and keeping \(what); Ctrl-C again ends at once\n")
        }
    }

    deinit {
        for source in sources { source.cancel() }
        for number in watched { signal(number, SIG_DFL) }
    }

    /// Whether a signal has arrived.
    var isRequested: Bool { lock.withLock { requested } }

    /// - Throws: `ExitStatus.interrupted` once a signal has arrived.
    func check() throws {
        if isRequested { throw ExitStatus.interrupted }
    }

    private func received() {
        let isFirst = lock.withLock {
            defer { requested = true }
            return !requested
        }
        if isFirst { return notice() }
        Staging.discardAll()
        fflush(nil)
        _exit(ExitStatus.interrupted.rawValue)
    }
}

/// Lets writes fail with an error where the system would end the process: to a closed pipe, and to a file that may
/// not grow further.
func surviveFailedWrites() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
}

private func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    #if os(macOS)
        let handler = action.__sigaction_u.__sa_handler
    #else
        let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}
