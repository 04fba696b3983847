import Degradation
import Files
import Folders
import Foundation
import Jobs

/// Shows a job on a terminal: progress and failures on standard error, results on standard output.
struct UpsampleConsole {
    private let request: UpsampleRequest
    private let progress: ProgressReporter
    /// Whether it is said how the operator was chosen although it is the usual one.
    private let explainsOperator: Bool
    /// Of a job over many inputs, whose end is summed up.
    private let listing: InputListing?

    init(
        _ request: UpsampleRequest, style: ProgressStyle, explainsOperator: Bool = false,
        listing: InputListing? = nil
    ) {
        (self.request, self.explainsOperator, self.listing) = (request, explainsOperator, listing)
        progress = ProgressReporter(style: style, total: listing?.items.count)
    }

    /// Runs a job to its end.
    func show(_ job: UpsampleJob) -> ExitStatus {
        var status = ExitStatus.success
        var tally = listing.map { JobTally($0, unaccepted: "not accepted") }
        for event in job {
            if let outcome = outcome(of: event) {
                progress.end()
                tally?.count(outcome)
            }
            switch event {
            case .began(let input, let index, let count):
                progress.begin(
                    input: input.path.string, index: index, of: count, candidates: request.count,
                    steps: request.method.steps)
            case .reduced(let input, let mosaic):
                progress.clear()
                printNote(
                    "\(input.path): a mosaic of \(mosaic.columns)×\(mosaic.rows) blocks of \(decimals(mosaic.blockSide, 1)) px; the search is for one pixel a block (--as-is takes it as it is)"
                )
            case .unlike(let input, let likeness):
                progress.clear()
                printNote("\(input.path): \(unlikeInputNote(likeness: likeness))")
            case .resumed(_, let candidates, let steps):
                progress.clear()
                printNote(resumedNote(candidates, after: steps))
            case .step(let step): progress.show(step)
            case .candidate: break
            case .finished(let result):
                progress.clear()
                printSummary(of: result)
                if !result.hasAccepted { status = status.combined(with: .unaccepted) }
            case .nothingFound(let input, diverged: false):
                progress.clear()
                printError("\(input.path): interrupted before the first step was made; nothing is written.")
            case .nothingFound(let input, diverged: true):
                progress.clear()
                printError(
                    "\(input.path): the search diverged at its start; nothing is written. Choose another --seed."
                )
                status = .failure
            case .failed(_, let error):
                progress.clear()
                printError(wording(of: error))
                status = .failure
            case .alreadyDone(_, let isAccepted):
                if !isAccepted { status = status.combined(with: .unaccepted) }
            case .copied(let result, let source):
                printResult(
                    "\(EscapedBytes.text(result.input.path.bytes)) → \(EscapedBytes.text(result.folder.bytes))  "
                        + "(copied from \(EscapedBytes.text(source.bytes)): the same picture)")
                if !result.hasAccepted { status = status.combined(with: .unaccepted) }
            case .failedBefore(let input):
                printError(failedBeforeMessage(input.path))
                status = .failure
            }
        }
        guard let tally else { return status }
        printNote(tally.summary)
        return status.combined(with: tally.status)
    }

    /// How an input has ended; nil while it goes on.
    private func outcome(of event: UpsampleEvent) -> JobTally.Outcome? {
        switch event {
        case .began, .reduced, .unlike, .resumed, .step, .candidate: nil
        case .finished(let result):
            result.report.interrupted == true ? nil : .done(isAccepted: result.hasAccepted)
        case .failed(_, let error): error is JournalError ? nil : .failed
        case .nothingFound(_, let diverged): diverged ? .failed : nil
        case .alreadyDone(_, let isAccepted): .doneBefore(isAccepted: isAccepted)
        case .copied(let result, _): .copied(isAccepted: result.hasAccepted)
        case .failedBefore: .failedBefore
        }
    }

    private func verdict(_ candidate: Report.Candidate) -> String {
        if candidate.accepted { return "accepted" }
        if let judgement = candidate.judgement, !judgement.isConvincing {
            return "not accepted: \(judgement.wording)"
        }
        return
            "not accepted (more than the tolerance of \(decimals(request.tolerance + (candidate.judgement?.inputNoise ?? 0), 2)))"
    }

    /// Tells what was found for one input.
    private func printSummary(of result: UpsampleResult) {
        let (report, folder) = (result.report, EscapedBytes.text(result.folder.bytes))
        if result.replacedEarlier { printNote("\(result.folder.string): the earlier result was replaced") }
        let suffix = report.interrupted == true ? ", interrupted" : ""
        printResult(
            "\(EscapedBytes.text(result.input.path.bytes)) → \(folder)  "
                + "(seed \(report.seed), \(report.mode), \(report.operator)\(suffix))")
        for candidate in report.candidates {
            let verdict = verdict(candidate)
            let before =
                candidate.judgement.flatMap { judgement in
                    judgement.correction.map { _ in
                        " (\(decimals(judgement.searchedRMS, 1)) before the exact fit)"
                    }
                } ?? ""
            let end =
                candidate.ended == "diverged" ? "; the search diverged after \(candidate.steps) steps" : ""
            let rarity =
                candidate.judgement?.priorPercentile.map { "; \(rarityNote(percentile: $0))" } ?? ""
            printResult(
                "  \(folder)/\(candidate.file)  rms \(decimals(candidate.rms, 2)) grey levels\(before), \(verdict)\(rarity)\(end)"
            )
        }
        if let noise = report.candidates.first?.judgement?.noiseWording {
            printResult("  \(noise) (--input-noise 0 follows it exactly).")
        }
        if let guess = report.operatorGuess, explainsOperator || report.operator != OperatorKind.all[0].name {
            printResult("  \(operatorNote(guess, chosen: report.operator))")
        }
        printResult("  \(folder)/overview.png  to look at")
        printResult(
            report.candidates.count == 1
                ? "  This picture is imagined: one of many possible ones, not the one that was made small, nor anyone in it."
                : "  These pictures are imagined: none is the one that was made small, nor anyone in it, and all are equals."
        )
        fflush(nil)
    }
}
