import ArgumentParser
import Files
import Foundation
import Generators
import Jobs
import Models

/// Imports models and tells about them.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Import generators, prepare them for the fast search, and list them.",
        subcommands: [
            ModelImportCommand.self, ModelPrepareCommand.self, ModelDirectionsCommand.self,
            ModelListCommand.self, ModelInfoCommand.self,
        ])
}

struct ModelImportCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Convert files of weights into a model.",
        discussion: """
            Reads StyleGAN, StyleGAN2 and StyleGAN2-ADA from the files that PULSE, NVIDIA's and rosinality's \
            trainers write (.pt, .pkl) or from safetensors with the same names, and MobileStyleGAN from \
            OpenVINO IR: a .whl or .zip that holds it, or .xml files with their .bin files beside them. \
            Several files that belong together make one model, for example synthesis.pt, mapping.pt and \
            gaussian_fit.pt. Nothing in the files is executed.
            """)

    @Argument(help: "The files of one model.", completion: .file())
    var files: [FilePath]

    @Option(help: "What to call the model; otherwise what it is known as.")
    var name: String?

    func run() throws {
        let interruption = Interruption(leaving: "the models are as they were")
        defer { withExtendedLifetime(interruption) {} }
        let reporter = ImportReporter()
        let model = try ModelStore().importModel(
            files: files.map { URL($0) }, name: name, progress: reporter.report)
        if reporter.wasThere {
            print("\(model.name) is in the store already, with the same networks")
        } else {
            print("imported \(model.name)")
        }
        print(modelDetails(model))
    }
}

struct ModelPrepareCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Let a model guess where a fast search should start.",
        discussion: """
            Draws pictures with the model and learns from them to guess latents from a tiny picture; no photographs are \
            needed. It takes a few minutes, once, and goes on where it was interrupted. 'pulse upsample' works without \
            it, from a blind start, and says so. The default model is prepared by 'make setup', from a file that took \
            longer to learn.
            """)

    @Argument(help: "The model's name.")
    var name: String

    @Option(help: "Take what was learned elsewhere, from this file.", completion: .file())
    var encoder: FilePath?

    @Option(help: "How many pictures to learn from, 400…100000.")
    var samples = ModelStore.preparationSamples

    @Option(help: "Processor threads (default: all).")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    func validate() throws {
        try check("--samples", samples, in: 400...100_000)
        try check("--threads", threads, in: 1...1024)
    }

    func run() throws {
        let cancellation = Cancellation()
        let interruption = Interruption(keeping: "what was drawn", cancellation)
        defer { withExtendedLifetime(interruption) {} }
        let store = ModelStore()
        if let encoder {
            try store.prepare(name, with: encoder)
        } else {
            try store.prepare(
                name, samples: samples, threads: threads, isCancelled: { cancellation.isRequested }
            ) {
                if $0 % 100 == 0 { note("\($0) of \(samples) pictures") }
            }
            if cancellation.isRequested { throw ExitStatus.interrupted }
        }
        print("prepared \(name)")
    }
}

struct ModelListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the models that were imported.")

    func run() throws {
        let store = ModelStore()
        let models = store.list()
        if models.isEmpty {
            note("no models in \(store.folder.path); import one with 'pulse model import FILE...'")
        }
        for summary in models {
            switch summary.content {
            case .success(let model):
                let side = model.specification.resolution
                let missing = model.hasMapping ? "" : ", no mapping network"
                let classes = model.classCount > 0 ? ", \(model.classCount) classes" : ""
                print("\(model.name)  \(model.family) \(side)×\(side)\(classes)\(missing)")
                print("    licence: \(model.licence)")
            case .failure(let error):
                print("\(summary.name)  unusable")
                note(wording(of: error))
            }
        }
    }
}

struct ModelInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Say what a model is, where it comes from, and under which terms.")

    @Argument(help: "The model's name.")
    var name: String

    func run() throws {
        print(modelDetails(try ModelStore().load(name)))
    }
}

/// What there is to say about a model, one fact a line.
private func modelDetails(_ model: Model) -> String {
    let specification = model.specification
    let mapping =
        switch (model.hasMapping, model.hasStatistics) {
        case (true, _) where model.classCount > 0:
            "yes, of \(model.classCount) classes, with latent statistics"
        case (true, _): "yes, with latent statistics"
        case (false, true): "no, but with latent statistics: can search, not draw"
        case (false, false): "no: makes pictures from given latents only"
        }
    return """
        name        \(model.name)
        family      \(model.family)
        resolution  \(specification.resolution)×\(specification.resolution)
        latents     \(specification.slotCount) slots of \(specification.latentSize), \
        \(specification.liveSlots.count) of them live
        noise       \(specification.noiseSides.count) maps, \(model.storesNoise ? "stored" : "none stored")
        weights     \(model.parameterCount) numbers
        mapping     \(mapping)
        prepared    \(preparation(of: model))
        source      \(model.source)
        source sha  \(model.sourceSHA256)
        model sha   \(model.sha256)
        licence     \(model.licence)
        known bias  \(model.biases)
        """
}

private func preparation(of model: Model) -> String {
    guard model.isPrepared else { return "no: 'pulse model prepare \(model.name)' speeds up the fast search" }
    do {
        if try model.encoder()?.likeness != nil { return "yes" }
        return "yes, but not to tell what is no face: 'pulse model prepare \(model.name)' again"
    } catch {
        return "no: \(wording(of: error))"
    }
}

/// Puts what an import reports on standard error, the share done on one line where that is a terminal.
private final class ImportReporter {
    private(set) var wasThere = false
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastTenth = -1

    func report(_ event: ImportEvent) {
        switch event {
        case .recognised(let file, let network, let evidence):
            note("\(file): \(network)\n    recognised by \(evidence)")
        case .trainingWeights(let file, let network, let unusable):
            let reason =
                unusable.isEmpty
                ? "there is no running average in the file"
                : "nothing can be made of the running average at \(unusable.map { printable($0) }.joined(separator: ", "))"
            note(
                "\(file): '\(printable(network))' was taken, which may be the weights in training: \(reason); an average "
                    + "(g_ema, G_ema, Gs) usually draws better pictures")
        case .skipped(let entries):
            let more = entries.count > 500 ? ", and \(entries.count - 500) more" : ""
            let names = entries.prefix(500).map { printable($0) }.joined(separator: ", ")
            note("skipped unread: \(names)\(more)")
        case .alreadyImported: wasThere = true
        case .statistics(let share):
            let percent = Int(share * 100)
            if isTerminal {
                let end = share >= 1 ? "\n" : ""
                writeToStandardError("\rmeasuring latent statistics: \(percent) %\(end)")
            } else if percent / 10 != lastTenth {
                lastTenth = percent / 10
                note("measuring latent statistics: \(percent) %")
            }
        }
    }
}

/// A line on standard error.
private func note(_ text: String) { writeToStandardError(printable(text) + "\n") }
