import CFiles
import Files
import Foundation

/// A process of this program's own, of whose standard output each line is handed on.
///
/// Its standard input stays open and empty as long as the server lives: where it ends, so should the process.
final class ChildProcess: @unchecked Sendable {
    let pid: pid_t
    private let input: Int32
    private let lock = NSLock()
    private var hasEnded = false

    /// Starts it.
    /// - Parameters:
    ///   - folder: its current one.
    ///   - handleLine: called from a thread of its own, for one line after the other.
    ///   - handleEnd: called after the last line, with what `waitpid` says.
    /// - Throws: `FileError` where it cannot be started.
    init(
        _ executable: String, _ arguments: [String], in folder: FilePath,
        handleLine: @escaping @Sendable (Data) -> Void, handleEnd: @escaping @Sendable (Int32) -> Void
    ) throws {
        guard let (childInput, input) = openPipe(), let (output, childOutput) = openPipe() else {
            throw FileError(FilePath(executable), .unreadable(code: errno))
        }
        var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: Int32 = 0
        // Ctrl-C in a terminal is meant for the server, which knows what to do about the process.
        let code = folder.withPlatformString {
            cfiles_spawn(executable, &words, $0, childInput, childOutput, &process)
        }
        close(childInput)
        close(childOutput)
        guard code == 0 else {
            close(input)
            close(output)
            throw FileError(FilePath(executable), .unreadable(code: code))
        }
        let pid = process
        (self.pid, self.input) = (pid, input)
        let thread = Thread { [self] in
            readLines(of: output, handleLine)
            close(output)
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            lock.withLock { hasEnded = true }
            close(input)
            handleEnd(status)
        }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Sends a signal, if it is still there.
    func send(_ signal: Int32) {
        lock.withLock { if !hasEnded { _ = kill(pid, signal) } }
    }
}

/// Both ends close when another program starts.
private func openPipe() -> (reading: Int32, writing: Int32)? {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
}

private func readLines(of descriptor: Int32, _ handle: (Data) -> Void) {
    var rest = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return }
        rest.append(contentsOf: buffer[..<count])
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            handle(Data(rest[rest.startIndex..<end]))
            rest = Data(rest[rest.index(after: end)...])
        }
    }
}
