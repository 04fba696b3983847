import CKernels
import Engine

extension AlignedFloats {
    /// What `body` gives, and by how many bytes the blocks of the calling thread have grown meanwhile.
    package static func growth<Value>(_ body: () throws -> Value) rethrows -> (value: Value, bytes: Int) {
        let before = ck_floats_live_of_thread()
        let value = try body()
        return (value, ck_floats_live_of_thread() &- before)
    }
}
