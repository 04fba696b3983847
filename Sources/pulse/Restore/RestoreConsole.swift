import Files
import Foundation
import Imaging
import FaceAlignment
import Jobs
import Restoration

/// Shows what is restored on a terminal: progress and failures on standard error, results on standard output.
struct RestoreConsole {
    private let request: RestoreRequest
    private let progress: ProgressReporter

    init(_ request: RestoreRequest, style: ProgressStyle) {
        self.request = request
        progress = ProgressReporter(style: style)
    }

    /// Runs a job to its end.
    func show(_ run: (_ handle: (RestoreEvent) -> Void) -> Void) -> ExitStatus {
        var status = ExitStatus.success
        var place = (index: 1, count: 1)
        run { event in
            switch event {
            case .began(_, let index, let count): place = (index, count)
            case .surveyed(let path, let survey):
                let faces = max(1, survey.hidden.count)
                progress.begin(
                    input: path.string, index: place.index, of: place.count,
                    candidates: request.count * faces,
                    steps: request.method.steps)
            case .step(_, _, let step): progress.show(step)
            case .finished(let path, let folder, let report):
                progress.clear()
                printSummary(path, folder, report)
                if !report.faces.allSatisfy({ $0.candidates.contains(where: \.accepted) }) {
                    status = status.combined(with: .unaccepted)
                }
            case .nothing(let path, let survey):
                progress.clear()
                printNote("\(path): \(nothingToRestore(survey))")
                status = status.combined(with: .unaccepted)
            case .failed(let path, let error):
                progress.clear()
                printError(error is AlignmentError ? "\(path): \(wording(of: error))" : wording(of: error))
                status = .failure
            }
        }
        return status
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

    private func printSummary(_ path: FilePath, _ folder: FilePath, _ report: RestoreReport) {
        let folder = EscapedBytes.text(folder.bytes)
        let suffix = report.interrupted == true ? ", interrupted" : ""
        printResult("\(EscapedBytes.text(path.bytes)) → \(folder)  (seed \(report.seed), restored\(suffix))")
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
