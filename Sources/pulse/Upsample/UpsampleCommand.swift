import ArgumentParser
import Degradation
import Engine
import Files
import Folders
import Foundation
import Imaging
import Jobs
import Models
import Search

/// Searches for faces that downscale to the given ones.
struct UpsampleCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "upsample",
        abstract: "Find realistic faces that downscale to a tiny one.",
        discussion: """
            Takes aligned low-resolution faces ('pulse align' makes them from photographs) and writes, for \
            each, DIR/NAME/1.png … N.png (or another --format), the latents of each as 1.safetensors … for 'pulse generate', overview.png and \
            report.json, where NAME is the input's name without its ending. The faces are imagined; none is the person \
            in the picture.

            Folders are gone through in all their depths, and their tree is kept below DIR; so are \
            'patterns/**/*.png' in quotes. What is no picture is passed by. A second run does what is missing, new, changed \
            or asked for with other options, on the same seed; equal pictures are searched for once.

            An earlier result of the same picture is replaced once the new one is complete, if --seed or --from chose \
            it; any other needs --force. What pulse did not write is never replaced.

            Ctrl-C keeps what is finished, and the best pictures so far of the input under way; a second Ctrl-C \
            ends at once.
            """)

    @Argument(
        help:
            "Aligned faces, square, 8 to 256 pixels a side, or pixelated ones of any size; folders and patterns of such.",
        completion: .file())
    var inputs: [FilePath] = []

    @Option(name: .shortAndLong, help: "The folder for the results.", completion: .directory)
    var output: FilePath

    @Option(
        help: ArgumentHelp(
            "Ask again for what this report says, of its picture or of the one given: the same bits on the same kernels.",
            valueName: "report.json"))
    var from: FilePath?

    @Option(help: "The generator; 'pulse model list' names what there is.")
    var model: String?

    @Option(help: "How to search (default: \(UpsampleRequest.methods[0].name)).")
    var mode: ModeChoice?

    @Option(
        help: "How many candidates to find for each input, 1…10000 (default: \(byMode { $0.defaultCount })).")
    var count: Int?

    @Option(
        help:
            "The seed, a whole number from 0; drawn and reported where absent, for folders once for all runs into DIR."
    )
    var seed: UInt64?

    @Option(
        help: "Search steps for each candidate, 1…1000000 (default: \(byMode { $0.init().steps })).")
    var steps: Int?

    @Option(
        help:
            "How the input is taken to have been made small; auto means box for a mosaic, and otherwise what the input looks like, or bicubic where that does not tell."
    )
    var `operator`: OperatorChoice?

    @Option(
        help: """
            Accept a picture whose rms difference is at most this many grey levels \
            (default: \(byMode { String(format: "%.3f", $0.init().defaultTolerance) })).
            """)
    var tolerance: Double?

    @Option(help: "Processor threads (default: all).")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(
        help: """
            How many candidates advance together, 1…64, each on threads of its own as far as --threads goes: \
            faster, at the memory of one more generator for each, which is checked before work starts; changes no result.
            """)
    var batch = 1

    @Flag(
        help: """
            Replace complete results of other pictures, and results of a seed by those of another that is yet to be \
            drawn; of a folder, search for everything again. What pulse did not write is never replaced.
            """)
    var force = false

    @OptionGroup(title: "Many pictures")
    var folders: FolderArguments

    @Flag(
        help: "Take a pixelated picture as it is, instead of searching for one pixel for each of its blocks.")
    var asIs = false

    @Flag(help: "Also write the best picture after every step, to NAME/intermediate/K/HR and LR.")
    var saveIntermediate = false

    @Option(
        help: """
            The format of the faces: png, webp and tiff keep every level, jpeg (quality 95, 4:4:4) does not. The fit is \
            measured on the file that is written, whatever its format (default: png).
            """)
    var format: OutputFormat?

    @Option(
        help: """
            Also write each face's search as an animation, NAME/K-search.webp or .png: the best picture after each step, \
            256 px, and the face found.
            """)
    var animation: AnimationFormat?

    @Option(help: "How to show progress on standard error: auto, bar, plain, json or none.")
    var progress: ProgressStyle = .auto

    @OptionGroup(title: "Fast mode")
    var fast: FastArguments

    @OptionGroup(title: "Classic mode")
    var classic: ClassicArguments

    /// Refuses what no input could make right. Runs while the arguments are parsed.
    func validate() throws {
        guard !inputs.isEmpty || from != nil || folders.fromFile != nil else {
            throw ValidationError("Name the pictures to search for, or a report with --from.")
        }
        if from != nil {
            guard inputs.count <= 1 else {
                throw ValidationError(
                    "--from repeats the search for one picture, but \(inputs.count) are given.")
            }
            guard folders.fromFile == nil else {
                throw ValidationError("--from repeats one search; leave out --from-file.")
            }
            if let option = decided.first {
                throw ValidationError(
                    "\(option) is decided by the report: leave it out, or leave out --from.")
            }
        }
        if let count { try check("--count", count, in: 1...10_000) }
        try check("--batch", batch, in: 1...64)
        try check("--threads", threads, in: 1...1024)
        if from == nil { _ = try newRequest() }
    }

    /// The options given that a report decides as well.
    private var decided: [String] {
        [
            model.map { _ in "--model" }, mode.map { _ in "--mode" }, count.map { _ in "--count" },
            seed.map { _ in "--seed" }, steps.map { _ in "--steps" }, self.operator.map { _ in "--operator" },
            tolerance.map { _ in "--tolerance" }, saveIntermediate ? "--save-intermediate" : nil,
            format.map { _ in "--format" }, animation.map { _ in "--animation" },
            asIs ? "--as-is" : nil,
        ].compactMap { $0 } + groups.flatMap(\.given)
    }

    /// The options of single modes.
    private var groups: [any ModeArguments] { [fast, classic] }

    /// The method that the mode's name and its options ask for.
    private func method() throws -> any SearchMethod {
        let mode = mode?.method ?? UpsampleRequest.methods[0]
        for group in groups where type(of: group).mode != mode {
            if let option = group.given.first {
                let owner = type(of: group).mode.name
                throw ValidationError(
                    "\(option) belongs to \(owner) mode: leave it out, or say --mode \(owner).")
            }
        }
        return try groups.first { type(of: $0).mode == mode }?.method() ?? mode.init()
    }

    /// What the options ask for, checked.
    func newRequest() throws -> UpsampleRequest {
        var method = try method()
        if let steps { method.setSteps(steps) }
        do {
            try method.validate()
            if let tolerance { try SearchRequest.validate(tolerance: tolerance) }
        } catch {
            throw ValidationError(wording(of: error))
        }
        return UpsampleRequest(
            model: model ?? ModelStore.defaultModelName, method: method, operator: self.operator?.name,
            seed: seed ?? UInt64.random(in: 0...UInt64(UInt32.max)),
            count: count ?? type(of: method).defaultCount, tolerance: tolerance,
            savesIntermediate: saveIntermediate, format: format ?? .png, animation: animation,
            reducesMosaics: !asIs)
    }

    func run() throws {
        let cancellation = Cancellation()
        let interruption = Interruption(keeping: "what is finished after this step", cancellation)
        defer { withExtendedLifetime(interruption) {} }
        let repeated = try from.map { try RepeatedRequest($0, inputs: inputs) }
        var request = try repeated?.request ?? newRequest()
        let listing = try repeated == nil ? findInputs() : nil
        let list =
            try listing.map { try InputList($0.items, output: output) }
            ?? InputList(repeated.map { [$0.input] } ?? inputs, output: output)
        let model = try ModelStore().load(request.model)
        try repeated?.check(model)
        if var method = request.method as? FastMethod, let near = try fast.nearFace(model) {
            method.near = near
            request.method = method
        }
        if let other = repeated?.otherKernels(than: Kernels.default.name) {
            printNote(
                "the report's result was computed by the kernels '\(other)', these are '\(Kernels.default.name)': sums differ in their rounding"
            )
        }
        let ledger = try listing.map { _ in try openLedger(for: &request, model: model) }
        let rule: ReplacementRule = force ? .any : seed == nil && from == nil ? .incompleteOnly : .sameInput
        if type(of: request.method).startsFromEncoder, !model.isPrepared {
            printNote(
                "\(model.name) is not prepared: the search starts blindly and needs more steps. 'pulse model prepare \(model.name)' helps, once."
            )
        }
        let job = try UpsampleJob(
            list, request, model: model, rule: rule, ledger: ledger, batch: batch, threads: threads,
            keepsSearches: ledger != nil, cancellation: cancellation)
        let status = UpsampleConsole(
            request, style: progress, explainsOperator: self.operator != nil && request.operator == nil,
            listing: listing
        ).show(job)
        if cancellation.isRequested { throw ExitStatus.interrupted }
        guard status == .success else { throw status }
    }
}

