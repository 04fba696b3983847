import Foundation
import Generators
import Models

/// Not enough memory for what was asked, in bytes.
public struct MemoryError: Error, Equatable, Sendable {
    public var needed: Int
    public var available: Int
    /// How many generators were to work side by side, and how many there is memory for.
    public var generators: Int
    public var possible: Int
}

/// What a job will need, against what there is.
package struct MemoryBudget {
    private let weights: Int
    private let perGenerator: Int
    private let generators: Int

    package init(_ memory: GeneratorMemory, generators: Int) {
        self.init(weights: memory.weights, perGenerator: memory.perGenerator, generators: generators)
    }

    /// - Parameters: bytes.
    init(weights: Int, perGenerator: Int, generators: Int) {
        (self.weights, self.perGenerator, self.generators) = (weights, perGenerator, generators)
    }

    /// - Parameter available: bytes; nil where the system does not say.
    package func check(available: Int? = availableMemory()) throws(MemoryError) {
        let fixed = weights + 100 << 20  // decoded pictures, the search's own tensors
        let needed = fixed + generators * perGenerator
        guard let available, needed > available else { return }
        throw MemoryError(
            needed: needed, available: available, generators: generators,
            possible: max(0, (available - fixed) / max(perGenerator, 1)))
    }
}

/// How many bytes this process can still take: what the system calls available, or less where a control group or a limit
/// of the process says so. nil where nothing is known.
package func availableMemory() -> Int? {
    var limits: [Int] = []
    if let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
        let kilobytes = number(in: text, after: "MemAvailable:")
    {
        limits.append(kilobytes << 10)
    }
    if let text = try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8),
        let limit = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)),
        let used = try? String(contentsOfFile: "/sys/fs/cgroup/memory.current", encoding: .utf8),
        let current = Int(used.trimmingCharacters(in: .whitespacesAndNewlines))
    {
        let details = (try? String(contentsOfFile: "/sys/fs/cgroup/memory.stat", encoding: .utf8)) ?? ""
        limits.append(limit - current + (number(in: details, after: "inactive_file") ?? 0))
    }
    var space = rlimit()
    #if os(macOS)
        let resource = RLIMIT_AS
    #else
        let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
    #endif
    if getrlimit(resource, &space) == 0, space.rlim_cur < Int.max,
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let used = number(in: status, after: "VmSize:")
    {
        limits.append(Int(space.rlim_cur) - used << 10)
    }
    return limits.min().map { max($0, 0) }
}

/// The number that follows a word at the start of a line.
func number(in text: String, after word: String) -> Int? {
    let line = text.split(separator: "\n").first { $0.hasPrefix(word) }
    return line.flatMap { Int($0.dropFirst(word.count).split(whereSeparator: \.isWhitespace).first ?? "") }
}
