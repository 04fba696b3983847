import Crypto
import Foundation

/// The SHA-256 of a file's bytes, in lower-case hexadecimal.
public func sha256(of file: FileBytes) -> String {
    file.withBytes { bytes in
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        return hash.finalize().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

/// The SHA-256 of a file, in lower-case hexadecimal.
/// - Throws: ``CheckpointError`` if the file cannot be read.
public func sha256(contentsOf url: URL) throws(CheckpointError) -> String {
    sha256(of: try FileBytes(mapping: url))
}
