import Crypto
import Foundation

/// The SHA-256 of bytes, in lower-case hexadecimal.
public func sha256(of bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return hexadecimal(hash.finalize())
}

/// The SHA-256 of bytes, in lower-case hexadecimal.
public func sha256(of bytes: some ContiguousBytes) -> String {
    bytes.withUnsafeBytes { sha256(of: $0) }
}

/// The SHA-256 of a regular file, in lower-case hexadecimal.
package func sha256(contentsOf path: FilePath) throws(FileError) -> String {
    let (descriptor, _) = try openRegularFile(path)
    defer { close(descriptor) }
    var hash = SHA256()
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw .reading(path) }
        if count == 0 { break }
        chunk.withUnsafeBytes {
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0.prefix(count)))
        }
    }
    return hexadecimal(hash.finalize())
}

private func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
