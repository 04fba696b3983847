import ArgumentParser
import Files
import Foundation
import Imaging
import Jobs
import Models

/// Renders pictures from a seed or from given latents.
struct GenerateCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Render pictures from a seed or from given latents.",
        discussion: """
            --seed draws one latent. --latents reads a safetensors file with 'w' [N, L, 512], or [N, 512] \
            for all layers alike, and optionally 'noise.0', 'noise.1', … of unit variance; noise that is \
            absent is the model's own, or where a model has none, drawn from --seed.

            OUT.png receives one picture (or OUT.jpg, OUT.webp, OUT.tiff); several become OUT_1.png, OUT_2.png, …. \
            OUT.safetensors receives \
            'image' [N, 3, H, W] in the generator's own range, about -1 to 1, not clamped.
            """)

    @Option(help: "The generator; 'pulse model list' names what there is.")
    var model = ModelStore.defaultModelName

    @Option(help: "The seed, a whole number from 0.")
    var seed: UInt64?

    @Option(help: "A safetensors file of latents.", completion: .file(extensions: ["safetensors"]))
    var latents: FilePath?

    @Option(
        name: .shortAndLong,
        help: "Where to write: a name ending in .png, .jpg, .webp, .tiff or .safetensors.")
    var output: FilePath

    @Option(
        help: """
            The format of pictures, where the name does not say: png, webp and tiff keep every level, jpeg (quality 95, \
            4:4:4) does not.
            """)
    var format: OutputFormat?

    @Flag(help: "Replace files of that name even if something else made them.")
    var force = false

    @Option(help: "Truncation: 1 leaves latents as they are, 0 gives the mean picture.")
    var psi = 1.0

    @Option(help: "Truncate only the first N slots.")
    var cutoff: Int?

    @Option(name: .customLong("class"), help: "The class, for models that have classes.")
    var classIndex: Int?

    @Option(help: "Processor threads (default: all).")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    func validate() throws {
        guard seed != nil || latents != nil else {
            throw ValidationError("Say what to render: --seed S, or --latents FILE.safetensors.")
        }
        guard psi.isFinite else { throw ValidationError("--psi is \(psi); it must be a finite number.") }
        if let cutoff { try check("--cutoff", cutoff, in: 0...1000) }
        guard classIndex == nil || latents == nil else {
            throw ValidationError("--class chooses among what --seed draws; leave it out with --latents.")
        }
        try check("--threads", threads, in: 1...1024)
        guard GenerateJob.canWrite(to: output, as: format) else {
            let ending = "--output is '\(output.string)'; its name must end in "
            let names = ".png, .jpg, .webp, .tiff or .safetensors."
            throw ValidationError(ending + (format.map { ".\($0.ending), as --format says." } ?? names))
        }
    }

    func run() throws {
        let cancellation = Cancellation()
        let interruption = Interruption(keeping: "the pictures that are finished", cancellation)
        defer { withExtendedLifetime(interruption) {} }
        let model = try ModelStore().load(model)
        try checkClass(of: model)
        let inputs = try latentInputs(of: model)
        let truncation = psi == 1 ? nil : try Truncation(psi: psi, cutoff: cutoff, model: model)
        let job = try GenerateJob(
            inputs, model: model, truncation: truncation, to: output, as: format, seed: seed,
            force: force)
        printFiles(try job.run(threads: threads, cancellation: cancellation))
        if cancellation.isRequested { throw ExitStatus.interrupted }
    }

    private func printFiles(_ files: [FilePath]) {
        for file in files { printResult(EscapedBytes.text(file.bytes)) }
    }

    private func checkClass(of model: Model) throws(GenerateError) {
        let count = model.classCount
        if let classIndex {
            guard count > 0 else { throw .noClasses(model: model.name) }
            guard (0..<count).contains(classIndex) else {
                throw .noSuchClass(classIndex, model: model.name, count: count)
            }
        } else if count > 0, latents == nil {
            throw .classMissing(model: model.name, count: count)
        }
    }

    /// What the user gave; latents win over a seed, which then draws noise where a family stores none.
    private func latentInputs(of model: Model) throws -> LatentInputs {
        if let latents {
            guard latents.resolved != output.resolved else {
                throw GenerateError.replacesLatents(path: output)
            }
            return try LatentInputs(contentsOf: latents, seed: seed, model: model)
        }
        return try LatentInputs(seed: seed ?? 0, class: classIndex, model: model)
    }
}
