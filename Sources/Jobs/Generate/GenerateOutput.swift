import Checkpoints
import Files
import Foundation
import Imaging
import Tensors

/// Where rendered pictures go: files of one picture, each written as soon as it is rendered, or one file of tensors that grows picture
/// by picture and appears when it is complete.
struct GenerateOutput {
    enum Format: Equatable {
        case picture(OutputFormat)
        case tensors

        /// - Parameter chosen: of pictures, whatever the name ends in, unless that is another format's ending.
        init?(path: FilePath, chosen: OutputFormat?) {
            let ending = path.extension?.lowercased() ?? ""
            let said: Format? =
                ending == "safetensors" ? .tensors : OutputFormat(ending: ending).map { .picture($0) }
            let asked: Format? = chosen.map { .picture($0) }
            guard let format = asked ?? said, said == nil || said == format else { return nil }
            self = format
        }
    }

    /// As the user gave it.
    private let path: FilePath
    private let format: Format
    private let count: Int
    private let provenance: Provenance
    private let rounding: LevelRounding
    private var files: [FilePath] = []
    private var tensors: SafetensorsStream?

    /// - Parameter force: whether files that something else made may be replaced.
    /// - Throws: `GenerateError`, `FileError`.
    init(
        path: FilePath, format: Format, count: Int, side: Int, provenance: Provenance, force: Bool,
        rounding: LevelRounding
    ) throws {
        (self.path, self.format, self.count, self.provenance) = (path, format, count, provenance)
        self.rounding = rounding
        guard kind(of: path.folder.resolved) == .folder else {
            throw GenerateError.noOutputFolder(path: path.folder)
        }
        Staging.sweep(path.folder)
        if !force { try checkReplaceable() }
        guard format == .tensors else { return }
        let shape = [count, 3, side, side]
        let (needed, free) = (4 * shape.reduce(1, *), freeSpace(path.folder))
        if let free, needed > free { throw GenerateError.noSpace(path: path, needed: needed, free: free) }
        var metadata = [
            "model": provenance.model, "mode": provenance.mode, "version": provenance.version,
        ]
        metadata["seed"] = provenance.seed.map { "\($0)" }
        tensors = try SafetensorsStream([("image", shape)], metadata: metadata, to: path)
    }

    /// Files that are there already may be replaced if they were written by this program.
    private func checkReplaceable() throws {
        for index in 0..<count {
            let file = file(index)
            switch kind(of: file.resolved) {
            case .missing: continue
            case .file where try isOurs(file): continue
            default: throw GenerateError.foreignFile(path: file)
            }
            if format == .tensors { return }
        }
    }

    private func isOurs(_ file: FilePath) throws -> Bool {
        switch format {
        case .picture: try Provenance.isStated(in: readEnds(of: file, count: 8192))
        case .tensors:
            (try? SafetensorsFile(FileBytes(mapping: file)))?.metadata["mode"] == "generate"
        }
    }

    private func file(_ index: Int) -> FilePath {
        format != .tensors && count > 1 ? numbered(index + 1) : path
    }

    /// Takes the next picture, [3, H, W], in the generator's range.
    mutating func write(_ image: Tensor<Float>) throws {
        if let tensors { return try tensors.append(image) }
        let file = file(files.count)
        guard case .picture(let format) = format else { return }
        let picture = Picture(image.map { ($0 + 1) / 2 }, rounding: rounding)
        try writeAtomically(picture.encoded(as: format, provenance: provenance), to: file)
        files.append(file)
    }

    /// Completes what still waits, and names all files that were written.
    func finish() throws -> [FilePath] {
        guard let tensors else { return files }
        try tensors.finish()
        return [path]
    }

    /// What was written before an interruption.
    var written: [FilePath] { files }

    /// OUT_2.png for the second of several.
    private func numbered(_ number: Int) -> FilePath {
        let ending = path.extension.map { ".\($0)" } ?? ""
        let name = path.lastComponentBytes.dropLast(ending.utf8.count) + "_\(number)\(ending)".utf8
        return path.removingLastComponent().appending(bytes: Array(name))
    }
}

/// Bytes free for this user in a folder's file system; nil where the system does not say.
private func freeSpace(_ folder: FilePath) -> Int? {
    var status = statvfs()
    guard folder.withPlatformString({ statvfs($0, &status) }) == 0 else { return nil }
    let (bytes, overflows) = Int(status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
    return overflows ? nil : bytes
}