// MARK: - Many pictures

extension UpsampleCommand {
    /// The pictures in folders, patterns and lists, told of; nil where files are named one by one.
    private func findInputs() throws -> InputListing? {
        let marks = ResultMarks(isFolder: { Report(in: $0) != nil })
        let listing = try folders.listing(of: inputs, output: output, results: marks)
        if let listing { printListing(listing) }
        return listing
    }

    /// Opens the journal in the output folder, and takes the seed of the last run from there where none is given.
    private func openLedger(for request: inout UpsampleRequest, model: Model) throws -> Ledger {
        let journal = try Journal(in: output)
        request.seed = try journal.seed(given: seed, drawn: request.seed)
        return try Ledger(
            journal, work: "upsample", settings: request.settings(with: model),
            policy: folders.policy(force: force))
    }
}

/// Throws a usage error for a number outside its range.
func check(_ option: String, _ value: Int, in range: ClosedRange<Int>) throws {
    guard range.contains(value) else {
        throw ValidationError(
            "\(option) is \(value); it must be from \(range.lowerBound) to \(range.upperBound).")
    }
}

/// `--operator`: a downscale operator, or leave the choice to the program.
struct OperatorChoice: ExpressibleByArgument {
    /// nil for auto.
    var name: String?

    init?(argument: String) {
        if argument == "auto" { return }
        guard OperatorKind.named(argument) != nil else { return nil }
        name = argument
    }

    static var allValueStrings: [String] { ["auto"] + OperatorKind.all.map(\.name) }
}
