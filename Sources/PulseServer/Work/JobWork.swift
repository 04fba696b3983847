import Degradation
import FaceAlignment
import Files
import Folders
import Foundation
import Imaging
import Jobs
import Models
import Restoration
import Search

/// Does one job, in a process of its own: what goes wrong here cannot harm the server, and a search has all threads.
///
/// Its folder is the current one. It holds the order and the picture; files for the server come into `files/`. A job that is
/// ended early goes on later from what its searches had come to.
public struct JobWork {
    private let cancellation: Cancellation
    private let wording: @Sendable (any Error) -> String
    private let tell: (WorkEvent) -> Void

    /// - Parameters:
    ///   - wording: the program's words for errors.
    ///   - write: takes each line for the server.
    public init(
        _ cancellation: Cancellation, wording: @escaping @Sendable (any Error) -> String,
        write: @escaping (Data) -> Void
    ) {
        (self.cancellation, self.wording) = (cancellation, wording)
        tell = { event in
            if let line = try? JSONEncoder().encode(event) { write(line + Data("\n".utf8)) }
        }
    }

    public func run() {
        // The process of an earlier server may still be saving what it has come to.
        let lock = open("lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 && errno == EINTR {}
        do {
            let bytes = try readFile(FilePath(JobOrder.name), limit: 1 << 20)
            let order = try JSONDecoder().decode(JobOrder.self, from: Data(bytes))
            let request = try JSONDecoder().decode(UpsampleRequest.self, from: order.request)
            try makeFolder(FilePath(JobFiles.folder))
            switch order.target {
            case .whole: try upsample(FilePath(JobOrder.picture), request, order)
            case .face(let number): try upsampleFace(number, request, order)
            case .mosaic, .region: try restore(request, order)
            }
        } catch let problem as Problem {
            tell(.failed(.init(problem: problem.kind, detail: problem.detail)))
        } catch {
            fail(error)
        }
    }

    private func fail(_ error: any Error) {
        tell(.failed(.init(problem: isDiskFull(error) ? .diskFull : .failed, detail: wording(error))))
    }

    // MARK: - A tiny face

    /// Cuts a face out of a photograph, makes it small and searches for that.
    private func upsampleFace(_ number: Int, _ request: UpsampleRequest, _ order: JobOrder) throws {
        let photo = try Photo(contentsOf: FilePath(JobOrder.picture))
        let faces = try FaceDetector().faces(in: photo.picture)
        guard faces.indices.contains(number - 1) else {
            throw Problem(.noFace, "The picture has no face of the number \(number).")
        }
        let face = try alignedFace(photo, faces[number - 1], size: order.size)
        try face.picture.writePNG(to: FilePath("face.png"), provenance: nil)
        try upsample(FilePath("face.png"), request, order)
    }

    private func upsample(_ path: FilePath, _ request: UpsampleRequest, _ order: JobOrder) throws {
        let list = try InputList([ListedItem(path: path, name: Array("face".utf8))], output: FilePath("out"))
        let job = try UpsampleJob(
            list, request, model: ModelStore().load(request.model), rule: .any, threads: order.threads,
            keepsSearches: true, cancellation: cancellation)
        var previews = PreviewClock()
        var spread = SpreadMap()
        for event in job {
            switch event {
            case .began:
                guard let glance = job.glance else { break }
                try save(glance.input, as: JobFiles.input)
                tell(.input(width: glance.input.width, height: glance.input.height))
            case .unlike(_, let likeness): tell(.unlike(likeness: likeness))
            case .resumed(_, _, let steps): tell(.resumed(step: steps.max() ?? 0))
            case .step(let step):
                tell(step, previews.isDue(step.candidate) ? job.glimpse(after: step, side: 256) : nil)
            case .candidate(let candidate):
                guard let glance = job.glance else { break }
                tell(.candidate(try keep(candidate, request, glance, &spread)))
            case .finished(let result): try finish(result, spread)
            case .failed(_, let error): return fail(error)
            case .nothingFound(_, diverged: true):
                tell(
                    .failed(
                        .init(
                            problem: .failed, detail: "The search diverged at its start. Choose another seed."
                        )))
            case .nothingFound, .reduced, .alreadyDone, .copied, .failedBefore: break
            }
        }
    }

    /// Puts a candidate's files where the server finds them.
    private func keep(
        _ candidate: Report.Candidate, _ request: UpsampleRequest, _ glance: UpsampleGlance,
        _ spread: inout SpreadMap
    ) throws -> CandidateBody {
        let number = Int(candidate.file.prefix { $0 != "." }) ?? 0
        var body = CandidateBody(number: number, steps: candidate.steps)
        try link(glance.folder.appending(candidate.file), as: JobFiles.picture(number))
        let picture = try Picture(contentsOf: glance.folder.appending(candidate.file))
        let fit = FitPictures(of: picture, input: glance.input, degradation: glance.degradation)
        try save(fit.small, as: JobFiles.small(number))
        try save(fit.difference(scale: 16), as: JobFiles.difference(number))
        spread.add(picture)
        if let latents = candidate.latents {
            try link(glance.folder.appending(latents), as: JobFiles.latents(number))
        }
        (body.state, body.step, body.rms, body.max) = (.done, candidate.steps, candidate.rms, candidate.max)
        (body.accepted, body.seconds) = (candidate.accepted, candidate.seconds)
        body.searchedFaceRMS = candidate.judgement?.searchedFaceRMS
        body.priorPercentile = candidate.judgement?.priorPercentile
        body.files = CandidateBody.Files(
            picture: JobFiles.picture(number), small: JobFiles.small(number),
            difference: JobFiles.difference(number), latents: JobFiles.latents(number))
        return body
    }

    private func finish(_ result: UpsampleResult, _ spread: SpreadMap) throws {
        try link(result.folder.appending("overview.png"), as: JobFiles.overview)
        try link(result.folder.appending(Report.name), as: JobFiles.report)
        var summary = WorkEvent.Summary(
            isComplete: result.report.interrupted != true, overview: JobFiles.overview,
            report: JobFiles.report,
            fit: fitSentence(result.report.candidates.map(\.rms)))
        summary.spread = try saveSpread(spread)
        tell(.finished(summary))
    }

    // MARK: - A mosaic in a photograph

    private func restore(_ request: UpsampleRequest, _ order: JobOrder) throws {
        guard let method = request.method as? FastMethod else {
            throw Problem(.badOption, "What a mosaic hides is searched for in the mode 'fast' only.")
        }
        var restoration = RestoreRequest(
            model: request.model, method: method, seed: request.seed, count: request.count)
        switch order.target {
        case .mosaic(let number): restoration.faces = .numbers([number])
        case .region(let box): restoration.regions = [box.rectangle]
        case .whole, .face: break
        }
        let list = try InputList(
            [ListedItem(path: FilePath(JobOrder.picture), name: Array("photo".utf8))], output: FilePath("out")
        )
        try list.makeOutputFolder()
        let job = try RestoreJob(
            restoration, model: ModelStore().load(request.model), detector: FaceDetector(), rule: .any,
            threads: order.threads, cancellation: cancellation)
        var failure: (any Error)?
        var previews = PreviewClock()
        job.run(list.inputs) { event in
            switch event {
            case .step(_, _, let step):
                tell(step, previews.isDue(step.candidate) ? job.glimpse(after: step, side: 256) : nil)
            case .candidate(_, let candidate, let picture):
                var body = CandidateBody(number: candidate.number, steps: candidate.steps)
                // The fit is that of the photograph, which follows when all are found.
                (body.state, body.step, body.seconds) = (.done, candidate.steps, candidate.seconds)
                body.searchedFaceRMS = candidate.judgement?.searchedFaceRMS
                body.priorPercentile = candidate.judgement?.priorPercentile
                guard (try? link(picture, as: JobFiles.picture(candidate.number))) != nil else { break }
                body.files = CandidateBody.Files(picture: JobFiles.picture(candidate.number))
                tell(.candidate(body))
            case .finished(_, let folder, let report):
                do { try finish(report, in: folder) } catch { failure = error }
            case .nothing:
                failure = Problem(
                    .noFace,
                    "No mosaic with a face under it was found there. Draw the region closer around the blocks."
                )
            case .failed(_, let error): failure = error
            case .began, .surveyed, .interrupted, .alreadyDone, .failedBefore: break
            }
        }
        if let failure { throw failure }
    }

    private func finish(_ report: RestoreReport, in folder: FilePath) throws {
        guard let face = report.faces.first else { return }
        var spread = SpreadMap()
        for (index, candidate) in face.candidates.enumerated() {
            let number = index + 1
            try link(folder.appending(candidate.file), as: JobFiles.picture(number))
            try link(folder.appending(candidate.latents), as: JobFiles.latents(number))
            if report.pictures.indices.contains(index) {
                try link(folder.appending(report.pictures[index]), as: JobFiles.photo(number))
            }
            spread.add(try Picture(contentsOf: folder.appending(candidate.file)))
            var body = CandidateBody(number: number, steps: candidate.steps)
            (body.state, body.step) = (.done, candidate.steps)
            (body.rms, body.max) = (candidate.certificate.rms, candidate.certificate.max)
            (body.accepted, body.seconds) = (candidate.accepted, candidate.seconds)
            body.searchedFaceRMS = candidate.judgement?.searchedFaceRMS
            body.priorPercentile = candidate.judgement?.priorPercentile
            body.files = CandidateBody.Files(
                picture: JobFiles.picture(number), latents: JobFiles.latents(number),
                photo: report.pictures.indices.contains(index) ? JobFiles.photo(number) : nil)
            tell(.candidate(body))
        }
        try link(folder.appending("overview.png"), as: JobFiles.overview)
        try link(folder.appending(Report.name), as: JobFiles.report)
        var summary = WorkEvent.Summary(
            isComplete: report.interrupted != true, overview: JobFiles.overview, report: JobFiles.report,
            fit: fitSentence(face.candidates.map(\.certificate.rms)))
        summary.spread = try saveSpread(spread)
        tell(.finished(summary))
    }

    // MARK: - Files

    /// Tells of a step, with the face that it has come to where that is worth its time.
    private func tell(_ step: SearchStep, _ preview: Picture?) {
        if let preview { try? save(preview, as: JobFiles.preview(step.candidate)) }
        tell(
            .step(
                candidate: step.candidate, step: step.index, steps: step.total,
                rms: 255 * step.fit.squareRoot(), seconds: step.seconds, preview: preview != nil))
    }

    private func saveSpread(_ spread: SpreadMap) throws -> String? {
        guard let deviations = spread.deviations else { return nil }
        let scale = SpreadMap.scale(of: deviations)
        try save(SpreadMap.picture(of: deviations, side: 512, scale: scale), as: JobFiles.spread)
        return JobFiles.spread
    }

    /// Whole or not at all, but for a power cut: what can be made again is not waited for.
    private func save(_ picture: Picture, as name: String) throws {
        let place = FilePath(JobFiles.folder).appending(name)
        let aside = FilePath(JobFiles.folder).appending(".part")
        try writeFile(try picture.pngData(provenance: nil), to: aside)
        guard aside.withPlatformString({ from in place.withPlatformString { rename(from, $0) == 0 } }) else {
            throw FileError.writing(place)
        }
    }

    /// A second name for a file of the result.
    private func link(_ file: FilePath, as name: String) throws {
        let place = FilePath(JobFiles.folder).appending(name)
        _ = place.withPlatformString { unlink($0) }
        let isLinked = file.withPlatformString { from in
            place.withPlatformString { Foundation.link(from, $0) == 0 }
        }
        if !isLinked { try writeAtomically(Data(try readFile(file, limit: 1 << 30)), to: place) }
    }
}

/// What the fit of all candidates means.
func fitSentence(_ rms: [Double]) -> String {
    let worst = rms.max() ?? 0
    let size =
        worst <= 0.5
        ? "to within half a grey level" : "to within \(String(format: "%.1f", worst)) grey levels in the mean"
    return "Made small again, each agrees with the input \(size); the face itself is imagined."
}

func isDiskFull(_ error: any Error) -> Bool {
    switch error {
    case let error as FileError:
        if case .unwritable(let code) = error.problem { return code == ENOSPC || code == EDQUOT }
        return false
    default: return false
    }
}

/// When a preview is worth its time: a little over twice a second.
private struct PreviewClock {
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant?
    private var candidate = 0

    mutating func isDue(_ candidate: Int) -> Bool {
        let now = clock.now
        if candidate == self.candidate, let last, now - last < .milliseconds(400) { return false }
        (last, self.candidate) = (now, candidate)
        return true
    }
}
