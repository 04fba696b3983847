import Foundation
import Tensors

/// A safetensors file: named tensors and string metadata, checked whole before anything is read from it.
///
/// The file is mapped, so opening it costs its header only; each ``tensor(_:)`` copies one tensor out.
///
/// Source: the format description of huggingface/safetensors.
public struct SafetensorsFile: Sendable {
    public let metadata: [String: String]
    /// Names of the tensors, in the order of their bytes.
    public let names: [String]

    let file: FileBytes
    private let dataStart: Int
    private let entries: [String: Entry]

    private struct Entry: Sendable {
        var type: ElementType
        var shape: [Int]
        var begin: Int
        var end: Int
    }

    /// The longest header accepted, in bytes; the reference implementation has the same limit.
    static let headerLimit = 100_000_000

    /// Opens and checks a file.
    /// - Throws: ``CheckpointError`` for anything that the format does not allow: a header that does not
    ///   fit, unknown types, shapes that disagree with the bytes, gaps, overlaps, stray bytes.
    public init(contentsOf url: URL) throws(CheckpointError) {
        try self.init(FileBytes(mapping: url))
    }

    /// Checks the bytes of a file that is in memory or mapped already.
    public init(_ file: FileBytes) throws(CheckpointError) {
        self.file = file
        let header: SafetensorsHeader
        (header, dataStart) = try file.withBytes { bytes throws(CheckpointError) in
            try Self.header(of: bytes, name: file.name)
        }
        metadata = header.metadata
        var entries: [String: Entry] = [:]
        let sorted = header.entries.sorted { ($0.begin, $0.end) < ($1.begin, $1.end) }
        var due = 0
        for line in sorted {
            let entry = try Self.check(line, due: due, available: file.count - dataStart, file: file.name)
            entries[line.name] = entry
            due = entry.end
        }
        guard due == file.count - dataStart else {
            throw CheckpointError(file: file.name, problem: .strayBytes(file.count - dataStart - due))
        }
        names = sorted.map(\.name)
        self.entries = entries
    }

    private static func header(
        of bytes: UnsafeRawBufferPointer, name: String
    ) throws(CheckpointError) -> (SafetensorsHeader, dataStart: Int) {
        guard bytes.count >= 8 else {
            throw CheckpointError(file: name, problem: .truncated(needed: 8, available: bytes.count))
        }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        let limit = min(headerLimit, bytes.count - 8)
        guard length <= UInt64(limit) else {
            throw CheckpointError(
                file: name, problem: .headerTooLong(bytes: Int(clamping: length), limit: limit))
        }
        let header = UnsafeRawBufferPointer(rebasing: bytes[8..<8 + Int(length)])
        return (try SafetensorsHeader(parsing: header, file: name), 8 + Int(length))
    }

    private static func check(
        _ line: SafetensorsEntry, due: Int, available: Int, file: String
    ) throws(CheckpointError) -> Entry {
        func error(_ problem: CheckpointError.Problem) -> CheckpointError {
            CheckpointError(file: file, problem: problem)
        }
        guard let type = ElementType(safetensors: line.type) else {
            throw error(.unknownElementType(tensor: line.name, type: line.type))
        }
        guard let expected = type.byteCount(ofShape: line.shape) else {
            throw error(.impossibleShape(tensor: line.name))
        }
        guard line.begin <= line.end, line.end <= available else {
            let size = line.end.subtractingReportingOverflow(line.begin).partialValue
            throw error(
                .outOfRange(tensor: line.name, offset: line.begin, size: size, available: available))
        }
        guard line.begin == due else {
            throw error(.gapOrOverlap(tensor: line.name, expectedOffset: due, found: line.begin))
        }
        guard line.end - line.begin == expected else {
            throw error(
                .sizeMismatch(tensor: line.name, expected: expected, found: line.end - line.begin))
        }
        return Entry(type: type, shape: line.shape, begin: line.begin, end: line.end)
    }

    /// Extents of a tensor, or nil where there is none of that name.
    public func shape(of name: String) -> [Int]? { entries[name]?.shape }

    /// A tensor in single precision; half precision widens, double precision rounds.
    /// - Throws: ``CheckpointError`` if there is no tensor of that name, or it is not convertible.
    public func tensor(_ name: String) throws(CheckpointError) -> Tensor<Float> {
        try tensor(name, as: Float.self)
    }

    /// A tensor in the precision asked for; what is stored in double precision arrives there unrounded.
    /// - Throws: ``CheckpointError`` if there is no tensor of that name, or it is not convertible.
    public func tensor<Scalar: BinaryFloatingPoint & Sendable>(
        _ name: String, as scalar: Scalar.Type
    ) throws(CheckpointError) -> Tensor<Scalar> {
        guard let entry = entries[name] else {
            throw CheckpointError(file: file.name, problem: .missingTensor(name))
        }
        let tensor: Tensor<Scalar>? = file.withBytes { bytes in
            let range = dataStart + entry.begin..<dataStart + entry.end
            return decodeTensor(
                UnsafeRawBufferPointer(rebasing: bytes[range]), as: entry.type, shape: entry.shape)
        }
        guard let tensor else {
            throw CheckpointError(
                file: file.name,
                problem: .unconvertibleElementType(tensor: name, type: entry.type.safetensorsName))
        }
        return tensor
    }

    /// A tensor to be read later.
    /// - Throws: ``CheckpointError`` if there is no tensor of that name, or it is out of proportion.
    func checkpointTensor(_ name: String) throws(CheckpointError) -> CheckpointTensor {
        guard let entry = entries[name] else {
            throw CheckpointError(file: file.name, problem: .missingTensor(name))
        }
        let size = entry.type.byteCount
        let storage = NumberStorage(
            file: file.name, elementType: entry.type, count: (entry.end - entry.begin) / size,
            source: .bytes(file, start: dataStart + entry.begin))
        return try CheckpointTensor(name: name, shape: entry.shape, storage: storage)
    }

    /// Gives the memory behind a mapped file back to the system, for example once all weights are packed.
    public func releasePages() { file.releasePages() }

    /// The SHA-256 of the whole file, in lower-case hexadecimal.
    public func sha256() -> String { Checkpoints.sha256(of: file) }
}

extension ElementType {
    var safetensorsName: String {
        switch self {
        case .float64: "F64"
        case .float32: "F32"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .float8E4M3: "F8_E4M3"
        case .float8E5M2: "F8_E5M2"
        case .int64: "I64"
        case .int32: "I32"
        case .int16: "I16"
        case .int8: "I8"
        case .uint64: "U64"
        case .uint32: "U32"
        case .uint16: "U16"
        case .uint8: "U8"
        case .bool: "BOOL"
        }
    }

    init?(safetensors name: String) {
        guard let type = Self.allCases.first(where: { $0.safetensorsName == name }) else { return nil }
        self = type
    }
}
