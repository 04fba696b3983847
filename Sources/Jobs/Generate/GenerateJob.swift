import Files
import Foundation
import Generators
import Imaging
import Models
import Tensors

/// Renders pictures from latents, one after another, each written as soon as it is there.
public struct GenerateJob {
    private let model: Model
    private let inputs: LatentInputs
    private let truncation: Truncation?
    private let path: FilePath
    private let format: GenerateOutput.Format
    private let provenance: Provenance
    private let force: Bool

    /// - Parameters:
    ///   - path: where to write: a name ending in .safetensors, or as pictures of a format do.
    ///   - picture: the format of pictures, where the name does not say.
    ///   - seed: for the pictures' metadata; nil where nothing was drawn.
    ///   - force: whether files that something else made may be replaced.
    /// - Throws: `GenerateError`.
    public init(
        _ inputs: LatentInputs, model: Model, truncation: Truncation? = nil, to path: FilePath,
        as picture: OutputFormat? = nil, seed: UInt64? = nil,
        force: Bool = false
    ) throws(GenerateError) {
        guard let format = GenerateOutput.Format(path: path, chosen: picture) else {
            throw .format(path: path)
        }
        (self.model, self.inputs, self.truncation, self.path) = (model, inputs, truncation, path)
        (self.format, self.force) = (format, force)
        provenance = Provenance(model: model.name, seed: seed, mode: "generate", version: pulseVersion)
    }

    /// Whether a path names a format that can be written.
    public static func canWrite(to path: FilePath, as picture: OutputFormat? = nil) -> Bool {
        GenerateOutput.Format(path: path, chosen: picture) != nil
    }

    /// Renders and writes everything.
    /// - Returns: the files written; after a cancellation those that are complete.
    public func run(threads: Int, cancellation: Cancellation = Cancellation()) throws -> [FilePath] {
        let side = model.specification.resolution
        var output = try GenerateOutput(
            path: path, format: format, count: inputs.count, side: side, provenance: provenance, force: force,
            rounding: inputs.rounding)
        try MemoryBudget(model.memory, generators: 1).check()
        let generator = try model.makeGenerator(threads: threads)
        var image = Tensor<Float>(zeros: [3, side, side])
        for index in 0..<inputs.count {
            guard !cancellation.isRequested else { return output.written }
            let w = inputs.w(index)
            generator.forward(w: truncation?(w) ?? w, noise: inputs.noise(index), image: &image)
            try output.write(image)
        }
        return try output.finish()
    }
}
