import Files
import Foundation
import Generators
import Imaging
import Models
import Search

/// The search for one input's faces, batch by batch, and the writing of what it finds.
final class InputRun {
    let input: JobInput
    /// Of the input's bytes.
    var sha256: String { picture.sha256 }
    private let picture: JobPicture
    private let request: UpsampleRequest
    private let folder: ResultFolder
    private let writer: ResultWriter
    private var batch: SearchBatch?
    private var nextCandidate = 1
    private var unwritten: [Candidate] = []
    /// Where searches under way are kept for a later run; nil where that could not come back to them.
    private let saved: SavedSearches?

    init(
        _ picture: JobPicture, _ request: UpsampleRequest, model: Model, operatorGuess: OperatorGuess?,
        saved: SavedSearches?
    ) throws {
        (input, self.picture, self.request, self.saved) = (picture.input, picture, request, saved)
        folder = try ResultFolder(destination: picture.input.destination)
        writer = ResultWriter(
            folder: folder, picture: picture, request: request, model: model, operatorGuess: operatorGuess)
    }

    /// The next step or written candidate; nil once there are no more, or the job is cancelled.
    func next(
        seats: [SearchSeat], latents: LatentSpace, batch size: Int, isCancelled: Bool
    ) throws -> UpsampleEvent? {
        if !unwritten.isEmpty { return .candidate(try writer.write(unwritten.removeFirst())) }
        if let batch {
            if !isCancelled, let step = batch.next() {
                saved?.save(batch.searches)
                try keep(step, of: batch)
                return .step(step)
            }
            saved?.save(batch.searches, atEnd: true)
            unwritten = batch.found()
            self.batch = nil
        } else {
            guard !isCancelled, nextCandidate <= request.count else { return nil }
            let candidates = nextCandidate...min(nextCandidate + size - 1, request.count)
            let batch = try SearchBatch(
                request.method, writer.searchRequest, latents: latents, seats: seats, candidates: candidates)
            nextCandidate = candidates.upperBound + 1
            self.batch = batch
            let steps = saved?.resume(batch.searches) ?? []
            if steps.contains(where: { $0 > 0 }) {
                return .resumed(input, candidates: Array(candidates), after: steps)
            }
        }
        return try next(seats: seats, latents: latents, batch: size, isCancelled: isCancelled)
    }

    private func keep(_ step: SearchStep, of batch: SearchBatch) throws {
        guard request.savesIntermediate || request.animation != nil,
            let search = batch.searches.first(where: { $0.candidate == step.candidate }),
            let best = search.currentPicture
        else { return }
        if request.savesIntermediate {
            try writer.writeIntermediate(best, candidate: step.candidate, step: step.index)
        }
        if request.animation != nil { writer.film(best, candidate: step.candidate) }
    }

    /// Puts the result in place: under the input's name, or, where it is not complete and there is an earlier one, beside
    /// that.
    func finish(isCancelled: Bool) throws -> UpsampleEvent {
        defer { discard() }
        guard writer.hasCandidates else { return .nothingFound(input, diverged: !isCancelled) }
        let report = try writer.finish(isCancelled: isCancelled)
        var destination = input.destination
        if report.interrupted == true { destination = ResultFolder.placeForIncomplete(destination) }
        let replaces = destination == input.destination && kind(of: destination) != .missing
        try folder.commit(as: destination)
        if report.interrupted != true { saved?.discard() }
        return .finished(
            UpsampleResult(input: input, folder: destination, report: report, replacedEarlier: replaces))
    }

    func discard() { folder.discard() }

    /// What of it can be looked at while it goes on.
    var glance: UpsampleGlance {
        UpsampleGlance(
            input: picture.target.picture, degradation: writer.searchRequest.degradation,
            folder: folder.staging)
    }

    /// The face that a step has come to, small; nil for a step that is not the latest.
    func glimpse(after step: SearchStep, side: Int) -> Picture? {
        batch?.searches.first { $0.candidate == step.candidate && $0.completedSteps == step.index }?
            .glimpse(side: side)
    }
}
