import Files
import Foundation

/// What to tell the user about an error: what is wrong, of which file, and what to do. The libraries' errors hold data;
/// their words are here, in this folder, and nowhere else.
func wording(of error: any Error) -> String {
    switch error {
    case let error as any Worded: error.wording
    default: unexpected(error)
    }
}

/// An error that this program has words for.
protocol Worded {
    var wording: String { get }
}

/// Foundation's words for what nothing of ours foresaw, its codes left out.
private func unexpected(_ error: any Error) -> String {
    if let decoding = error as? DecodingError {
        return "a file does not have the form that is expected: \(decoding.reason)."
    }
    let system = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    let reason =
        system.domain == NSPOSIXErrorDomain
        ? systemMessage(Int32(system.code)) : "for a reason that is not known"
    return "this could not be done (\(reason))."
}

extension DecodingError {
    /// In a few words, without the types' names.
    fileprivate var reason: String {
        switch self {
        case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "'\(context.codingPath.last?.stringValue ?? "it")' has the wrong form"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "it is not JSON" : context.debugDescription
        @unknown default: "it is damaged"
        }
    }
}

/// Text out of a file, fit for a sentence: short, one line, and without control characters.
func oneLine(_ text: String, limit: Int = 120) -> String {
    let scalars = text.unicodeScalars.prefix(limit).map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: "?"
        default: String(scalar)
        }
    }
    return scalars.joined() + (scalars.count == limit && text.unicodeScalars.count > limit ? "…" : "")
}
