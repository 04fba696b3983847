import CVips
import Files
import Foundation

/// Reads a whole file that announces itself as a picture, and no more than a limit allows.
///
/// The first bytes decide whether the rest is read at all, so that a device or a film is declined at once.
func readPictureFile(at path: FilePath, name: String, limits: PictureLimits) throws(PictureError) -> [UInt8] {
    let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else {
        let code = errno
        throw code == ENOENT || code == ENOTDIR
            ? .missing(name: name) : .unreadable(name: name, reason: systemMessage(code))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
        throw .unreadable(name: name, reason: systemMessage(errno))
    }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw .isDirectory(name: name) }
    let size = Int(status.st_size)
    guard size <= limits.bytes else {
        throw .fileTooLarge(name: name, bytes: size, limit: limits.bytes)
    }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(max(size, 4096))
    var recognised = false
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0 {
            if errno == EINTR { continue }
            throw .unreadable(name: name, reason: systemMessage(errno))
        }
        if count == 0 { return bytes }
        bytes += chunk[0..<count]
        guard bytes.count <= limits.bytes else {
            throw .fileTooLarge(name: name, bytes: bytes.count, limit: limits.bytes)
        }
        if !recognised && bytes.count >= 512 {
            // The caller says what such a file resembles.
            if cvips_sniff(bytes, bytes.count) == CVIPS_UNKNOWN { return bytes }
            recognised = true
            chunk = [UInt8](repeating: 0, count: 1 << 20)
        }
    }
}
