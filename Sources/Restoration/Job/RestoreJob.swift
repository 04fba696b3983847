import Checkpoints
import Engine
import FaceAlignment
import Files
import Foundation
import Generators
import Imaging
import Jobs
import Models
import Search

/// What happens while photographs are restored, in the order in which it happens.
public enum RestoreEvent: Sendable {
    /// Work on a photograph begins; `index` counts from 1.
    case began(FilePath, index: Int, of: Int)
    case surveyed(FilePath, Survey)
    /// A step of the search for a face, counted from 1.
    case step(face: Int, of: Int, SearchStep)
    /// The result is in place.
    case finished(FilePath, folder: FilePath, RestoreReport)
    /// There is nothing to restore: no mosaic with a face under it.
    case nothing(FilePath, Survey)
    case failed(FilePath, any Error)
}

/// Restores photographs one after another. Cancelling lets the step under way end, keeps what was found and ends the job.
public final class RestoreJob {
    private let request: RestoreRequest
    private let model: Model
    private let latents: LatentSpace
    private let detector: FaceDetector
    private let threads: Int
    private let rule: ReplacementRule
    private let cancellation: Cancellation
    private var seat: SearchSeat?

    /// - Throws: `ModelError`, `AlignmentError`.
    public init(
        _ request: RestoreRequest, model: Model, detector: FaceDetector, rule: ReplacementRule, threads: Int,
        cancellation: Cancellation = Cancellation()
    ) throws {
        (self.request, self.model, self.detector, self.rule) = (request, model, detector, rule)
        (self.threads, self.cancellation) = (threads, cancellation)
        try request.method.validate(for: model.specification)
        latents = try model.latentSpace()
    }

    /// - Parameter destinations: for each photograph the folder of its result.
    public func run(_ photos: [(path: FilePath, destination: FilePath)], _ handle: (RestoreEvent) -> Void) {
        for (index, photo) in photos.enumerated() where !cancellation.isRequested {
            handle(.began(photo.path, index: index + 1, of: photos.count))
            do {
                try restore(photo.path, into: photo.destination, handle)
            } catch {
                handle(.failed(photo.path, error))
            }
        }
    }

    /// Looks at a photograph, and no more.
    public func survey(_ photo: Photo) throws -> Survey {
        try Survey(of: photo.picture, detector: detector, encoder: latents.encoder, regions: request.regions)
    }

    private func restore(_ path: FilePath, into destination: FilePath, _ handle: (RestoreEvent) -> Void)
        throws
    {
        let clock = ContinuousClock()
        let start = clock.now
        let photo = try Photo(contentsOf: path)
        try ResultFolder.checkReplaceable(destination, by: photo.sha256, rule)
        let survey = try survey(photo)
        handle(.surveyed(path, survey))
        let chosen = numbers(in: survey)
        guard !chosen.isEmpty else { return handle(.nothing(path, survey)) }
        let seat = try takeSeat()
        let folder = try ResultFolder(destination: destination)
        defer { folder.discard() }
        let writer = RestoreWriter(folder, photo, survey, request, model: model, threads: threads)
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
        handle(.finished(path, folder: destination, report))
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
