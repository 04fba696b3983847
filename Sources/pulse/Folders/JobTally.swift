import Folders

/// How a job over many pictures went, picture by picture.
struct JobTally {
    enum Outcome {
        case done(isAccepted: Bool)
        /// By an earlier run.
        case doneBefore(isAccepted: Bool)
        /// Copied from the result of an equal picture.
        case copied(isAccepted: Bool)
        case failed
        /// In an earlier run, and not tried again.
        case failedBefore
    }

    private let total: Int
    private let skipped: SkippedFiles
    /// What a picture is whose work did not give what was asked for.
    private let unacceptedWords: String
    private var (done, before, copied, failed, failedBefore, unaccepted) = (0, 0, 0, 0, 0, 0)
    private(set) var status: ExitStatus

    /// - Parameter unaccepted: such as "without a face".
    init(_ listing: InputListing, unaccepted: String) {
        (total, skipped, unacceptedWords) = (listing.items.count, listing.skipped, unaccepted)
        status = listing.faults.contains(where: \.isFailure) ? .failure : .success
    }

    mutating func count(_ outcome: Outcome) {
        switch outcome {
        case .done(let isAccepted):
            done += 1
            accept(isAccepted)
        case .doneBefore(let isAccepted):
            before += 1
            accept(isAccepted)
        case .copied(let isAccepted):
            copied += 1
            accept(isAccepted)
        case .failed:
            failed += 1
            status = .failure
        case .failedBefore:
            failedBefore += 1
            status = .failure
        }
    }

    private mutating func accept(_ isAccepted: Bool) {
        guard !isAccepted else { return }
        unaccepted += 1
        status = status.combined(with: .unaccepted)
    }

    /// One line for the end of the job.
    var summary: String {
        let rest = total - done - before - copied - failed - failedBefore
        let parts = [
            (done, "done"), (before, "done before"), (copied, "copied from equal ones"),
            (unaccepted, "of these \(unacceptedWords)"), (failed, "failed"),
            (failedBefore, "failed before (--retry-failed tries again)"), (rest, "not begun"),
            (skipped.total, "files that are no pictures passed by"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return "\(total) \(total == 1 ? "picture" : "pictures"): " + parts.joined(separator: ", ")
    }
}
