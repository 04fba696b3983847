import CKernels
import Foundation

/// One set of the engine's C kernels, compiled for one instruction set.
///
/// Sets agree within rounding, not bit for bit.
public struct Kernels: @unchecked Sendable {
    let table: UnsafePointer<ck_kernels>

    /// What `requested` gives in this process's environment.
    ///
    /// Ends the process where the environment asks for a set that this machine cannot run: call `requested` first
    /// to get an error instead.
    public static let `default`: Kernels = {
        do { return try requested() } catch { fatalError("PULSE_KERNELS: \(error)") }
    }()

    /// The set of that name, or nil where this machine cannot run it.
    public init?(named name: String) {
        guard let table = ck_kernels_named(name) else { return nil }
        self.table = table
    }

    private init(table: UnsafePointer<ck_kernels>) { self.table = table }

    public var name: String { String(cString: table.pointee.name) }

    /// The names of all sets, of whatever processor, slowest first.
    public static let names = ["portable", "neon", "avx2", "avx512"]

    /// Every set that this machine runs, slowest first.
    public static var available: [Kernels] { names.compactMap(Kernels.init(named:)) }

    /// The set that the environment variable `PULSE_KERNELS` names; where it is absent or empty, the fastest that
    /// this machine runs.
    /// - Throws: ``KernelsError`` where it names anything else.
    public static func requested(
        by environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(KernelsError) -> Kernels {
        guard let name = environment["PULSE_KERNELS"], !name.isEmpty else {
            return Kernels(table: ck_kernels_fastest())
        }
        guard names.contains(name) else { throw .unknown(name) }
        guard let kernels = Kernels(named: name) else { throw .unavailable(name) }
        return kernels
    }
}

/// Why the kernels that the environment asks for cannot be had.
public enum KernelsError: Error, Equatable {
    /// No set has this name.
    case unknown(String)
    /// There is such a set, but this machine cannot run it.
    case unavailable(String)
}
