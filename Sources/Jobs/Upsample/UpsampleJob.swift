import Degradation
import Files
import Folders
import Foundation
import Generators
import Imaging
import Models
import Search

/// What happens in a job, in the order in which it happens.
public enum UpsampleEvent: Sendable {
    /// Work on an input begins; `index` counts from 1.
    case began(JobInput, index: Int, of: Int)
    /// The input is a mosaic and is searched for as one pixel for each block.
    case reduced(JobInput, Mosaic)
    /// By itself, before any search, an input does not look like a face that the model makes: nothing found for it will be
    /// accepted. `likeness` as in ``Judgement``.
    case unlike(JobInput, likeness: Double)
    /// Searches that an earlier run had begun go on: which candidates, and after how many steps, 0 for one that begins.
    case resumed(JobInput, candidates: [Int], after: [Int])
    case step(SearchStep)
    /// A candidate is found, written and measured.
    case candidate(Report.Candidate)
    /// The result of an input is in place.
    case finished(UpsampleResult)
    /// Nothing came of an input.
    case failed(JobInput, any Error)
    /// The journal knows a result of the same bytes and request, and it is there.
    case alreadyDone(JobInput, isAccepted: Bool)
    /// An equal picture was searched for; its result was copied.
    case copied(UpsampleResult, from: FilePath)
    /// The same bytes and request have failed in an earlier run, and it is not tried again.
    case failedBefore(JobInput)
    /// Nothing is written: the job was cancelled before the first step of this input was made, or every candidate's
    /// numbers stopped being finite at its start.
    case nothingFound(JobInput, diverged: Bool)
}

/// A result that is in place.
public struct UpsampleResult: Sendable {
    public var input: JobInput
    /// Its folder; another than the input's destination where the result is not complete and that name was taken.
    public var folder: FilePath
    public var report: Report
    /// Whether an earlier result had the name.
    public var replacedEarlier: Bool

    public var hasAccepted: Bool { report.candidates.contains(where: \.accepted) }
}

/// What can be looked at of a result that is being made.
public struct UpsampleGlance: Sendable {
    /// What is searched for.
    public var input: Picture
    /// D, from the faces found to the input.
    public var degradation: any Degradation
    /// Where files are until the result is complete.
    public var folder: FilePath
}

/// Searches for the faces of one input after another and writes what is found: the sequence of what happens.
///
/// Inputs are read when their turn comes, one at a time. What fails is an event and does not stop the others. Cancelling
/// lets the step under way end, keeps what was found and ends the sequence. With a ledger, what earlier runs have done is
/// not done again.
public final class UpsampleJob: Sequence, IteratorProtocol {
    public let list: InputList
    public let request: UpsampleRequest

    private let model: Model
    private let latents: LatentSpace
    private let threads: Int
    /// Made when the first input is fit to search for, so that what is wrong with inputs is said at once.
    private var seats: [SearchSeat] = []
    private let rule: ReplacementRule
    private let known: KnownResults?
    /// Folders for results that were cleared of leftovers.
    private var swept: Set<FilePath> = []
    private let cancellation: Cancellation
    private let batch: Int
    private let keepsSearches: Bool
    private var begun = 0
    private var current: InputRun?
    /// Events that wait to be handed out.
    private var waiting: [UpsampleEvent] = []

    /// Checks that the model can be searched in as the request says.
    /// - Parameters:
    ///   - ledger: of a job over many inputs, made with the request's settings.
    ///   - batch: how many candidates advance together; changes no result.
    ///   - threads: processor threads; changes no result.
    ///   - keepsSearches: whether a later run of the same request may come back, which then goes on with the searches that
    ///     this one had begun; changes no result.
    /// - Throws: what the method says of a model that it cannot search in, or `ModelError`.
    public init(
        _ list: InputList, _ request: UpsampleRequest, model: Model, rule: ReplacementRule,
        ledger: Ledger? = nil, batch: Int = 1, threads: Int, keepsSearches: Bool = false,
        cancellation: Cancellation = Cancellation()
    ) throws {
        (self.list, self.request, self.model, self.rule) = (list, request, model, rule)
        (self.cancellation, self.keepsSearches) = (cancellation, keepsSearches)
        known = ledger.map { KnownResults(ledger: $0, request: request, model: model) }
        try request.method.validate(for: model.specification)
        latents =
            type(of: request.method).startsFromEncoder
            ? try model.latentSpace() : LatentSpace(try model.latentStatistics())
        self.batch = Swift.min(batch, request.count)
        self.threads = threads
    }

