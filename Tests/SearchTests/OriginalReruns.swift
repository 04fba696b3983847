import Tensors
import TestSupport

/// Numbers of the original program, and the same numbers from reruns of it with the code for other processors.
///
/// How far the original is from itself says how far another implementation may be from it: tolerances are multiples
/// of that, not numbers of ours (Documentation/Parity.md).
struct OriginalReruns {
    /// What is compared with, [steps, columns].
    let recorded: Tensor<Double>
    private let reruns: [Tensor<Double>]
    /// Of each rerun, the relative distances of the first gradients (z, then the noise maps) from those recorded.
    private let distances: [Tensor<Double>]

    /// - Parameters:
    ///   - name: of the golden file; its reruns stand beside it.
    ///   - table: the name of its tensor of steps.
    init(_ name: String, table: String, besideTest file: String = #filePath) throws {
        recorded = try Golden(name, besideTest: file).tensor(table)
        let golden = try Golden(name + "-reruns", besideTest: file)
        func all(_ prefix: String) throws -> [Tensor<Double>] {
            try golden.names.filter { $0.hasPrefix(prefix + ".") }.map { try golden.tensor($0) }
        }
        (reruns, distances) = (try all(table), try all("distances"))
        precondition(reruns.count > 1 && reruns.count == distances.count, "reruns of \(name) are missing")
    }

    var steps: Int { recorded.shape[0] }
    private var columns: Int { recorded.shape[1] }

    func recorded(_ step: Int, _ column: Int) -> Double { recorded[columns * step + column] }

    /// The largest relative difference between a rerun and what is recorded, in the five steps around `step` (the
    /// first five or the next five, …: differences grow), in any of the columns.
    func difference(around step: Int, in group: Range<Int>) -> Double {
        let first = step / 5 * 5
        var largest = 0.0
        for row in first..<min(first + 5, steps) {
            for column in group {
                for rerun in reruns {
                    largest = max(
                        largest, abs(rerun[columns * row + column] / recorded(row, column) - 1))
                }
            }
        }
        return largest
    }

    /// The largest distance of a rerun's first gradients, of some of the variables (0 is z, 1… the noise maps).
    func distance(of variables: Range<Int>) -> Double {
        distances.flatMap { rerun in variables.map { rerun[$0] } }.max() ?? 0
    }
}
