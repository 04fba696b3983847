import Imaging

/// The search for one candidate, step by step.
///
/// Every step uses its seat from beginning to end, so that several searches can take turns on one. Stopping early is not
/// to call `next` again: the best point so far stays available. Not safe for concurrent use.
public protocol CandidateSearch: AnyObject {
    /// Counted from 1.
    var candidate: Int { get }

    /// Takes the next step; `nil` once the search has ended.
    func next() -> SearchStep?

    /// How the search ended; `interrupted` as long as it has not.
    var ending: Candidate.Ending { get }

    /// The best point so far; `nil` before the first was measured, and where that was not finite already.
    func found() -> Candidate?

    /// The picture of the best point so far, where there is one.
    var currentPicture: Picture? { get }
}
