import CKernels

/// One set of the engine's C kernels, compiled for one instruction set.
///
/// Sets agree within rounding, not bit for bit; `default` is the fastest that this machine runs, or the one
/// that the environment variable `PULSE_KERNELS` names (portable, avx2, avx512 or neon).
public struct Kernels: @unchecked Sendable {
    let table: UnsafePointer<ck_kernels>

    public static let `default` = Kernels(table: ck_kernels_default())

    /// The set of that name, or nil where this machine cannot run it.
    public init?(named name: String) {
        guard let table = ck_kernels_named(name) else { return nil }
        self.table = table
    }

    private init(table: UnsafePointer<ck_kernels>) { self.table = table }

    public var name: String { String(cString: table.pointee.name) }

    /// Every set that this machine runs, slowest first.
    public static var available: [Kernels] {
        ["portable", "neon", "avx2", "avx512"].compactMap(Kernels.init(named:))
    }
}
