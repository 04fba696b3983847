import Foundation
import Tensors

/// Writes a safetensors file of single-precision tensors, all or nothing.
///
/// The same tensors and metadata always give the same bytes; tensor data starts at a multiple of 64 bytes.
///
/// - Parameters:
///   - tensors: in the order in which they are written; each name once.
///   - metadata: string metadata, written in the order of its keys.
///   - url: the file; an existing one is replaced only once the new one is complete on disk.
/// - Throws: ``CheckpointError`` if a name occurs twice or the file cannot be written.
public func writeSafetensors(
    _ tensors: [(name: String, tensor: Tensor<Float>)], metadata: [String: String], to url: URL
) throws(CheckpointError) {
    var header = "{\"__metadata__\":{"
    header += metadata.sorted { $0.key < $1.key }
        .map { "\(quoted($0.key)):\(quoted($0.value))" }.joined(separator: ",")
    header += "}"
    var (offset, seen): (Int, Set<String>) = (0, ["__metadata__"])
    for (name, tensor) in tensors {
        guard seen.insert(name).inserted else {
            throw CheckpointError(file: url.relativePath, problem: .duplicateTensor(name))
        }
        let end = offset + 4 * tensor.count
        header +=
            ",\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(tensor.shape.map(String.init).joined(separator: ","))],"
        header += "\"data_offsets\":[\(offset),\(end)]}"
        offset = end
    }
    header += "}"
    while (8 + header.utf8.count) % 64 != 0 { header += " " }

    try writeAside(to: url) { descriptor in
        var text = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
        text += Array(header.utf8)
        guard text.withUnsafeBytes({ writeAll($0, to: descriptor) }) else { return false }
        return tensors.allSatisfy { item in
            item.tensor.withUnsafeBufferPointer { writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
        }
    }
}

/// Writes a new file beside `url`, flushes it to disk, and only then gives it that name.
///
/// - Parameter body: writes to a file descriptor; false leaves the reason in `errno`.
private func writeAside(to url: URL, _ body: (Int32) -> Bool) throws(CheckpointError) {
    let aside = url.deletingLastPathComponent()
        .appendingPathComponent(".\(url.lastPathComponent).\(UUID().uuidString).partial")
    let descriptor = open(aside.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    var complete = false
    if descriptor >= 0 {
        complete = body(descriptor) && fsync(descriptor) == 0
        let reason = errno
        complete = close(descriptor) == 0 && complete
        if !complete { errno = reason }
    }
    guard complete, rename(aside.path, url.path) == 0 else {
        let problem = CheckpointError.Problem.unwritable(reason: systemMessage())
        unlink(aside.path)
        throw CheckpointError(file: url.relativePath, problem: problem)
    }
    // The name, too, must survive a power cut; the file is complete either way.
    let folder = open(url.deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
        fsync(folder)
        close(folder)
    }
}

private func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return false }
        rest = rest.dropFirst(written)
    }
    return true
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
