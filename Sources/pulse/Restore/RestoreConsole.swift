import FaceAlignment
import Files
import Folders
import Foundation
import Imaging
import Jobs
import Restoration

/// Shows what is restored on a terminal: progress and failures on standard error, results on standard output.
struct RestoreConsole {
    private let request: RestoreRequest
    private let progress: ProgressReporter
    private let listing: InputListing?

    /// - Parameter listing: of a job over many photographs, whose end is summed up.
    init(_ request: RestoreRequest, style: ProgressStyle, listing: InputListing? = nil) {
        (self.request, self.listing) = (request, listing)
        progress = ProgressReporter(style: style)
    }

    /// Runs a job to its end.
    func show(_ run: (_ handle: (RestoreEvent) -> Void) -> Void) -> ExitStatus {
        var status = ExitStatus.success
        var place = (index: 1, count: 1)
        var tally = listing.map { JobTally($0, unaccepted: "without a restored face") }
        run { event in
            if let outcome = outcome(event) { tally?.count(outcome) }
            switch event {
            case .began(_, let index, let count): place = (index, count)
            case .surveyed(let input, let survey):
                let faces = max(1, survey.hidden.count)
                progress.begin(
                    input: input.path.string, index: place.index, of: place.count,
                    candidates: request.count * faces,
                    steps: request.method.steps)
            case .step(_, _, let step): progress.show(step)
            case .candidate: break
            case .finished(let input, let folder, let report):
                progress.clear()
                printSummary(input, folder, report)
                if !report.hasAccepted { status = status.combined(with: .unaccepted) }
            case .nothing(let input, let survey):
                progress.clear()
                // Of a folder most photographs have none.
                if listing == nil { printNote("\(input.path): \(nothingToRestore(survey))") }
                status = status.combined(with: .unaccepted)
            case .interrupted(let input):
                progress.clear()
                printError("\(input.path): interrupted before a face was found; nothing is written.")
            case .failed(let input, let error):
                progress.clear()
                printError(
                    error is AlignmentError ? "\(input.path): \(wording(of: error))" : wording(of: error))
                status = .failure
            case .alreadyDone(_, let isAccepted):
                if !isAccepted { status = status.combined(with: .unaccepted) }
            case .failedBefore(let input):
                printError(failedBeforeMessage(input.path))
                status = .failure
            }
        }
        guard let tally else { return status }
        printNote(tally.summary)
        return status.combined(with: tally.status)
    }

    private func outcome(_ event: RestoreEvent) -> JobTally.Outcome? {
        switch event {
        case .began, .surveyed, .step, .candidate, .interrupted: nil
        case .finished(_, _, let report): .done(isAccepted: report.hasAccepted)
        case .nothing: .done(isAccepted: false)
        case .failed: .failed
        case .alreadyDone(_, let isAccepted): .doneBefore(isAccepted: isAccepted)
        case .failedBefore: .failedBefore
        }
    }

    /// Says of each photograph what would be restored.
    func showSurveys(of photos: [FilePath], _ job: RestoreJob, asJSON: Bool, _ cancellation: Cancellation)
        -> ExitStatus
    {
        var status = ExitStatus.success
        for path in photos where !cancellation.isRequested {
            do {
                let survey = try job.survey(try Photo(contentsOf: path))
                if asJSON { printResult(try SurveyRecord(of: survey, file: path.string).json()) }
                if survey.hidden.isEmpty { status = status.combined(with: .unaccepted) }
                if asJSON { continue }
                guard !survey.faces.isEmpty || !survey.regions.isEmpty else {
                    printNote("\(path): \(nothingToRestore(survey))")
                    continue
                }
                printResult(EscapedBytes.text(path.bytes))
                for line in surveyLines(survey) { printResult("  \(line)") }
            } catch {
                printError(error is AlignmentError ? "\(path): \(wording(of: error))" : wording(of: error))
                status = .failure
            }
        }
        return status
    }

    private func printSummary(_ input: JobInput, _ folder: FilePath, _ report: RestoreReport) {
        let folder = EscapedBytes.text(folder.bytes)
        let suffix = report.interrupted == true ? ", interrupted" : ""
        printResult(
            "\(EscapedBytes.text(input.path.bytes)) → \(folder)  (seed \(report.seed), restored\(suffix))")
        for face in report.faces {
            printResult("  face \(face.number): \(placeWording(face, report))")
            for candidate in face.candidates {
                printResult("    \(folder)/\(candidate.file)  \(candidateWording(candidate))")
            }
        }
        for picture in report.pictures { printResult("  \(folder)/\(picture)") }
        printResult("  \(folder)/overview.png  to look at")
        printResult(
            "  These faces are imagined: none is the one that was pixelated, nor anyone in it, and all are equals."
        )
        fflush(nil)
    }
}
