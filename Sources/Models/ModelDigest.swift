import Checkpoints
import Foundation

/// The SHA-256 of a model file, computed once: when it is asked for, or before on a thread of its own.
final class ModelDigest: @unchecked Sendable {
    private let file: SafetensorsFile
    private let lock = NSLock()
    private var computed: String?

    init(of file: SafetensorsFile) { self.file = file }

    /// In lower-case hexadecimal; waits for who computes it already.
    var value: String {
        lock.withLock {
            let digest = computed ?? file.sha256()
            computed = digest
            return digest
        }
    }

    /// Begins to compute it, and does not wait.
    func prepare() { Thread.detachNewThread { _ = self.value } }
}
