import Dispatch
import Files
import Foundation
import Jobs

/// Watches for Ctrl-C (SIGINT), SIGTERM and SIGHUP: the first asks the run to finish early and keep what it has,
/// the second ends the process at once, leaving no unfinished folder behind.
///
/// A hang-up that was ignored before, as by `nohup`, stays ignored.
final class Interruption: @unchecked Sendable {
    private let cancellation: Cancellation
    private var watched: [Int32] = []
    private var sources: [any DispatchSourceSignal] = []
    private let notice: String
    private let endsAtOnce: Bool
    /// Of its own: where standard error is stuck, the notice waits, and the second signal must not wait for it.
    private let noticeQueue = DispatchQueue(label: "pulse.interruption.notice")

    /// Watches, and says on the first signal what will be kept.
    convenience init(keeping what: String, _ cancellation: Cancellation = Cancellation()) {
        self.init("stopping, and keeping \(what); Ctrl-C again ends at once", cancellation, endsAtOnce: false)
    }

    /// Watches, and ends at the first signal, where there is nothing to keep.
    convenience init(leaving what: String) {
        self.init("interrupted; \(what)", Cancellation(), endsAtOnce: true)
    }

    private init(_ notice: String, _ cancellation: Cancellation, endsAtOnce: Bool) {
        (self.notice, self.cancellation, self.endsAtOnce) = (notice, cancellation, endsAtOnce)
        let queue = DispatchQueue(label: "pulse.interruption")
        for number in [SIGINT, SIGTERM, SIGHUP] {
            if number == SIGHUP && isIgnored(number) { continue }
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [weak self] in self?.received() }
            source.resume()
            sources.append(source)
            watched.append(number)
        }
    }

    deinit {
        for source in sources { source.cancel() }
        for number in watched { signal(number, SIG_DFL) }
    }

    /// Whether a signal has arrived.
    var isRequested: Bool { cancellation.isRequested }

    private func received() {
        let isFirst = cancellation.request()
        if isFirst {
            let (notice, said) = (notice, DispatchSemaphore(value: 0))
            noticeQueue.async {
                writeToStandardError("\npulse: \(notice)\n")
                said.signal()
            }
            guard endsAtOnce else { return }
            _ = said.wait(timeout: .now() + 1)
        }
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
