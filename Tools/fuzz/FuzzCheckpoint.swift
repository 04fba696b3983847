// The coverage-guided fuzz target, compiled together with the sources of `Checkpoints` by Tools/fuzz.sh.

import Tensors

/// Opens the bytes as whatever file of weights they say they are, and reads every tensor.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCheckpoint(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if bytes.first == UInt8(ascii: "<") {
        openGraph(bytes)
    } else {
        openCheckpoint(bytes)
    }
    return 0
}

private func openCheckpoint(_ bytes: [UInt8]) {
    do {
        let checkpoint = try Checkpoint(FileBytes(bytes, name: "fuzzed"))
        let tensors = checkpoint.networks.flatMap(\.tensors) + checkpoint.looseTensors
        for item in tensors {
            guard let tensor = try? item.tensor.tensor() else { continue }
            precondition(tensor.shape == item.tensor.shape, "a tensor of another shape than declared")
        }
    } catch {
        precondition(error.file.hasPrefix("fuzzed"))
    }
}

/// A network description; its constants are taken from the bytes themselves.
private func openGraph(_ bytes: [UInt8]) {
    let file = FileBytes(bytes, name: "fuzzed")
    guard let graph = try? OpenVINOGraph(description: file, weights: file) else { return }
    for layer in graph.layers.indices { _ = try? graph.tensor(ofLayer: layer) }
}

/// What `Digest.swift` has, without swift-crypto: no digest decides whether a file is read.
func sha256(of file: FileBytes) -> String { "" }
