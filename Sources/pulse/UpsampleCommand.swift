import ArgumentParser
import Degradation
import Foundation
import Imaging
import Models
import Search

/// Searches for faces that downscale to the given ones.
struct UpsampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upsample",
        abstract: "Find realistic faces that downscale to a tiny one.",
        discussion: """
            Takes aligned low-resolution faces ('pulse align' makes them from photographs) and writes, for \
            each, DIR/NAME/1.png … N.png, overview.png and report.json, where NAME is the input's name \
            without its ending. The faces are imagined; none is the person in the picture.

            Ctrl-C keeps what is finished, and the best faces so far of the input under way; a second Ctrl-C \
            ends at once.
            """)

    @Argument(help: "Aligned faces, square, 8 to 256 pixels a side.", completion: .file())
    var inputs: [String]

    @Option(name: .shortAndLong, help: "The folder for the results.", completion: .directory)
    var output: String

    @Option(help: "The face generator; 'pulse model list' names what there is.")
    var model = ModelStore.defaultModelName

    @Option(help: "How to search: classic (fast does not exist yet).")
    var mode: SearchMode = .classic

    @Option(help: "How many candidates to find for each input.")
    var count = 1

    @Option(help: "The seed, a whole number from 0; drawn and reported where absent.")
    var seed: UInt64?

    @Option(help: "Search steps for each candidate (default: 100).")
    var steps: Int?

    @Option(help: "How the input is taken to have been made small; auto means bicubic.")
    var `operator`: OperatorChoice = .auto

    @Option(
        help: "Accept a face whose rms difference is at most this many grey levels (default: 11.404).")
    var tolerance: Double?

    @Option(help: "Processor threads (default: all).")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(
        help: """
            How many candidates advance together, each on threads of its own as far as --threads goes: \
            faster, at about 0.3 GB for each; changes no result.
            """)
    var batch = 1

    @Flag(
        help: """
            Replace complete results of other pictures, and results of a seed by those of another that is yet to be \
            drawn. What pulse did not write is never replaced.
            """)
    var force = false

    @Option(help: "How to show progress on standard error: auto, bar, plain, json or none.")
    var progress: ProgressStyle = .auto

    @OptionGroup(title: "Classic mode")
    var classic: ClassicArguments

    /// Refuses what no input could make right. Runs while the arguments are parsed.
    func validate() throws {
        if mode == .fast {
            if let option = classic.given.first {
                throw ValidationError(
                    "\(option) belongs to classic mode: leave it out, or say --mode classic.")
            }
            throw ValidationError(
                "Fast mode is not available yet: leave --mode out, or say --mode classic.")
        }
        try check("--count", count, in: 1...10_000)
        try check("--batch", batch, in: 1...10_000)
        try check("--threads", threads, in: 1...1024)
        _ = try options()
    }

    /// The settings of the search, checked.
    func options() throws -> ClassicMethod {
        var options = try classic.options()
        if let steps { options.steps = steps }
        do {
            try options.validate()
            if let tolerance { try SearchRequest.validate(tolerance: tolerance) }
        } catch {
            throw ValidationError("\(error).")
        }
        return options
    }

    func run() throws {
        let options = try options()
        let plan = try UpsamplePlan(inputs: inputs, output: output, seed: seed, force: force)
        let model = try ModelStore().load(model)
        try options.validate(for: model.specification)
        let job = UpsampleJob(
            options: options, tolerance: tolerance ?? ClassicMethod.defaultTolerance, mode: mode, operator: self.operator, count: count, batch: batch,
            seed: seed ?? UInt64.random(in: 0...UInt64(UInt32.max)),
            savesIntermediate: classic.saveIntermediate)
        // Inputs are read before the weights: what is wrong with them is said at once.
        let prepared = plan.prepareInputs(for: model)
        var status: ExitStatus = prepared.allSatisfy { $0 != nil } ? .success : .failure
        let inputs = prepared.compactMap { $0 }
        guard !inputs.isEmpty else { throw status }
        try plan.makeOutputFolder()
        let run = try UpsampleRun(job: job, model: model, threads: threads, progress: progress)
        status = status.combined(with: run.process(inputs))
        guard status == .success else { throw status }
    }
}

/// Throws a usage error for a number outside its range.
func check(_ option: String, _ value: Int, in range: ClosedRange<Int>) throws {
    guard range.contains(value) else {
        throw ValidationError(
            "\(option) is \(value); it must be from \(range.lowerBound) to \(range.upperBound).")
    }
}

enum SearchMode: String, CaseIterable, ExpressibleByArgument {
    case fast, classic
}

/// `--operator`: a downscale operator, or leave the choice to the program.
enum OperatorChoice: String, CaseIterable, ExpressibleByArgument {
    case auto, bicubic, box, nearest, bilinear, lanczos

    var kind: OperatorKind {
        let name = self == .auto ? "bicubic" : rawValue
        guard let kind = OperatorKind.named(name) else { preconditionFailure("no operator is called \(name)") }
        return kind
    }

    /// What the report says about the choice, where the user left it open.
    var note: String? {
        self == .auto ? "--operator auto means bicubic; how the input was made small was not examined" : nil
    }
}
