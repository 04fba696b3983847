import Foundation

/// Why a file could not be written: the step that failed and the system's error code.
public struct WriteError: Error, Equatable, Sendable, LocalizedError, CustomStringConvertible {
    public var path: String
    public var code: Int32

    public var errorDescription: String? { description }

    public var description: String {
        let advice =
            switch code {
            case ENOSPC, EDQUOT: "Free some space."
            case EACCES, EPERM, EROFS: "Choose a folder you may write to."
            default: "Check the path."
            }
        return "\(path): cannot be written (\(systemMessage(code))). \(advice)"
    }
}

/// Writes a file so that it appears complete or not at all: into a hidden neighbour, flushed to disk, renamed.
///
/// The neighbour is removed if anything fails, and what was at `url` before is then untouched.
/// - Throws: `WriteError`.
public func writeAtomically(_ data: Data, to url: URL) throws(WriteError) {
    let path = url.path
    let folder = url.deletingLastPathComponent().path
    let aside = folder + "/.\(String(UInt64.random(in: 0 ... .max), radix: 36)).part"
    func failure() -> WriteError { WriteError(path: url.relativePath, code: errno) }

    let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    guard writeAll(data, to: descriptor), fsync(descriptor) == 0 else {
        let error = failure()
        close(descriptor)
        unlink(aside)
        throw error
    }
    guard close(descriptor) == 0, rename(aside, path) == 0 else {
        let error = failure()
        unlink(aside)
        throw error
    }
    // The new name must reach the disk too; not every file system can flush a folder, and none need fail for it.
    let directory = open(folder, O_RDONLY | O_CLOEXEC)
    if directory >= 0 {
        fsync(directory)
        close(directory)
    }
}

private func writeAll(_ data: Data, to descriptor: Int32) -> Bool {
    data.withUnsafeBytes { bytes in
        var written = 0
        while written < bytes.count {
            let count = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            written += count
        }
        return true
    }
}
