import Files
import Foundation

/// Which items of a job are worked on although an earlier run knows them.
public struct RedoPolicy: Equatable, Sendable {
    /// Also those that are done.
    public var everything: Bool
    /// Also those that failed with the same bytes and settings.
    public var failed: Bool

    public init(everything: Bool = false, failed: Bool = false) {
        (self.everything, self.failed) = (everything, failed)
    }
}

/// What a job over many items knows of what was done before, whatever the work on an item is.
///
/// An item is known by the digest of its bytes and by the settings that decide the result. For each, ask for a
/// ``decision(at:sha256:)``; when its result is in place, ``recordResult(at:sha256:isAccepted:files:)``.
public final class Ledger {
    public enum Decision: Equatable, Sendable {
        /// It is to be worked on. `earlier` is the digest of the input whose result this job has put in its place.
        case work(earlier: String?)
        /// Its result is there.
        case done(isAccepted: Bool)
        /// The same work was done on an equal input, whose result lies at another place; `earlier` as above.
        case equal(place: [UInt8], earlier: String?)
        /// It has failed with these bytes and settings.
        case failedBefore
    }

    /// The folder that places are below of.
    public let output: FilePath
    private let journal: Journal
    private let work: String
    private let settings: String
    private let policy: RedoPolicy
    /// Places of which this run has made the results.
    private var made: Set<[UInt8]> = []

    /// - Parameters:
    ///   - work: what is done with items, a word; journals keep several apart.
    ///   - settings: everything besides an item's bytes that decides its result, the same text each time.
    /// - Throws: `JournalError`.
    public init(
        _ journal: Journal, work: String, settings: String, policy: RedoPolicy = RedoPolicy()
    ) throws(JournalError) {
        (self.journal, self.work, self.policy) = (journal, work, policy)
        output = journal.folder
        self.settings = Files.sha256(of: Data(settings.utf8))
        try journal.keep(settings: settings, digest: self.settings)
    }

    /// What to do with an item.
    /// - Parameter place: of its result below the output folder, in bytes.
    /// - Throws: `JournalError`.
    public func decision(at place: [UInt8], sha256: String) throws(JournalError) -> Decision {
        let there = try journal.result(of: work, at: place)
        if let there, isDone(there, sha256) { return .done(isAccepted: there.isAccepted) }
        if !policy.everything && !policy.failed,
            try journal.hasFailed(work, at: place, sha256: sha256, settings: settings)
        {
            return .failedBefore
        }
        let others = try journal.results(of: work, sha256: sha256, settings: settings)
        if let other = others.first(where: { $0.place != place && isDone($0, sha256) }) {
            return .equal(place: other.place, earlier: there?.sha256)
        }
        return .work(earlier: there?.sha256)
    }

    private func isDone(_ result: Journal.Result, _ sha256: String) -> Bool {
        result.sha256 == sha256 && result.settings == settings
            && (!policy.everything || made.contains(result.place)) && result.isIntact(in: output)
    }

    /// Whether a result that the journal does not know may be taken for done: a killed run can leave one.
    public var adoptsResults: Bool { !policy.everything }

    /// Keeps that the result of an item is in its place, on the disk.
    /// - Parameter files: of the result, below the output folder, in bytes.
    /// - Throws: `JournalError`; the result is there all the same.
    public func recordResult(
        at place: [UInt8], sha256: String, isAccepted: Bool, files: [[UInt8]]
    ) throws(JournalError) {
        let result = Journal.Result(
            place: place, sha256: sha256, settings: settings, isAccepted: isAccepted,
            files: files.compactMap { ResultFile($0, in: output) })
        guard result.files.count == files.count else { return }
        try journal.record(result, of: work)
        made.insert(place)
    }

    /// Keeps that an item cannot be worked on as it is, so that no later run tries in vain.
    /// - Throws: `JournalError`.
    public func recordFailure(at place: [UInt8], sha256: String) throws(JournalError) {
        try journal.recordFailure(of: work, at: place, sha256: sha256, settings: settings)
    }
}
