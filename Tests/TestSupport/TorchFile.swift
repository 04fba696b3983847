import Checkpoints
import Tensors

/// A value of a checkpoint that a test writes.
public indirect enum TorchValue {
    case tensor(Tensor<Float>)
    /// A tensor whose function gets more arguments than usual, as pickle instructions.
    case tensorWith(Tensor<Float>, more: [UInt8])
    /// A tensor whose storage is said to be a part of another one.
    case tensorOfPart(Tensor<Float>, first: Int, count: Int)
    case dictionary([(String, TorchValue)])
    case list([TorchValue])
    case integer(Int)
    case text(String)
    case none
    case object(module: String, name: String, state: TorchValue)

    public static func table(_ tensors: [(name: String, tensor: Tensor<Float>)]) -> TorchValue {
        .dictionary(tensors.map { ($0.name, .tensor($0.tensor)) })
    }

    public static func table(_ network: CheckpointNetwork) throws -> TorchValue {
        table(try network.tensors.map { ($0.name, try $0.tensor.tensor()) })
    }
}

/// Files as `torch.save` writes them: an archive with a pickle and, beside it, an entry for each storage.
///
/// Source: `torch.serialization._save`.
public struct TorchFile {
    private var pickle: [UInt8] = [0x80, 2]
    private var storages: [[UInt8]] = []

    /// The bytes of an archive.
    public static func archive(
        _ root: TorchValue, others: [(String, [UInt8])] = [], folder: String = "archive"
    ) -> [UInt8] {
        var file = TorchFile()
        file.write(root)
        file.pickle.append(UInt8(ascii: "."))
        var entries: [(String, [UInt8])] = [
            ("\(folder)/data.pkl", file.pickle), ("\(folder)/byteorder", Array("little".utf8)),
            ("\(folder)/version", Array("3\n".utf8)),
        ]
        entries += file.storages.enumerated().map { ("\(folder)/data/\($0)", $1) }
        return zip(entries + others)
    }

    private mutating func write(_ value: TorchValue) {
        switch value {
        case .tensor(let tensor): write(tensor, view: nil, more: [])
        case .tensorWith(let tensor, let more): write(tensor, view: nil, more: more)
        case .tensorOfPart(let tensor, let first, let count): write(tensor, view: (first, count), more: [])
        case .dictionary(let entries):
            put("}(")
            for (key, value) in entries {
                write(.text(key))
                write(value)
            }
            put("u")
        case .list(let values):
            put("](")
            for value in values { write(value) }
            put("e")
        case .integer(let value):
            put("J")
            pickle += littleEndian(Int32(value))
        case .text(let text):
            put("X")
            pickle += littleEndian(Int32(text.utf8.count)) + Array(text.utf8)
        case .none: put("N")
        case .object(let module, let name, let state):
            put("c\(module)\n\(name)\n)")
            pickle.append(0x81)
            write(state)
            put("b")
        }
    }

    private mutating func write(_ tensor: Tensor<Float>, view: (Int, Int)?, more: [UInt8]) {
        put("ctorch._utils\n_rebuild_tensor_v2\n((")
        write(.text("storage"))
        put("ctorch\nFloatStorage\n")
        write(.text("\(storages.count)"))
        write(.text("cpu"))
        write(.integer(tensor.count))
        if let view {
            put("(")
            write(.text("0"))
            write(.integer(view.0))
            write(.integer(view.1))
            put("t")
        }
        put("tQ")
        storages.append(tensor.withUnsafeBufferPointer { Array(UnsafeRawBufferPointer($0)) })
        write(.integer(0))
        tuple(tensor.shape)
        var (strides, step) = ([Int](), 1)
        for extent in tensor.shape.reversed() {
            strides.insert(step, at: 0)
            step *= extent
        }
        tuple(strides)
        pickle.append(0x89)
        put("ccollections\nOrderedDict\n)R")
        pickle += more
        put("tR")
    }

    private mutating func tuple(_ values: [Int]) {
        put("(")
        for value in values { write(.integer(value)) }
        put("t")
    }

    private mutating func put(_ instructions: String) { pickle += Array(instructions.utf8) }

    // MARK: Zip

    /// An archive of entries that are not compressed.
    public static func zip(_ entries: [(String, [UInt8])]) -> [UInt8] {
        var (bytes, directory): ([UInt8], [UInt8]) = ([], [])
        for (name, content) in entries {
            let facts =
                littleEndian(UInt16(20)) + [UInt8](repeating: 0, count: 8) + littleEndian(checksum(content))
                + littleEndian(UInt32(content.count)) + littleEndian(UInt32(content.count))
                + littleEndian(UInt16(name.utf8.count)) + littleEndian(UInt16(0))
            directory += [0x50, 0x4B, 1, 2, 20, 0] + facts + [UInt8](repeating: 0, count: 10)
            directory += littleEndian(UInt32(bytes.count)) + Array(name.utf8)
            bytes += [0x50, 0x4B, 3, 4] + facts + Array(name.utf8) + content
        }
        let count = littleEndian(UInt16(entries.count))
        return bytes + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
            + littleEndian(UInt32(directory.count)) + littleEndian(UInt32(bytes.count)) + [0, 0]
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}

private func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}
