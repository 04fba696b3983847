import Crypto
import Foundation

/// The SHA-256 of a file's bytes, in lower-case hexadecimal.
///
/// Of a mapped file no more than a piece is in memory for its sake.
public func sha256(of file: FileBytes) -> String {
    file.withBytes { bytes in
        var hash = SHA256()
        for start in stride(from: 0, to: bytes.count, by: digestPiece) {
            let piece = start..<min(start + digestPiece, bytes.count)
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[piece]))
            file.releasePages(piece)
        }
        return hash.finalize().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

/// In bytes: a multiple of every page size.
private let digestPiece = 1 << 20

/// The SHA-256 of a file, in lower-case hexadecimal.
/// - Throws: ``CheckpointError`` if the file cannot be read.
public func sha256(contentsOf url: URL) throws(CheckpointError) -> String {
    sha256(of: try FileBytes(mapping: url))
}
