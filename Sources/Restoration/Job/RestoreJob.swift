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
    /// The result is in place.
    case finished(JobInput, RestoreReport)
    /// There is nothing to restore: no mosaic with a face under it.
    case nothing(JobInput, Survey)
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
                if let event = try known(input, sha256: file.sha256) {
                    handle(event)
                    continue
                }
                handle(.began(input, index: index + 1, of: inputs.count))
                try restore(input, file, handle)
            } catch {
                if let sha256, error is PictureError {
                    try? ledger?.recordFailure(at: input.place, sha256: sha256)
                }
                handle(.failed(input, error))
            }
        }
    }

    /// What the journal knows of an input; nil where it is to be worked on.
    private func known(_ input: JobInput, sha256: String) throws -> RestoreEvent? {
        switch try ledger?.decision(at: input.place, sha256: sha256) {
        case .done(let isAccepted): .alreadyDone(input, isAccepted: isAccepted)
        case .failedBefore: .failedBefore(input)
        case .work, .equal, nil: nil
        }
    }

    /// Looks at a photograph, and no more.
    public func survey(_ photo: Photo) throws -> Survey {
        try Survey(of: photo.picture, detector: detector, encoder: latents.encoder, regions: request.regions)
    }

    private func restore(_ input: JobInput, _ file: PictureFile, _ handle: (RestoreEvent) -> Void) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let photo = Photo(try file.decoded(), file: file.name, sha256: file.sha256)
        try ResultFolder.checkReplaceable(input.destination, by: photo.sha256, rule)
        let survey = try survey(photo)
        handle(.surveyed(input, survey))
        let chosen = numbers(in: survey)
        guard !chosen.isEmpty else {
            try ledger?.recordResult(at: input.place, sha256: photo.sha256, isAccepted: false, files: [])
            return handle(.nothing(input, survey))
        }
        let seat = try takeSeat()
        try makeFolder(input.destination.folder)
        let folder = try ResultFolder(destination: input.destination)
        defer { folder.discard() }
        let writer = RestoreWriter(
            folder, photo, try OriginalPicture(file), survey, request, model: model, threads: threads)
        for number in chosen where !cancellation.isRequested {
            guard
                let search = FaceSearch(
                    survey.hidden[number - 1], in: survey, seed: request.seed &+ UInt64(number - 1) << 40,
                    resolution: model.specification.resolution)
            else { continue }
            let batch = try SearchBatch(
                request.method, search.request, latents: latents, seats: [seat], candidates: 1...request.count
            )
            while !cancellation.isRequested, let step = batch.next() {
                handle(.step(face: number, of: chosen.count, step))
            }
            try writer.add(batch.found(), face: number)
        }
        guard writer.hasFaces else { return }
        let report = try writer.finish(
            seconds: (clock.now - start) / .seconds(1), interrupted: cancellation.isRequested)
        try folder.commit()
        if report.interrupted != true {
            let place = input.place + [UInt8(ascii: "/")]
            try ledger?.recordResult(
                at: input.place, sha256: photo.sha256, isAccepted: report.hasAccepted,
                files: (report.files.keys + [Report.name]).sorted().map { place + Array($0.utf8) })
        }
        handle(.finished(input, report))
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
        let generators = try model.makeGenerators(1, threads: threads)
        let made = SearchSeat(generators[0], threads: threads)
        seat = made
        return made
    }
}
