import Foundation

/// Runs a search of 20 steps and says how often memory was asked for in steps 3 to 20.
///
/// `Benchmarks/allocations.sh` runs this with a library in front of the C library's allocator, which counts
/// between `bench_count(1)` and `bench_count(0)`, and prints what it counted at the latter.
func countAllocations(model: TimedModel, threads: Int, side: Int, mode: String) throws {
    // The default search order is a null handle here.
    guard let symbol = dlsym(nil, "bench_count") else {
        fail("nobody counts: run Benchmarks/allocations.sh")
    }
    let count = unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Void).self)
    let steps = 20
    let search = try SearchSteps(
        model: model, threads: threads, side: side, candidates: 1, mode: mode, steps: steps)
    for _ in 1...2 { search.round() }
    count(1)
    for _ in 3...steps { search.round() }
    count(0)
}
