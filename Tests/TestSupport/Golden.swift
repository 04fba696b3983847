import Foundation
import Tensors

/// Numbers made by a script under `Tools/goldens`: the tensors of one safetensors file in the `Goldens`
/// folder beside a test.
///
/// The reader is a second one, independent of `Checkpoints`, for files that are our own: it reads F32 and
/// F64 and trusts their headers.
public struct Golden: Sendable {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private struct Entry: Decodable {
        let dtype: String
        let shape: [Int]
        let data_offsets: [Int]
    }

    public let url: URL
    private let entries: [String: Entry]
    private let data: Data

    /// Opens `Goldens/NAME.safetensors` beside the calling test file.
    public init(_ name: String, besideTest file: String = #filePath) throws {
        try self.init(contentsOf: goldenURL(name + ".safetensors", besideTest: file))
    }

    public init(contentsOf url: URL) throws {
        self.url = url
        let bytes = try Data(contentsOf: url)
        let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        var header = try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any] ?? [:]
        header["__metadata__"] = nil
        entries = try JSONDecoder().decode(
            [String: Entry].self, from: JSONSerialization.data(withJSONObject: header))
        data = Data(bytes[(8 + length)...])
    }

    public var names: [String] { entries.keys.sorted() }

    public func contains(_ name: String) -> Bool { entries[name] != nil }

    /// The tensor of that name, converted to the asked precision.
    public func tensor<Scalar>(_ name: String, as type: Scalar.Type = Scalar.self) throws -> Tensor<Scalar> {
        guard let entry = entries[name] else {
            throw Failure(description: "\(url.lastPathComponent) has no tensor '\(name)'")
        }
        let bytes = data[entry.data_offsets[0]..<entry.data_offsets[1]]
        switch entry.dtype {
        case "F32": return Tensor(values(bytes, of: Float.self).map { Scalar($0) }, shape: entry.shape)
        case "F64": return Tensor(values(bytes, of: Double.self).map { Scalar($0) }, shape: entry.shape)
        default: throw Failure(description: "'\(name)' is \(entry.dtype), not F32 or F64")
        }
    }
}

/// The file `Goldens/NAME` beside a test file.
public func goldenURL(_ name: String, besideTest file: String = #filePath) -> URL {
    URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Goldens/\(name)")
}

/// The file `Goldens/NAME` of another test target.
public func goldenURL(_ name: String, of target: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("\(target)/Goldens/\(name)")
}

private func values<Value>(_ bytes: Data, of type: Value.Type) -> [Value] {
    let size = MemoryLayout<Value>.size
    return bytes.withUnsafeBytes { raw in
        (0..<raw.count / size).map { raw.loadUnaligned(fromByteOffset: $0 * size, as: Value.self) }
    }
}
