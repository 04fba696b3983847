import Checkpoints
import Files
import Foundation
import Tensors

/// Directions with a name, such as age, that users bring for a model: `directions/NAME.safetensors` beside the models holds,
/// for each, a tensor [latentSize] in w.
extension ModelStore {
    /// The directions of a model, by name.
    /// - Throws: ``CheckpointError`` where the file is damaged.
    public func directions(of model: Model) throws(CheckpointError) -> [(name: String, w: Tensor<Float>)] {
        let path = directionsPath(of: model)
        guard kind(of: path) == .file else { return [] }
        let file = try SafetensorsFile(FileBytes(reading: path, limit: Self.directionsLimit))
        var found: [(name: String, w: Tensor<Float>)] = []
        for name in file.names.sorted() where file.shape(of: name) == [model.specification.latentSize] {
            found.append((name, try file.tensor(name)))
        }
        return found
    }

    /// Keeps a direction for a model, in the place of an earlier one of that name.
    /// - Parameter path: a file with one tensor, [latentSize], [1, latentSize] or [slots, latentSize], in w: PyTorch's or
    ///   safetensors. Nothing in it is executed.
    /// - Throws: ``DirectionError``, or ``CheckpointError`` for a file that cannot be read.
    public func addDirection(_ name: String, from path: FilePath, to model: Model) throws {
        guard Self.isDirectionName(name) else { throw DirectionError.name(name) }
        let size = model.specification.latentSize
        let tensors = try Self.tensors(in: path)
        guard tensors.count == 1, let w = tensors.first, w.count > 0, w.count % size == 0,
            w.shape.last == size,
            w.elements.allSatisfy(\.isFinite)
        else {
            throw DirectionError.form(file: path, shapes: tensors.map(\.shape), size: size)
        }
        let rows = w.count / size
        let mean = (0..<size).map { i in (0..<rows).reduce(Float(0)) { $0 + w[$1 * size + i] } / Float(rows) }
        guard mean.contains(where: { $0 != 0 }) else {
            throw DirectionError.form(file: path, shapes: [w.shape], size: size)
        }
        try write(
            directions(of: model).filter { $0.name != name } + [(name, Tensor(mean, shape: [size]))],
            of: model)
    }

    /// Lets a direction of a model go.
    /// - Throws: ``DirectionError`` where there is none of that name.
    public func removeDirection(_ name: String, of model: Model) throws {
        let all = try directions(of: model)
        guard all.contains(where: { $0.name == name }) else { throw DirectionError.unknown(name) }
        try write(all.filter { $0.name != name }, of: model)
    }

    private static let directionsLimit = 16 << 20

    private func directionsPath(of model: Model) -> FilePath {
        let models = FilePath(model.encoderURL).folder.folder
        return models.appending("directions").appending("\(model.name).safetensors")
    }

    private func write(_ directions: [(name: String, w: Tensor<Float>)], of model: Model) throws {
        let path = directionsPath(of: model)
        try Files.makeFolder(path.folder)
        try writeSafetensors(
            directions.sorted { $0.name < $1.name }.map { ($0.name, $0.w) },
            metadata: ["format": "pulse-directions", "model": model.name], to: path)
    }

    /// Letters, digits and hyphens, not taken for a principal axis.
    private static func isDirectionName(_ name: String) -> Bool {
        1...40 ~= name.utf8.count && !name.hasPrefix("axis-")
            && name.utf8.allSatisfy { 97...122 ~= $0 || 48...57 ~= $0 || $0 == UInt8(ascii: "-") }
    }

    private static func tensors(in path: FilePath) throws -> [Tensor<Float>] {
        if path.extension == "safetensors" {
            let file = try SafetensorsFile(FileBytes(reading: path, limit: directionsLimit))
            return try file.names.map { try file.tensor($0) }
        }
        let checkpoint = try Checkpoint(FileBytes(reading: path, limit: directionsLimit))
        let inside = checkpoint.networks.flatMap { $0.tensors.map(\.tensor) }
        return try (checkpoint.looseTensors.map(\.tensor) + inside).map { try $0.tensor() }
    }
}

/// Why a direction cannot be kept.
public enum DirectionError: Error, Equatable, Sendable {
    case name(String)
    /// The file holds something else than one tensor of latents.
    case form(file: FilePath, shapes: [[Int]], size: Int)
    case unknown(String)
}
