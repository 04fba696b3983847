import Degradation
import Files
import Foundation
import Imaging
import Jobs
import Models
import Search

/// Writes the result of one input into its unfinished folder, candidate by candidate.
final class ResultWriter {
    private let folder: ResultFolder
    private let input: UpsampleInput
    private let job: UpsampleJob
    private let model: Model
    private let degradation: any Degradation
    private let provenance: Provenance
    private let clock = ContinuousClock()
    private let started: ContinuousClock.Instant
    private var candidates: [Report.Candidate] = []
    private var shown: [Overview.Candidate] = []

    /// - Parameter side: of the generator's pictures.
    init(folder: ResultFolder, input: UpsampleInput, job: UpsampleJob, model: Model, side: Int) {
        self.folder = folder
        self.input = input
        self.job = job
        self.model = model
        degradation = job.operator.kind.make(side, input.target.side)
        provenance = Provenance(
            model: model.name, seed: job.seed, mode: job.mode.rawValue, version: pulseVersion)
        started = clock.now
    }

    var hasCandidates: Bool { !candidates.isEmpty }

    /// Writes one face and measures the file that was written.
    func write(_ face: Candidate) throws {
        let name = "\(face.number).png"
        try face.picture.writePNG(to: folder.url(name), provenance: provenance)
        let saved = try Picture(contentsOf: folder.url(name))
        let certificate = Certificate(of: saved, input: input.target.picture, degradation: degradation)
        let accepted = certificate.isAccepted(tolerance: job.tolerance)
        candidates.append(
            Report.Candidate(
                file: name, certificate: certificate, steps: face.steps, seconds: face.seconds, accepted: accepted)
        )
        if shown.count < Overview.limit {
            shown.append(Overview.Candidate(picture: saved, certificate: certificate, accepted: accepted))
        }
    }

    /// Writes the best face after a step, and the face downscaled again.
    func writeIntermediate(_ picture: Picture, candidate: Int, step: Int) throws {
        let parent = folder.url("intermediate").appendingPathComponent("\(candidate)")
        // PULSE's names: counted from 0, as wide as the last one.
        let width = String(max(job.options.steps - 1, 10)).count
        let number = String(step - 1)
        let name = String(repeating: "0", count: max(0, width - number.count)) + number + ".png"
        for (kind, picture) in [("HR", picture), ("LR", picture.downscaled(by: degradation))] {
            let place = parent.appendingPathComponent(kind)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try picture.writePNG(to: place.appendingPathComponent(name), provenance: provenance)
        }
    }

    /// Writes the overview and the report; the folder is then complete.
    func finish(interrupted: Bool) throws -> Report {
        let unfinished = interrupted && isIncomplete
        let overview = Overview(
            input: input.target.picture, candidates: shown, candidateCount: candidates.count,
            degradation: degradation)
        try overview.picture().writePNG(to: folder.url("overview.png"), provenance: provenance)
        let report = Report(
            input: Report.Input(
                file: input.file, sha256: input.sha256, width: input.target.side, height: input.target.side),
            model: Report.Model(name: model.name, sha256: model.sha256), mode: job.mode.rawValue,
            operator: job.operator.kind.name, operatorNote: job.operator.note, seed: job.seed,
            candidates: candidates, interrupted: unfinished ? true : nil,
            peakMemoryBytes: peakMemoryBytes(), seconds: seconds(clock.now - started),
            files: try digests(below: FilePath(folder.staging)))
        try report.write(to: folder.url("report.json"))
        return report
    }

    /// Whether a candidate is missing, or some step of one.
    private var isIncomplete: Bool {
        candidates.count < job.count || candidates.contains { $0.steps < job.options.steps }
    }
}
