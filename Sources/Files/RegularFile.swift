import Foundation

/// Opens a file for reading, without waiting at a pipe, and checks that it is a regular one.
/// - Returns: the descriptor, which the caller closes, and the file's size in bytes.
package func openRegularFile(_ path: FilePath) throws(FileError) -> (descriptor: Int32, size: Int) {
    let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw .reading(path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
        let error = FileError.reading(path)
        close(descriptor)
        throw error
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return (descriptor, Int(status.st_size))
    case S_IFDIR:
        close(descriptor)
        throw FileError(path, .isFolder)
    default:
        close(descriptor)
        throw FileError(path, .notARegularFile)
    }
}

/// Reads a whole regular file.
/// - Parameter limit: the most bytes that are read; a larger file is refused.
package func readFile(_ path: FilePath, limit: Int) throws(FileError) -> [UInt8] {
    let (descriptor, size) = try openRegularFile(path)
    defer { close(descriptor) }
    guard size <= limit else { throw FileError(path, .tooLarge(bytes: size, limit: limit)) }
    var bytes = [UInt8](repeating: 0, count: size + 1)
    var filled = 0
    // The file may have grown since; one byte more than it had shows that.
    while true {
        let room = bytes.count - filled
        let count = bytes.withUnsafeMutableBytes {
            read(descriptor, $0.baseAddress.map { $0 + filled }, room)
        }
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw .reading(path) }
        if count == 0 { return Array(bytes.prefix(filled)) }
        filled += count
        guard filled <= limit else { throw FileError(path, .tooLarge(bytes: filled, limit: limit)) }
        if filled == bytes.count { bytes += [UInt8](repeating: 0, count: max(filled, 4096)) }
    }
}

/// The first bytes of a regular file and the last ones, at most so many of each.
package func readEnds(of path: FilePath, count: Int) throws(FileError) -> [UInt8] {
    let (descriptor, size) = try openRegularFile(path)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: count)
    for start in [0, max(count, size - count)] where start < size {
        let got = chunk.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, off_t(start)) }
        guard got >= 0 else { throw .reading(path) }
        bytes += chunk.prefix(got)
    }
    return bytes
}

/// Writes every byte.
/// - Returns: whether that was possible; `errno` says why not.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var written = 0
    while written < bytes.count {
        let count = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        written += count
    }
    return true
}

/// What kind of thing a path is, symbolic links not followed.
package enum PathKind: Equatable, Sendable {
    case missing, file, folder, other
}

package func kind(of path: FilePath) -> PathKind {
    var status = stat()
    guard path.withPlatformString({ lstat($0, &status) }) == 0 else { return .missing }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    default: .other
    }
}

/// When a file or folder was last changed, in seconds since 1970; nil where there is none.
package func changed(_ path: FilePath) -> Double? {
    var status = stat()
    guard path.withPlatformString({ lstat($0, &status) }) == 0 else { return nil }
    #if os(macOS)
        return Double(status.st_mtimespec.tv_sec)
    #else
        return Double(status.st_mtim.tv_sec)
    #endif
}

/// The names in a folder, in the order of their bytes.
package func entries(of folder: FilePath) throws(FileError) -> [FilePath.Component] {
    guard let stream = folder.withPlatformString({ opendir($0) }) else { throw .reading(folder) }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while true {
        errno = 0
        guard let entry = readdir(stream) else {
            guard errno == 0 else { throw .reading(folder) }
            break
        }
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
        if name != Array(".".utf8) && name != Array("..".utf8) { names.append(name) }
    }
    names.sort { $0.lexicographicallyPrecedes($1) }
    return names.compactMap { FilePath(bytes: $0).lastComponent }
}

/// Makes a folder and the folders above it that are missing.
package func makeFolder(_ path: FilePath) throws(FileError) {
    if path.withPlatformString({ mkdir($0, 0o777) }) == 0 { return }
    let code = errno
    switch code {
    case ENOENT:
        let parent = path.folder
        guard parent != path else { throw .writing(path, code: code) }
        try makeFolder(parent)
        guard path.withPlatformString({ mkdir($0, 0o777) }) == 0 || errno == EEXIST else {
            throw .writing(path)
        }
    case EEXIST:
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw FileError(path, .notAFolder)
        }
    case ENOTDIR: throw FileError(path, .notAFolder)
    default: throw .writing(path, code: code)
    }
}

/// Removes a file, or a folder with all that is in it; symbolic links are removed, not followed.
package func removeTree(_ path: FilePath) throws(FileError) {
    if kind(of: path) == .folder {
        for name in try entries(of: path) { try removeTree(path.appending(name)) }
        guard path.withPlatformString({ rmdir($0) }) == 0 || errno == ENOENT else { throw .writing(path) }
    } else {
        guard path.withPlatformString({ unlink($0) }) == 0 || errno == ENOENT else { throw .writing(path) }
    }
}
