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

    /// The picture of the point measured last, `side` pixels or a little fewer, at next to no cost. Only between a step and the next
    /// of any search on the same seat; nil before the first.
    func glimpse(side: Int) -> Picture?

    /// Steps taken so far.
    var completedSteps: Int { get }

    /// What it has come to, to be resumed from; nil before the first step, and where numbers are no longer finite.
    var state: SearchState? { get }

    /// Goes on from what the same search had come to. Only before the first step.
    /// - Throws: `SearchStateError`; the search is then as it was.
    func resume(from state: SearchState) throws(SearchStateError)
}
