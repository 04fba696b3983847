import Checkpoints
import Foundation
import Imaging
import Tensors

/// Where rendered pictures go: PNG files, each written as soon as it is rendered, or one file of tensors.
struct GenerateOutput {
    enum Format: String {
        case png, safetensors

        init?(path: String) { self.init(rawValue: URL(fileURLWithPath: path).pathExtension.lowercased()) }
    }

    /// As the user gave it.
    private let path: String
    private let format: Format
    private let count: Int
    private let provenance: Provenance
    private var files: [String] = []
    /// Pictures [3, H, W] that wait to be written together.
    private var images: Tensor<Float>

    /// - Throws: `GenerateError` if the folder to write to is missing.
    init(path: String, format: Format, count: Int, side: Int, provenance: Provenance) throws(GenerateError) {
        self.path = path
        self.format = format
        self.count = count
        self.provenance = provenance
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue
        else { throw .noOutputFolder(path: folder.relativePath) }
        images = Tensor(zeros: format == .safetensors ? [count, 3, side, side] : [0])
    }

    /// Takes a picture, [3, H, W], in the generator's range.
    mutating func write(_ image: Tensor<Float>, index: Int) throws {
        switch format {
        case .png:
            let file = count == 1 ? path : numbered(index + 1)
            try Picture(image.map { ($0 + 1) / 2 })
                .writePNG(to: URL(fileURLWithPath: file), provenance: provenance)
            files.append(file)
        case .safetensors:
            images.withUnsafeMutableBufferPointer { images in
                image.withUnsafeBufferPointer { image in
                    for i in image.indices { images[index * image.count + i] = image[i] }
                }
            }
        }
    }

    /// Writes what still waits, and names all files that were written.
    func finish() throws -> [String] {
        guard format == .safetensors else { return files }
        var metadata = [
            "model": provenance.model, "mode": provenance.mode, "version": provenance.version,
        ]
        metadata["seed"] = provenance.seed.map { "\($0)" }
        try writeSafetensors([("image", images)], metadata: metadata, to: URL(fileURLWithPath: path))
        return [path]
    }

    /// OUT_2.png for the second of several.
    private func numbered(_ number: Int) -> String {
        let ending = "." + URL(fileURLWithPath: path).pathExtension
        return path.dropLast(ending.count) + "_\(number)" + ending
    }
}
