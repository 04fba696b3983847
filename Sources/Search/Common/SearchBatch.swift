import Engine
import Generators

/// Several candidates of one request that advance together: the sequence of all their steps, step 1 of every candidate
/// first, then step 2 of those that still search, and so on. Each one's bits are those of a search of its own.
///
/// With one seat the candidates take turns on it. With several they are dealt out to them and the seats work at the same
/// time: candidates on threads of their own wait for nothing but each other, so a batch then costs less than its
/// candidates one by one, at the price of a workspace for each seat.
public final class SearchBatch: Sequence, IteratorProtocol {
    /// In the order of their steps.
    public let searches: [any CandidateSearch]
    private let seatCount: Int
    /// One thread for each seat.
    private let pool: ThreadPool
    /// The steps of the round under way, none for a search that has ended; `turn` is the next to be handed out.
    private var round: [SearchStep?]
    private var turn = 0

    /// - Parameters:
    ///   - seats: at least one; each generator must have a workspace of its own.
    ///   - candidates: their numbers, counted from 1.
    /// - Throws: `SearchRequestError`, or what the method says of a generator that it cannot search with.
    public init(
        _ method: any SearchMethod, _ request: SearchRequest, latents: LatentSpace, seats: [SearchSeat],
        candidates: some Collection<Int>
    ) throws {
        precondition(!seats.isEmpty, "a batch needs a seat")
        try SearchRequest.validate(tolerance: request.tolerance)
        searches = try candidates.enumerated().map { place, candidate in
            try method.makeSearch(
                request, candidate: candidate, latents: latents, seat: seats[place % seats.count])
        }
        seatCount = seats.count
        pool = ThreadPool(threads: seats.count)
        round = Array(repeating: nil, count: searches.count)
    }

    /// Takes the next step of the next candidate that still searches; `nil` once all have ended.
    public func next() -> SearchStep? {
        // The rest of a round and one more without a step are the end.
        for _ in 0..<2 * searches.count {
            if turn == 0, seatCount > 1 { takeRound() }
            let place = turn
            turn = (turn + 1) % searches.count
            if let step = seatCount > 1 ? round[place] : searches[place].next() { return step }
        }
        return nil
    }

    /// One step of every candidate that still searches: each seat works through the candidates dealt to it.
    private func takeRound() {
        round.withUnsafeMutableBufferPointer { round in
            // Every task has its own seat, searches and elements of `round`.
            pool.run(seatCount) { place in
                for i in stride(from: place, to: searches.count, by: seatCount) {
                    round[i] = searches[i].next()
                }
            }
        }
    }

    /// The best points so far, in the order of `searches`, of those that have one.
    public func found() -> [Candidate] { searches.compactMap { $0.found() } }
}
