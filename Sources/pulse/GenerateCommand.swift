import ArgumentParser
import Files
import Foundation
import Imaging
import Models
import Tensors

/// Renders faces from a seed or from given latents.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Render faces from a seed or from given latents.",
        discussion: """
            --seed draws one latent. --latents reads a safetensors file with 'w' [N, L, 512], or [N, 512] \
            for all layers alike, and optionally 'noise.0', 'noise.1', … of unit variance; noise that is \
            absent is the model's own, or where a model has none, drawn from --seed.

            OUT.png receives one picture; several become OUT_1.png, OUT_2.png, …. OUT.safetensors receives \
            'image' [N, 3, H, W] in the generator's own range, about -1 to 1, not clamped.
            """)

    @Option(help: "The face generator; 'pulse model list' names what there is.")
    var model = ModelStore.defaultModelName

    @Option(help: "The seed, a whole number from 0.")
    var seed: UInt64?

    @Option(help: "A safetensors file of latents.", completion: .file(extensions: ["safetensors"]))
    var latents: String?

    @Option(name: .shortAndLong, help: "Where to write: a name ending in .png or .safetensors.")
    var output: String

    @Option(help: "Truncation: 1 leaves latents as they are, 0 gives the mean face.")
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
        _ = try format()
    }

    private func format() throws -> GenerateOutput.Format {
        guard let format = GenerateOutput.Format(path: output) else {
            throw ValidationError("--output is '\(output)'; its name must end in .png or .safetensors.")
        }
        return format
    }

    func run() throws {
        let model = try ModelStore().load(model)
        let specification = model.specification
        try checkClass(of: model)
        let inputs = try latentInputs(of: model)
        let truncation = psi == 1 ? nil : try Truncation(psi: psi, cutoff: cutoff, model: model)
        var output = try GenerateOutput(
            path: output, format: format(), count: inputs.count, side: specification.resolution,
            provenance: Provenance(model: model.name, seed: seed, mode: "generate", version: pulseVersion))
        let generator = try model.makeGenerator(threads: threads)
        var image = Tensor<Float>(zeros: [3, specification.resolution, specification.resolution])
        for index in 0..<inputs.count {
            let w = inputs.w(index)
            generator.forward(w: truncation?(w) ?? w, noise: inputs.noise(index), image: &image)
            try output.write(image, index: index)
        }
        for file in try output.finish() { print(file) }
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
            return try LatentInputs(contentsOf: URL(fileURLWithPath: latents), seed: seed, model: model)
        }
        return try LatentInputs(seed: seed ?? 0, class: classIndex, model: model)
    }
}
