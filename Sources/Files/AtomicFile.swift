import Foundation

/// Writes a file so that it appears complete or not at all, flushed to disk.
///
/// What was at `path` before is untouched if anything fails; a process that is killed leaves nothing that the next
/// `Staging.sweep` of the folder does not remove.
public func writeAtomically(_ data: some ContiguousBytes, to path: FilePath) throws(FileError) {
    try writeAtomically(to: path) { descriptor in data.withUnsafeBytes { writeAll($0, to: descriptor) } }
}

/// Writes a file that is made piece by piece: complete, or not at all, flushed to disk.
/// - Parameter body: writes everything to the descriptor; false, with `errno` set, where that fails.
package func writeAtomically(
    to path: FilePath, _ body: (Int32) throws(FileError) -> Bool
) throws(FileError) {
    guard kind(of: path) != .folder else { throw FileError(path, .isFolder) }
    let staging: Staging
    do {
        staging = try Staging(in: path.folder)
    } catch {
        throw FileError(path, error.problem)
    }
    defer { staging.discard() }
    do {
        try writeFile(to: staging.content, body)
    } catch {
        throw error.path == staging.content ? FileError(path, error.problem) : error
    }
    try staging.commit(as: path)
}

/// Writes a file below a folder that is itself made aside: its half is never seen under a final name.
public func writeFile(_ data: some ContiguousBytes, to path: FilePath) throws(FileError) {
    try writeFile(to: path) { descriptor in data.withUnsafeBytes { writeAll($0, to: descriptor) } }
}

private func writeFile(to path: FilePath, _ body: (Int32) throws(FileError) -> Bool) throws(FileError) {
    let descriptor = path.withPlatformString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw .writing(path) }
    let result = Result<Bool, FileError> { () throws(FileError) in
        try body(descriptor) && fsync(descriptor) == 0
    }
    let code = errno
    let isClosed = close(descriptor) == 0
    guard try result.get() else { throw .writing(path, code: code) }
    guard isClosed else { throw .writing(path) }
}

/// Writes a file so that it appears complete or not at all, flushed to disk; see `writeAtomically(_:to:)` for a path.
public func writeAtomically(_ data: some ContiguousBytes, to url: URL) throws(FileError) {
    try writeAtomically(data, to: FilePath(url))
}
