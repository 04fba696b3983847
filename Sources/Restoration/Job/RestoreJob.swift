import Checkpoints
import Engine
import FaceAlignment
import Files
import Folders
import Foundation
import Generators
import Imaging
import Jobs
import Models
import Search

/// What happens while photographs are restored, in the order in which it happens.
public enum RestoreEvent: Sendable {
    /// Work on a photograph begins; `index` counts from 1.
    case began(JobInput, index: Int, of: Int)
    case surveyed(JobInput, Survey)
    /// A step of the search for a face, counted from 1.
    case step(face: Int, of: Int, SearchStep)
    /// The aligned picture of a candidate is written, at a place below the result's unfinished folder.
    case candidate(face: Int, Candidate, picture: FilePath)
    /// The result is in place; in another folder than the input's where it is not complete and that was taken.
    case finished(JobInput, folder: FilePath, RestoreReport)
    /// There is nothing to restore: no mosaic with a face under it.
    case nothing(JobInput, Survey)
    /// Nothing is written: the job was cancelled before the first face was found.
    case interrupted(JobInput)
    case failed(JobInput, any Error)
    /// By an earlier run.
    case alreadyDone(JobInput, isAccepted: Bool)
    /// In an earlier run, and not tried again.
    case failedBefore(JobInput)
}

/// Restores photographs one after another. Cancelling lets the step under way end, keeps what was found and ends the job.
public final class RestoreJob {
    private let request: RestoreRequest
    private let model: Model
    private let latents: LatentSpace
    private let detector: FaceDetector
    private let threads: Int
    private let rule: ReplacementRule
    private let ledger: Ledger?
    private let cancellation: Cancellation
    private var seat: SearchSeat?
    /// The search under way.
    private var batch: SearchBatch?

    /// - Parameter ledger: of a job over many photographs: what is done is not done again.
    /// - Throws: `ModelError`, `AlignmentError`.
    public init(
        _ request: RestoreRequest, model: Model, detector: FaceDetector, rule: ReplacementRule,
        ledger: Ledger? = nil,
        threads: Int, cancellation: Cancellation = Cancellation()
    ) throws {
        (self.request, self.model, self.detector, self.rule) = (request, model, detector, rule)
        (self.ledger, self.threads, self.cancellation) = (ledger, threads, cancellation)
        try request.method.validate(for: model.specification)
        latents = try model.latentSpace()
    }

    public func run(_ inputs: [JobInput], _ handle: (RestoreEvent) -> Void) {
        for (index, input) in inputs.enumerated() where !cancellation.isRequested {
            var sha256: String?
            do {
                let file = try PictureFile(contentsOf: input.path, name: input.path.string)
                sha256 = file.sha256
                var rule = rule
                switch try ledger?.decision(at: input.place, sha256: file.sha256) {
                case .done(let isAccepted):
                    handle(.alreadyDone(input, isAccepted: isAccepted))
                    continue
                case .failedBefore:
                    handle(.failedBefore(input))
                    continue
                case .work(let earlier?), .equal(_, let earlier?):
                    // What this job has made of an earlier content of the file may go.
                    if earlier == earlierDigest(at: input.destination) { rule = .any }
                case .work(nil), .equal(_, nil), nil: break
                }
                handle(.began(input, index: index + 1, of: inputs.count))
                try restore(input, file, rule, handle)
            } catch {
                if let sha256, error is PictureError {
                    try? ledger?.recordFailure(at: input.place, sha256: sha256)
                }
                handle(.failed(input, error))
            }
        }
    }

    /// Of the photograph that the result at a place is of.
    private func earlierDigest(at destination: FilePath) -> String? {
        (try? RestoreReport(contentsOf: destination.appending(Report.name)))?.input.sha256
    }

    /// The face that a step has come to, `side` pixels or a little fewer; only while that step is handled.
    public func glimpse(after step: SearchStep, side: Int) -> Picture? {
        batch?.searches.first { $0.candidate == step.candidate }?.glimpse(side: side)
    }

    /// Looks at a photograph, and no more.
    public func survey(_ photo: Photo) throws -> Survey {
        try Survey(of: photo.picture, detector: detector, encoder: latents.encoder, regions: request.regions)
    }

    private func restore(
        _ input: JobInput, _ file: PictureFile, _ rule: ReplacementRule, _ handle: (RestoreEvent) -> Void
    ) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let photo = Photo(try file.decoded(), file: file.name, sha256: file.sha256)
        try ResultFolder.checkReplaceable(input.destination, by: photo.sha256, rule)
        let original = try OriginalPicture(file)
        try original.checkEnlarging(by: request.scale)
        let survey = try survey(photo)
        handle(.surveyed(input, survey))
        let chosen = numbers(in: survey)
        let searches = chosen.compactMap { number in
            FaceSearch(
                survey.hidden[number - 1], in: survey, seed: request.seed &+ UInt64(number - 1) << 40,
                resolution: model.specification.resolution
            ).map { (number: number, search: $0) }
        }
        guard !searches.isEmpty else {
            try ledger?.recordResult(at: input.place, sha256: photo.sha256, isAccepted: false, files: [])
            return handle(.nothing(input, survey))
        }
        let seat = try takeSeat()
        try makeFolder(input.destination.folder)
        if ledger != nil { Staging.sweep(input.destination.folder) }
        let folder = try ResultFolder(destination: input.destination)
        defer { folder.discard() }
        let writer = RestoreWriter(
            folder, photo, original, survey, request, model: model, threads: threads)
        // One candidate after the other: pictures are many, memory is not.
        for (number, search) in searches {
            for candidate in 1...request.count where !cancellation.isRequested {
                let batch = try SearchBatch(
                    request.method, search.request, latents: latents, seats: [seat], candidates: [candidate])
                self.batch = batch
                defer { self.batch = nil }
                while !cancellation.isRequested, let step = batch.next() {
                    handle(.step(face: number, of: searches.count, step))
                }
                for found in batch.found() {
                    let picture = try writer.add(found, face: number)
                    handle(.candidate(face: number, found, picture: picture))
                }
            }
        }
        guard writer.hasFaces else { return handle(.interrupted(input)) }
        let report = try writer.finish(
            seconds: (clock.now - start) / .seconds(1), interrupted: cancellation.isRequested)
        let destination =
            report.interrupted == true
            ? ResultFolder.placeForIncomplete(input.destination) : input.destination
        try folder.commit(as: destination)
        if report.interrupted != true {
            let place = input.place + [UInt8(ascii: "/")]
            try ledger?.recordResult(
                at: input.place, sha256: photo.sha256, isAccepted: report.hasAccepted,
                files: (report.files.keys + [Report.name]).sorted().map { place + Array($0.utf8) })
        }
        handle(.finished(input, folder: destination, report))
    }

    /// The faces that are wanted, by their numbers.
    private func numbers(in survey: Survey) -> [Int] {
        let hidden = survey.hidden
        switch request.faces {
        case .all: return Array(hidden.indices.map { $0 + 1 })
        case .largest:
            return hidden.indices.max { hidden[$0].place.size < hidden[$1].place.size }.map { [$0 + 1] } ?? []
        case .numbers(let numbers):
            return numbers.filter { (1...max(1, hidden.count)).contains($0) && !hidden.isEmpty }
        }
    }

    private func takeSeat() throws -> SearchSeat {
        if let seat { return seat }
        try MemoryBudget(model.memory, generators: 1).check()
        let generators = try model.makeGenerators(1, threads: threads)
        let made = SearchSeat(generators[0], threads: threads)
        seat = made
        return made
    }
}