    private var isCancelled: Bool { cancellation.isRequested }

    /// Of the input under way.
    public var glance: UpsampleGlance? { current?.glance }

    /// The face that a step has come to, `side` pixels or a little fewer; only before the next event, and nil where candidates
    /// advance together.
    public func glimpse(after step: SearchStep, side: Int) -> Picture? {
        batch == 1 ? current?.glimpse(after: step, side: side) : nil
    }

    public func next() -> UpsampleEvent? {
        while waiting.isEmpty {
            if let run = current {
                advance(run)
            } else {
                guard begun < list.inputs.count, !isCancelled else { return nil }
                begin(list.inputs[begun])
            }
        }
        return waiting.removeFirst()
    }

    private func begin(_ input: JobInput) {
        begun += 1
        var sha256: String?
        do {
            let file = try PictureFile(contentsOf: input.path, name: input.path.string)
            sha256 = file.sha256
            var rule = rule
            if let known {
                sweepFolder(for: input)
                switch try known.answer(for: input, sha256: file.sha256, rule) {
                case .event(let event): return waiting.append(event)
                case .search(let loosened): rule = loosened
                }
            }
            waiting.append(.began(input, index: begun, of: list.inputs.count))
            try search(for: JobPicture(input, file, for: model, request, rule))
        } catch {
            fail(input, sha256: sha256, error)
        }
    }

    private func search(for picture: JobPicture) throws {
        let input = picture.input
        if let mosaic = picture.mosaic { waiting.append(.reduced(input, mosaic)) }
        try takeSeats()
        if known != nil { try makeFolder(input.destination.folder) }
        // Said of the input alone, whatever runs beside it.
        let isOpen = request.operator == nil && picture.mosaic == nil
        let guess = isOpen ? request.method.operatorGuess(of: picture.target, latents: latents) : nil
        let saved =
            keepsSearches
            ? SavedSearches(
                in: input.destination.folder, sha256: picture.sha256, settings: request.settings(with: model))
            : nil
        current = try InputRun(picture, request, model: model, operatorGuess: guess, saved: saved)
        if let likeness = request.method.likeness(of: picture.target, latents: latents),
            likeness < FaceLikeness.limit
        {
            waiting.append(.unlike(input, likeness: likeness))
        }
    }

    private func fail(_ input: JobInput, sha256: String?, _ error: any Error) {
        waiting.append(.failed(input, error))
        // What lacks memory for one lacks it for all.
        if known != nil, error is MemoryError { begun = list.inputs.count }
        guard let known, let sha256 else { return }
        do {
            try known.recordFailure(of: input, sha256: sha256, error)
        } catch {
            waiting.append(.failed(input, error))
        }
    }

    /// Clears the folder that an input's result goes to of what killed runs left, once.
    private func sweepFolder(for input: JobInput) {
        let folder = input.destination.folder
        guard swept.insert(folder).inserted else { return }
        Staging.sweep(folder)
        SavedSearches.sweep(folder)
    }

    /// Makes the generators and the output folder, once, if there is memory and room for them.
    private func takeSeats() throws {
        guard seats.isEmpty else { return }
        let count = Swift.min(batch, threads)
        try MemoryBudget(model.memory, generators: count).check()
        try list.makeOutputFolder()
        SavedSearches.sweep(list.output)
        // Results name it; it is there before they are.
        model.prepareDigest()
        seats = zip(try model.makeGenerators(count, threads: threads), threadShares(threads, of: count))
            .map { SearchSeat($0, threads: $1) }
    }

    /// One step of the input under way, or what follows its last one.
    private func advance(_ run: InputRun) {
        do {
            if let event = try run.next(
                seats: seats, latents: latents, batch: batch, isCancelled: isCancelled)
            {
                return waiting.append(event)
            }
            current = nil
            let event = try run.finish(isCancelled: isCancelled)
            waiting.append(event)
            switch event {
            case .finished(let result): try known?.record(result, sha256: run.sha256)
            case .nothingFound(_, diverged: true):
                try known?.recordFailure(of: run.input, sha256: run.sha256, nil)
            default: break
            }
        } catch {
            current = nil
            run.discard()
            fail(run.input, sha256: run.sha256, error)
        }
    }
}
