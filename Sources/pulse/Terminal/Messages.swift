import Foundation

/// Writes text to standard error, unbuffered; a closed pipe is ignored.
func writeToStandardError(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}

/// Tells the user that something failed, in one line: a file's name cannot begin another.
/// - Parameter hasLines: whether the message is of several by itself.
func printError(_ message: String, hasLines: Bool = false) {
    writeToStandardError("pulse: error: \(printable(message, keepsLines: hasLines))\n")
}

/// Tells the user something that is no failure, in one line.
func printNote(_ message: String) {
    writeToStandardError("pulse: \(printable(message, keepsLines: false))\n")
}

/// Writes one line of results. A script gets the bytes of a path as they are, a terminal nothing that could move its cursor.
func printResult(_ line: String) {
    guard isatty(STDOUT_FILENO) == 0 else { return print(printable(line, keepsLines: false)) }
    fflush(nil)
    var rest = (EscapedBytes.bytes(line) + [UInt8(ascii: "\n")])[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}

/// Text with escaped bytes in it as it can be read: what is not UTF-8 becomes a replacement character.
func readable(_ text: String) -> String { String(decoding: EscapedBytes.bytes(text), as: UTF8.self) }
