import Files
import Foundation

/// A picture file that has been read once: its bytes, from which both its digest and its pixels come, whatever happens to
/// the file meanwhile.
public struct PictureFile: Sendable {
    /// What error messages call it.
    public let name: String
    public let bytes: [UInt8]
    let limits: PictureLimits

    /// Reads a whole regular file that announces itself as a picture of an accepted format.
    /// - Throws: `PictureError`, naming the file as `url` gives it.
    public init(contentsOf url: URL, limits: PictureLimits = .default) throws(PictureError) {
        try self.init(contentsOf: FilePath(url), name: url.relativePath, limits: limits)
    }

    /// Reads a whole regular file that announces itself as a picture of an accepted format.
    /// - Parameter name: what error messages call it.
    public init(contentsOf path: FilePath, name: String, limits: PictureLimits = .default)
        throws(PictureError)
    {
        self.name = name
        self.limits = limits
        bytes = try readPictureFile(at: path, name: name, limits: limits)
    }

    /// The SHA-256 of the bytes, in lower-case hexadecimal.
    public var sha256: String { Files.sha256(of: bytes) }

    /// The picture that the bytes hold.
    public func decoded() throws(PictureError) -> Picture {
        try Picture(data: bytes, name: name, limits: limits)
    }
}

/// Reads a regular file, and no more than a limit allows.
///
/// The first bytes decide whether the rest is read at all, so that a film is declined at once; a pipe or a device is not
/// even waited for.
private func readPictureFile(
    at path: FilePath, name: String, limits: PictureLimits
) throws(PictureError) -> [UInt8] {
    let (descriptor, size) = try opened(path, name: name)
    defer { close(descriptor) }
    guard size <= limits.bytes else { throw .fileTooLarge(name: name, bytes: size, limit: limits.bytes) }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(max(size, 4096))
    var isRecognised = false
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0 {
            if errno == EINTR { continue }
            throw .unreadable(name: name, reason: systemMessage(errno))
        }
        bytes += chunk[0..<max(0, count)]
        guard bytes.count <= limits.bytes else {
            throw .fileTooLarge(name: name, bytes: bytes.count, limit: limits.bytes)
        }
        if !isRecognised && (bytes.count >= 512 || count == 0) {
            let result = bytes.withUnsafeBytes { bytes in
                Result { () throws(PictureError) in try recognise(ByteView(bytes: bytes), name: name) }
            }
            _ = try result.get()
            isRecognised = true
            chunk = [UInt8](repeating: 0, count: 1 << 20)
        }
        if count == 0 { return bytes }
    }
}

private func opened(_ path: FilePath, name: String) throws(PictureError) -> (descriptor: Int32, size: Int) {
    do {
        return try openRegularFile(path)
    } catch {
        switch error.problem {
        case .missing: throw .missing(name: name)
        case .isFolder: throw .isDirectory(name: name)
        // What a socket answers to being opened.
        case .notARegularFile, .unreadable(code: ENXIO), .unreadable(code: EOPNOTSUPP):
            throw .notARegularFile(name: name)
        case .unreadable(let code): throw .unreadable(name: name, reason: systemMessage(code))
        default: throw .unreadable(name: name, reason: "\(error.problem)")
        }
    }
}
