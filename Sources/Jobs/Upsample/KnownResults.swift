import Files
import Folders
import Foundation
import Imaging
import Models
import Search

/// What a journal says of the inputs of an upsampling job, and what is done about it without a search.
struct KnownResults {
    let ledger: Ledger
    let request: UpsampleRequest
    let model: Model

    enum Answer {
        /// To be searched for; an earlier result that may give way although it is another picture's.
        case search(ReplacementRule)
        case event(UpsampleEvent)
    }

    /// - Parameter rule: which earlier results may be replaced.
    func answer(for input: JobInput, sha256: String, _ rule: ReplacementRule) throws -> Answer {
        switch try ledger.decision(at: input.place, sha256: sha256) {
        case .done(let isAccepted): return .event(.alreadyDone(input, isAccepted: isAccepted))
        case .failedBefore: return .event(.failedBefore(input))
        case .equal(let place, let earlier):
            let source = ledger.output.appending(bytes: place)
            let rule = self.rule(for: input, earlier: earlier, rule)
            guard let result = try copy(of: source, for: input, rule) else { return .search(rule) }
            try record(result, sha256: sha256)
            return .event(.copied(result, from: source))
        case .work(let earlier):
            if ledger.adoptsResults, let report = matching(input.destination, sha256: sha256) {
                let result = UpsampleResult(
                    input: input, folder: input.destination, report: report, replacedEarlier: false)
                try record(result, sha256: sha256)
                return .event(.alreadyDone(input, isAccepted: result.hasAccepted))
            }
            return .search(self.rule(for: input, earlier: earlier, rule))
        }
    }

    /// Keeps that a result is in place.
    /// - Throws: `JournalError`.
    func record(_ result: UpsampleResult, sha256: String) throws {
        guard result.report.interrupted != true, let files = result.report.files else { return }
        let place = result.input.place + [UInt8(ascii: "/")]
        try ledger.recordResult(
            at: result.input.place, sha256: sha256, isAccepted: result.hasAccepted,
            files: (files.keys + [Report.name]).sorted().map { place + Array($0.utf8) })
    }

    /// Keeps that an input cannot be searched for as it is. What is wrong with the machine, the disk or the output is no
    /// fault of the input and not kept.
    /// - Throws: `JournalError`.
    func recordFailure(of input: JobInput, sha256: String, _ error: (any Error)?) throws {
        switch error {
        case nil, is TargetError, is UpsampleError: break
        case let error as PictureError:
            if case .unsupported = error { return }
        default: return
        }
        try ledger.recordFailure(at: input.place, sha256: sha256)
    }

    /// Where what stands at an input's place is what this job has made of an earlier content of the file, it may go.
    private func rule(
        for input: JobInput, earlier: String?, _ rule: ReplacementRule
    ) -> ReplacementRule {
        guard let earlier, let report = Report(in: input.destination), report.input.sha256 == earlier else {
            return rule
        }
        return .any
    }

    /// The report of a complete and unchanged result at a place, if it answers this very request.
    private func matching(_ folder: FilePath, sha256: String) -> Report? {
        guard let report = Report(in: folder), report.interrupted != true, report.input.sha256 == sha256,
            report.request?.settings(with: model) == request.settings(with: model),
            report.model.sha256 == model.sha256,
            !type(of: request.method).startsFromEncoder || report.model.encoderSHA256 == model.encoderSHA256
        else { return nil }
        return report.files.map { ResultFolder.isIntact($0, in: folder) } == true ? report : nil
    }

    /// Copies a result to where that of an equal input belongs, with a report that names this input.
    /// - Returns: nil where the result is not what its report says.
    private func copy(
        of source: FilePath, for input: JobInput, _ rule: ReplacementRule
    ) throws -> UpsampleResult? {
        guard var report = Report(in: source), let files = report.files else { return nil }
        try ResultFolder.checkReplaceable(input.destination, by: report.input.sha256, rule)
        try makeFolder(input.destination.folder)
        let folder = try ResultFolder(destination: input.destination)
        defer { folder.discard() }
        guard try folder.copy(files, of: source) else { return nil }
        report.input.file = input.path.string
        report.input.fileBytes =
            Array(input.path.string.utf8) == input.path.bytes ? nil : Data(input.path.bytes)
        try writeFile(try report.json(), to: folder.path(Report.name))
        let replaces = kind(of: input.destination) != .missing
        try folder.commit()
        return UpsampleResult(
            input: input, folder: input.destination, report: report, replacedEarlier: replaces)
    }
}

extension UpsampleRequest {
    /// The request as text that is the same for equal ones.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: (try? encoder.encode(self)) ?? Data(), as: UTF8.self)
    }

    /// Everything besides an input that decides its result, as journals keep it.
    public func settings(with model: Model) -> String {
        let encoder = type(of: method).startsFromEncoder ? model.encoderSHA256 ?? "none" : "none"
        return #"{"encoder":"\#(encoder)","model":"\#(model.sha256)","request":\#(json)}"#
    }
}
