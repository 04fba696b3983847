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

/// Tells the user that something failed.
func printError(_ message: String) {
    writeToStandardError("pulse: error: \(message)\n")
}

/// What to tell the user about an error: its own words where it has some, never a dump of its fields.
func text(of error: any Error) -> String {
    if let localized = error as? any LocalizedError, let description = localized.errorDescription {
        return description
    }
    // Asked of the type: on Linux every error can be cast to NSError, which describes itself as a dump.
    if !(error is CocoaError), type(of: error) is any CustomStringConvertible.Type,
        !(type(of: error) is NSError.Type)
    {
        return "\(error)"
    }
    return (error as NSError).localizedDescription
}
