import Foundation

/// Writes one line to standard error.
func printLine(_ line: String) {
    fputs(line + "\n", stderr)
}

/// Tells the user that something failed.
func printError(_ message: String) {
    printLine("pulse: error: \(message)")
}

/// What to tell the user about an error: its own words where it has some, never a dump of its fields.
func text(of error: any Error) -> String {
    if let localized = error as? any LocalizedError, let description = localized.errorDescription {
        return description
    }
    if type(of: error) is NSError.Type || error is CocoaError || error is POSIXError {
        return (error as NSError).localizedDescription
    }
    if let described = error as? any CustomStringConvertible { return described.description }
    return (error as NSError).localizedDescription
}
