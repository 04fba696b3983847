import Checkpoints
import Degradation
import Engine
import Files
import Foundation
import Imaging
import Models
import Search
import Tensors

/// Writes the result of one input into its unfinished folder, candidate by candidate.
final class ResultWriter {
    let searchRequest: SearchRequest
    private let folder: ResultFolder
    private let picture: JobPicture
    private let request: UpsampleRequest
    private let model: Model
    private let operatorGuess: OperatorGuess?
    private let provenance: Provenance
    private let clock = ContinuousClock()
    private let started: ContinuousClock.Instant
    private var candidates: [Report.Candidate] = []
    private var shown: [Overview.Candidate] = []
    /// Of the candidates that are being searched for, by their numbers.
    private var films: [Int: SearchFilm] = [:]

    init(
        folder: ResultFolder, picture: JobPicture, request: UpsampleRequest, model: Model,
        operatorGuess: OperatorGuess?
    ) {
        (self.folder, self.picture, self.request, self.model) = (folder, picture, request, model)
        self.operatorGuess = operatorGuess
        let kind = request.chosenOperator(isMosaic: picture.mosaic != nil, guess: operatorGuess)
        let degradation = kind.make(model.specification.resolution, picture.target.side)
        searchRequest = SearchRequest(
            target: picture.target, degradation: degradation, seed: request.seed, tolerance: request.tolerance
        )
        provenance = Provenance(
            model: model.name, seed: request.seed, mode: type(of: request.method).name,
            operatorName: kind.name, version: pulseVersion)
        started = clock.now
    }

    var hasCandidates: Bool { !candidates.isEmpty }

    /// Writes one face and its latents, and measures the file that was written.
    func write(_ face: Candidate) throws -> Report.Candidate {
        let (name, latents) = (
            "\(face.number).\(request.format.ending)", "\(face.number).safetensors"
        )
        try save(face.picture.encoded(as: request.format, provenance: provenance), as: name)
        try writeLatents(of: face, as: latents)
        let saved = try Picture(contentsOf: folder.path(name))
        let certificate = Certificate(
            of: saved, input: picture.target.picture, degradation: searchRequest.degradation,
            ignoring: face.ignored)
        let accepted =
            certificate.isAccepted(tolerance: request.tolerance + (face.judgement?.inputNoise ?? 0))
            && face.judgement?.isConvincing != false
        let candidate = Report.Candidate(
            file: name, latents: latents, animation: try writeFilm(of: face), certificate: certificate,
            steps: face.steps,
            bestAfter: face.bestAfter,
            ended: face.ending.rawValue, seconds: face.seconds, accepted: accepted, judgement: face.judgement)
        candidates.append(candidate)
        if shown.count < Overview.limit {
            let path = folder.path(name)
            shown.append(
                Overview.Candidate(
                    picture: { try Picture(contentsOf: path) }, certificate: certificate, accepted: accepted))
        }
        return candidate
    }

    /// Takes the best face after a step into its candidate's animation.
    func film(_ picture: Picture, candidate: Int) { films[candidate, default: SearchFilm()].add(picture) }

    /// - Returns: the animation's name.
    private func writeFilm(of face: Candidate) throws -> String? {
        guard let format = request.animation else { return nil }
        let film = films.removeValue(forKey: face.number) ?? SearchFilm()
        let name = "\(face.number)-search.\(format.rawValue)"
        try save(
            film.animation(endingIn: face.picture).encoded(as: format, provenance: provenance), as: name)
        return name
    }

    private func writeLatents(of face: Candidate, as name: String) throws {
        do {
            try Jobs.writeLatents(of: face, model: model, to: folder.path(name))
        } catch {
            throw CheckpointError(file: folder.destination.appending(name).string, problem: error.problem)
        }
    }

    /// Writes a file of the result; what goes wrong is about the name that it was to have.
    private func save(_ data: Data, as name: String) throws(FileError) {
        do {
            try writeFile(data, to: folder.path(name))
        } catch {
            throw FileError(folder.destination.appending(name), error.problem)
        }
    }

    /// Writes the best face after a step, and the face downscaled again.
    func writeIntermediate(_ picture: Picture, candidate: Int, step: Int) throws {
        let parent = "intermediate/\(candidate)"
        // PULSE's names: counted from 0, as wide as the last one.
        let width = String(max(request.method.steps - 1, 10)).count
        let number = String(step - 1)
        let name = String(repeating: "0", count: max(0, width - number.count)) + number + ".png"
        for (kind, picture) in [("HR", picture), ("LR", picture.downscaled(by: searchRequest.degradation))] {
            try makeFolder(folder.path("\(parent)/\(kind)"))
            try save(picture.pngData(provenance: provenance), as: "\(parent)/\(kind)/\(name)")
        }
    }

    /// Writes the overview and the report; the folder is then complete.
    func finish(isCancelled: Bool) throws -> Report {
        let overview = Overview(
            input: picture.target.picture, candidates: shown, candidateCount: candidates.count,
            degradation: searchRequest.degradation)
        try save(overview.picture().pngData(provenance: provenance), as: "overview.png")
        let side = picture.target.side
        let report = Report(
            input: Report.Input(
                picture.input.path, sha256: picture.sha256, width: side, height: side, mosaic: picture.mosaic),
            model: Report.Model(
                name: model.name, sha256: model.sha256,
                encoderSHA256: type(of: request.method).startsFromEncoder ? model.encoderSHA256 : nil),
            request: request, operatorGuess: operatorGuess,
            kernels: Kernels.default.name, candidates: candidates,
            interrupted: isCancelled && isIncomplete ? true : nil, peakMemoryBytes: peakMemoryBytes(),
            seconds: (clock.now - started) / .seconds(1), files: try digests(below: folder.staging))
        try save(report.json(), as: Report.name)
        return report
    }

    /// Whether a candidate is missing, or was interrupted.
    private var isIncomplete: Bool {
        candidates.count < request.count
            || candidates.contains { $0.ended == Candidate.Ending.interrupted.rawValue }
    }
}
