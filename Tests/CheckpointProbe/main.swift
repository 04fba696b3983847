// Opens files of weights in a process of its own, so that a crash, a hang and the memory taken can be seen from
// outside, by tests and by `make fuzz`:
//
//     CheckpointProbe FILE                      opens it and reads every tensor
//     CheckpointProbe --mutations N --seed S FILE   does so with N damaged copies
//
// Prints one line: what came of it, the longest time for one file and the memory beyond the start. Ends with 3
// if a file took longer than 10 seconds, or more memory than twice its size and 256 MB.

import Checkpoints
import Foundation
import TestSupport

/// Peak resident memory of this process, in bytes.
func peakMemory() -> Int {
    #if os(Linux)
        // getrusage would count the process that started this one.
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropLast().last.flatMap { Int($0) } ?? 0) << 10
    #else
        var usage = rusage()
        getrusage(RUSAGE_SELF, &usage)
        return usage.ru_maxrss
    #endif
}

/// What became of the files that were opened.
struct Tally {
    var accepted = 0
    var refused = 0
    var tensors = 0
    var slowest = 0.0
    var lastMessage = ""

    mutating func open(_ make: () throws(CheckpointError) -> Checkpoint) {
        let start = Date()
        do {
            let checkpoint = try make()
            accepted += 1
            let named = checkpoint.networks.flatMap(\.tensors) + checkpoint.looseTensors
            for item in named {
                guard let tensor = try? item.tensor.tensor() else { continue }
                precondition(tensor.shape == item.tensor.shape, "a tensor of another shape than declared")
                tensors += 1
            }
            lastMessage = "\(checkpoint.networks.count) networks, \(named.count) tensors"
        } catch {  // typed: a CheckpointError
            refused += 1
            lastMessage = "\(error.problem)"
        }
        slowest = max(slowest, Date().timeIntervalSince(start))
    }
}

/// What the command line asks for.
struct Request {
    var path: String?
    var mutations: Int?
    var seed: UInt64 = 1

    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--mutations": mutations = rest.popFirst().flatMap { Int($0) }
            case "--seed": seed = rest.popFirst().flatMap { UInt64($0) } ?? seed
            default: path = word
            }
        }
    }
}

let request = Request(Array(CommandLine.arguments.dropFirst()))
guard let path = request.path else {
    print("usage: CheckpointProbe [--mutations N --seed S] FILE")
    exit(2)
}
var tally = Tally()
let url = URL(fileURLWithPath: path)
let original = request.mutations == nil ? [] : [UInt8](try Data(contentsOf: url))
let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
let before = peakMemory()
if let count = request.mutations {
    for damaged in mutations(of: original, count: count, seed: request.seed) {
        tally.open { () throws(CheckpointError) in try Checkpoint(FileBytes(damaged, name: path)) }
    }
} else {
    tally.open { () throws(CheckpointError) in try Checkpoint(contentsOf: url) }
}
let memory = peakMemory() - before
print(
    "accepted \(tally.accepted) refused \(tally.refused) tensors \(tally.tensors)",
    "slowest \(tally.slowest) s memory \(memory >> 20) MB:", tally.lastMessage)
exit(tally.slowest > 10 || memory > 2 * size + 256 << 20 ? 3 : 0)
