import Checkpoints
import Files
import Foundation
import Generators
import Tensors

/// The folder of imported models: one safetensors file each, called by the model's name.
///
/// It is `models` under `pulseHome()`.
public struct ModelStore: Sendable {
    /// The model that commands use where none is named.
    public static let defaultModelName = "mobilestylegan-ffhq-1024"

    /// Where the models lie.
    public let folder: URL
    /// The families that its models can be of.
    let families: [GeneratorFamily]

    /// - Parameter home: stands for `$PULSE_HOME`.
    public init(home: URL? = nil) { self.init(home: home, families: GeneratorFamily.all) }

    /// A store of other families' models.
    package init(home: URL?, families: [GeneratorFamily]) {
        self.families = families
        folder = (home ?? pulseHome()).appendingPathComponent("models", isDirectory: true)
    }

    /// A name that can be a model's: a–z, 0–9, '.', '_' and '-', starting with a letter or digit.
    static func isValid(name: String) -> Bool {
        let (first, rest) = (name.unicodeScalars.first, name.unicodeScalars)
        let letters = "abcdefghijklmnopqrstuvwxyz0123456789".unicodeScalars
        guard let first, letters.contains(first), rest.count <= 64 else { return false }
        return rest.allSatisfy { letters.contains($0) || "._-".unicodeScalars.contains($0) }
    }

    /// Where the model of that name lies, or would.
    /// - Throws: ``ModelError/invalidName(_:)``.
    public func url(of name: String) throws(ModelError) -> URL {
        guard Self.isValid(name: name) else { throw .invalidName(name) }
        return folder.appendingPathComponent(name + ".safetensors")
    }

    /// Opens a model.
    /// - Throws: ``ModelError`` if there is none of that name, or its file is damaged.
    public func load(_ name: String) throws(ModelError) -> Model {
        let url = try url(of: name)
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw .unknownModel(name: name, known: names(), folder: folder.path)
        }
        return try model(in: url)
    }

    /// The model in a file.
    func model(in url: URL) throws(ModelError) -> Model { try Model(contentsOf: url, families: families) }

    /// The models of the store by name; a damaged one is listed with what is wrong with it.
    public func list() -> [ModelSummary] {
        names().map { name in
            do throws(ModelError) {
                return ModelSummary(name: name, content: .success(try load(name)))
            } catch {
                return ModelSummary(name: name, content: .failure(error))
            }
        }
    }

    private func names() -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".safetensors") }.map { String($0.dropLast(12)) }
            .filter(Self.isValid).sorted()
    }

    /// Puts a model file into the store: whole, or not at all.
    ///
    /// One writer at a time has the folder, so of two imports of one name the later sees the earlier.
    ///
    /// - Parameter mayReplace: decides about a file of that name; throwing leaves everything as it was.
    func write(
        _ tensors: [(name: String, tensor: Tensor<Float>)], metadata: [String: String], name: String,
        mayReplace: (URL) throws -> Void
    ) throws {
        let url = try url(of: name)
        try makeFolder()
        let lock = open(folder.appendingPathComponent(".lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
            throw ModelError.storeUnwritable(folder: folder.path, .file(.unwritable(code: errno)))
        }
        defer { close(lock) }
        if FileManager.default.fileExists(atPath: url.path) { try mayReplace(url) }
        Staging.sweep(FilePath(folder))
        try writeSafetensors(tensors, metadata: metadata, to: url)
    }
}

/// One line of the list of models.
public struct ModelSummary: Sendable {
    public let name: String
    public let content: Result<Model, ModelError>
}
