import Files
import Foundation
import Generators
import Imaging
import Jobs
import Models
import Search

/// What `pulse upsample` does to each input.
struct UpsampleJob {
    var options: ClassicMethod
    var tolerance: Double
    var mode: SearchMode
    var `operator`: OperatorChoice
    var count: Int
    var batch: Int
    var seed: UInt64
    var savesIntermediate: Bool
}

/// Searches for the faces of one input after another and writes what is found.
final class UpsampleRun {
    private let job: UpsampleJob
    private let model: Model
    private let latents: LatentStatistics
    /// As many as candidates can work at the same time.
    private let seats: [SearchSeat]
    private let progress: ProgressReporter
    private let interruption: Interruption

    init(job: UpsampleJob, model: Model, threads: Int, progress: ProgressStyle) throws {
        self.job = job
        self.model = model
        self.progress = ProgressReporter(style: progress)
        interruption = Interruption(keeping: "what is finished after this step")
        latents = try model.latentStatistics()
        seats = try model.makeGenerators(min(job.batch, job.count, threads), threads: threads).map {
            SearchSeat($0)
        }
    }

    /// Works through the inputs; what fails is told and does not stop the others.
    func process(_ inputs: [UpsampleInput]) -> ExitStatus {
        var status = ExitStatus.success
        for (index, input) in inputs.enumerated() where !interruption.isRequested {
            progress.begin(
                input: input.file, index: index + 1, of: inputs.count, candidates: job.count,
                steps: job.options.steps)
            do {
                let accepted = try process(input)
                if !accepted { status = status.combined(with: .unaccepted) }
            } catch {
                progress.clear()
                printError(text(of: error))
                status = .failure
            }
        }
        return interruption.isRequested ? .interrupted : status
    }

    /// Finds, writes and reports the faces of one input.
    /// - Returns: whether one of them is accepted.
    private func process(_ input: UpsampleInput) throws -> Bool {
        var destination = input.destination
        let replaces = kind(of: FilePath(destination)) != .missing
        let folder = try ResultFolder(destination: destination)
        defer { folder.discard() }
        let writer = ResultWriter(
            folder: folder, input: input, job: job, model: model,
            side: model.specification.resolution)
        try search(input, into: writer)
        progress.clear()
        guard writer.hasCandidates else {
            printError("\(input.file): interrupted before the first step was made; nothing is written.")
            return false
        }
        let report = try writer.finish(interrupted: interruption.isRequested)
        if report.interrupted == true {
            // What was finished before is worth more than what was not.
            destination = freeName(for: destination)
        }
        try folder.commit(as: destination)
        if replaces && destination == input.destination {
            writeToStandardError("pulse: \(destination.relativePath): the earlier result was replaced\n")
        }
        printSummary(of: report, at: destination, tolerance: job.tolerance)
        return report.candidates.contains { $0.accepted }
    }

    /// Runs the searches of one input, `batch` at a time, and hands each finished batch to the writer.
    private func search(_ input: UpsampleInput, into writer: ResultWriter) throws {
        let side = model.specification.resolution
        let request = SearchRequest(
            target: input.target, degradation: job.operator.kind.make(side, input.target.side),
            seed: job.seed, tolerance: job.tolerance)
        for first in stride(from: 1, through: job.count, by: job.batch) where !interruption.isRequested {
            let candidates = first...min(first + job.batch - 1, job.count)
            let batch = try SearchBatch(
                job.options, request, latents: latents, seats: seats, candidates: candidates)
            while !interruption.isRequested, let step = batch.next() {
                progress.show(step)
                if job.savesIntermediate, let best = batch.searches[step.candidate - first].currentPicture {
                    try writer.writeIntermediate(best, candidate: step.candidate, step: step.index)
                }
            }
            for face in batch.found() { try writer.write(face) }
        }
    }

    /// The destination of an interrupted result: an earlier result is never replaced by it.
    private func freeName(for destination: URL) -> URL {
        let parent = destination.deletingLastPathComponent()
        let stem = destination.lastPathComponent + "-interrupted"
        var (url, number) = (destination, 1)
        while kind(of: FilePath(url)) != .missing {
            url = parent.appendingPathComponent(number == 1 ? stem : "\(stem)-\(number)")
            number += 1
        }
        return url
    }
}

/// Tells on standard output what was found for one input.
private func printSummary(of report: Report, at folder: URL, tolerance: Double) {
    let folder = folder.relativePath
    let suffix = report.interrupted == true ? ", interrupted" : ""
    print(
        "\(report.input.file) → \(folder)  (seed \(report.seed), \(report.mode), \(report.operator)\(suffix))"
    )
    for candidate in report.candidates {
        let verdict =
            candidate.accepted
            ? "accepted" : "not accepted (more than the tolerance of \(decimals(tolerance, 2)))"
        print("  \(folder)/\(candidate.file)  rms \(decimals(candidate.rms, 2)) grey levels, \(verdict)")
    }
    print("  \(folder)/overview.png  to look at")
    print(
        report.candidates.count == 1
            ? "  This face is imagined: one of many possible ones, not the person in the picture."
            : "  These faces are imagined: none is the person in the picture, and all are equals.")
    fflush(nil)
}
