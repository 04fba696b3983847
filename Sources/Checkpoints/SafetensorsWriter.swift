import Files
import Foundation
import Tensors

/// Writes a safetensors file of single-precision tensors, all or nothing.
///
/// The same tensors and metadata always give the same bytes; tensor data starts at a multiple of 64 bytes.
///
/// - Parameters:
///   - tensors: in the order in which they are written; each name once.
///   - metadata: string metadata, written in the order of its keys.
///   - path: the file; an existing one is replaced only once the new one is complete on disk.
///   - isAside: whether the file lies below a folder that is itself made aside; it is then new, and written in place.
/// - Throws: ``CheckpointError`` if a name occurs twice or the file cannot be written.
public func writeSafetensors(
    _ tensors: [(name: String, tensor: Tensor<Float>)], metadata: [String: String], to path: FilePath,
    isAside: Bool = false
) throws(CheckpointError) {
    let stream = try SafetensorsStream(
        tensors.map { ($0.name, $0.tensor.shape) }, metadata: metadata, to: path, isAside: isAside)
    for item in tensors { try stream.append(item.tensor) }
    try stream.finish()
}

/// Writes a safetensors file, all or nothing; see ``writeSafetensors(_:metadata:to:isAside:)`` for a path.
public func writeSafetensors(
    _ tensors: [(name: String, tensor: Tensor<Float>)], metadata: [String: String], to url: URL
) throws(CheckpointError) {
    try writeSafetensors(tensors, metadata: metadata, to: FilePath(url))
}

/// A safetensors file that is written piece by piece, and appears when it is finished.
public final class SafetensorsStream {
    private let file: StagedFile
    /// Numbers that are still to come.
    private var missing: Int

    /// - Parameters:
    ///   - tensors: names and shapes of all that will be appended, in that order; each name once.
    ///   - isAside: see ``writeSafetensors(_:metadata:to:isAside:)``.
    /// - Throws: ``CheckpointError`` if a name occurs twice or the file cannot be written.
    public init(
        _ tensors: [(name: String, shape: [Int])], metadata: [String: String], to path: FilePath,
        isAside: Bool = false
    ) throws(CheckpointError) {
        var header = "{\"__metadata__\":{"
        header += metadata.sorted { $0.key < $1.key }
            .map { "\(quoted($0.key)):\(quoted($0.value))" }.joined(separator: ",")
        header += "}"
        var (offset, seen): (Int, Set<String>) = (0, ["__metadata__"])
        for (name, shape) in tensors {
            guard seen.insert(name).inserted else {
                throw CheckpointError(file: path.string, problem: .duplicateTensor(name))
            }
            let end = offset + 4 * shape.reduce(1, *)
            header +=
                ",\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape.map(String.init).joined(separator: ","))],"
            header += "\"data_offsets\":[\(offset),\(end)]}"
            offset = end
        }
        header += "}"
        while (8 + header.utf8.count) % 64 != 0 { header += " " }
        missing = offset / 4
        do {
            file = try isAside ? StagedFile(aside: path) : StagedFile(path)
            try file.write(withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) })
            try file.write(Array(header.utf8))
        } catch {
            throw .writing(error)
        }
    }

    /// Appends the next tensor, or a part of one: its elements in row-major order.
    public func append(_ tensor: Tensor<Float>) throws(CheckpointError) {
        precondition(tensor.count <= missing, "more numbers than were announced")
        missing -= tensor.count
        let result = tensor.withUnsafeBufferPointer { elements in
            Result<Void, FileError> { () throws(FileError) in try file.write(UnsafeRawBufferPointer(elements))
            }
        }
        if case .failure(let error) = result { throw .writing(error) }
    }

    /// Gives the complete file its name.
    public func finish() throws(CheckpointError) {
        precondition(missing == 0, "fewer numbers than were announced")
        do {
            try file.finish()
        } catch {
            throw .writing(error)
        }
    }
}

extension CheckpointError {
    fileprivate static func writing(_ error: FileError) -> CheckpointError {
        CheckpointError(file: error.path.string, problem: .unwritable(error.problem))
    }
}

/// A JSON string.
private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\u{0}"..<" ":
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
