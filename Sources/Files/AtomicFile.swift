import Foundation

/// Writes a file so that it appears complete or not at all, flushed to disk.
///
/// What was at `path` before is untouched if anything fails; a process that is killed leaves nothing that the next
/// `Staging.sweep` of the folder does not remove.
public func writeAtomically(_ data: some ContiguousBytes, to path: FilePath) throws(FileError) {
    let file = try StagedFile(path)
    try file.write(data)
    try file.finish()
}

/// Writes a file so that it appears complete or not at all, flushed to disk; see `writeAtomically(_:to:)` for a path.
public func writeAtomically(_ data: some ContiguousBytes, to url: URL) throws(FileError) {
    try writeAtomically(data, to: FilePath(url))
}

/// Writes a file below a folder that is itself made aside: its half is never seen under a final name.
public func writeFile(_ data: some ContiguousBytes, to path: FilePath) throws(FileError) {
    let file = try OpenFile(path)
    try file.write(data)
    try file.close()
}

/// A file that is written piece by piece, and appears under its name when it is finished.
package final class StagedFile {
    package let destination: FilePath
    /// Nil for a file below a folder that is itself made aside.
    private let staging: Staging?
    private let file: OpenFile

    package init(_ destination: FilePath) throws(FileError) {
        guard kind(of: destination) != .folder else { throw FileError(destination, .isFolder) }
        self.destination = destination
        do {
            let staging = try Staging(in: destination.folder)
            self.staging = staging
            file = try OpenFile(staging.content)
        } catch {
            throw FileError(destination, error.problem)
        }
    }

    /// A file below a folder that is itself made aside: it has its name from the start, since nobody sees its half.
    package init(aside path: FilePath) throws(FileError) {
        destination = path
        staging = nil
        file = try OpenFile(path)
    }

    package func write(_ data: some ContiguousBytes) throws(FileError) {
        try named { () throws(FileError) in try file.write(data) }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        try named { () throws(FileError) in try file.write(bytes) }
    }

    /// Flushes the file to disk and gives it its name.
    package func finish() throws(FileError) {
        try named { () throws(FileError) in try file.close() }
        try staging?.commit(as: destination)
    }

    /// An error is about the file that people know, not about the one aside.
    private func named(_ body: () throws(FileError) -> Void) throws(FileError) {
        do {
            try body()
        } catch {
            staging?.discard()
            throw FileError(destination, error.problem)
        }
    }
}

/// A new file under a descriptor.
private final class OpenFile {
    private let path: FilePath
    private var descriptor: Int32

    init(_ path: FilePath) throws(FileError) {
        self.path = path
        descriptor = path.withPlatformString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
        guard descriptor >= 0 else { throw .writing(path) }
    }

    deinit { if descriptor >= 0 { Foundation.close(descriptor) } }

    func write(_ data: some ContiguousBytes) throws(FileError) {
        let isWritten = data.withUnsafeBytes { writeAll($0, to: descriptor) }
        guard isWritten else { throw .writing(path) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        guard writeAll(bytes, to: descriptor) else { throw .writing(path) }
    }

    /// Flushes to disk and closes.
    func close() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw .writing(path) }
        let isClosed = Foundation.close(descriptor) == 0
        descriptor = -1
        guard isClosed else { throw .writing(path) }
    }
}
