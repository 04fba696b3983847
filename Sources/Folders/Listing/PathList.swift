import Files
import Foundation

/// The paths in a list such as `find` prints: one a line, or with a zero byte behind each.
public struct PathList: Sendable {
    public let paths: [FilePath]

    /// The longest list that is read, in bytes.
    public static let limit = 1 << 28

    /// Reads a list: a file, a pipe such as a shell's `<(…)`, or, for `-`, standard input.
    /// - Throws: `FileError`.
    public init(contentsOf path: FilePath, isNullSeparated: Bool) throws(FileError) {
        guard path.bytes != [UInt8(ascii: "-")] else {
            let bytes = try contents(of: STDIN_FILENO, called: path)
            self.init(bytes, isNullSeparated: isNullSeparated)
            return
        }
        let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            throw FileError(path, errno == ENOENT ? .missing : .unreadable(code: errno))
        }
        defer { close(descriptor) }
        self.init(try contents(of: descriptor, called: path), isNullSeparated: isNullSeparated)
    }

    init(_ bytes: [UInt8], isNullSeparated: Bool) {
        // What Windows' editors put in front of a text, and at the end of its lines.
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let isText = !isNullSeparated
        let body = isText && bytes.starts(with: mark) ? bytes[3...] : bytes[...]
        let separator = isNullSeparated ? 0 : UInt8(ascii: "\n")
        paths = body.split(separator: separator).compactMap { line in
            let line = isText && line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            return line.isEmpty ? nil : FilePath(bytes: line)
        }
    }
}

private func contents(of descriptor: Int32, called path: FilePath) throws(FileError) -> [UInt8] {
    var (bytes, chunk): ([UInt8], [UInt8]) = ([], Array(repeating: 0, count: 1 << 16))
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else {
            throw FileError(path, errno == EISDIR ? .isFolder : .unreadable(code: errno))
        }
        if count == 0 { return bytes }
        bytes += chunk.prefix(count)
        guard bytes.count <= PathList.limit else {
            throw FileError(path, .tooLarge(bytes: bytes.count, limit: PathList.limit))
        }
    }
}
