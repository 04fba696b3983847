import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Damaged files of every format give a typed error or a value: never a crash, a hang, or another error.
@Suite(.timeLimit(.minutes(60))) struct HostileFileTests {
    @Test func safetensors() throws {
        let bytes = [UInt8](try Data(contentsOf: goldenURL("types.safetensors")))
        var (refused, accepted) = (0, 0)
        func open(_ bytes: [UInt8]) {
            do {
                let file = try SafetensorsFile(FileBytes(bytes, name: "damaged"))
                accepted += 1
                for name in file.names { _ = try? file.tensor(name) }
            } catch {  // typed: a CheckpointError
                refused += 1
            }
        }
        for length in bytes.indices { open(Array(bytes.prefix(length))) }
        #expect(accepted == 0, "no truncation is a file")
        refused = 0
        let count = HostileCheckpointTests.mutationCount
        for damaged in mutations(of: bytes, count: count, seed: 1) { open(damaged) }
        #expect(refused > count / 2)
        #expect(accepted > 0, "damage to the data alone goes unnoticed, as the format has no checksum")
    }

    @Test func zip() throws {
        let bytes = [UInt8](try Data(contentsOf: goldenURL("plain.zip")))
        var read = 0
        func open(_ bytes: [UInt8]) {
            do {
                let archive = try ZipArchive(FileBytes(bytes, name: "damaged.zip"))
                for entry in archive.entries {
                    if try archive.read(entry.name, limit: 1 << 20).count == entry.size { read += 1 }
                }
            } catch {}  // typed: a CheckpointError
        }
        for length in bytes.indices { open(Array(bytes.prefix(length))) }
        #expect(read == 0, "no truncation is an archive")
        let count = HostileCheckpointTests.mutationCount
        for damaged in mutations(of: bytes, count: count, seed: 2) { open(damaged) }
        #expect(read > 0)
    }

    /// The checksums of an archive refuse most damage; this is damage that they do not see.
    @Test func torchPickleInAnArchive() throws {
        let archive = try ZipArchive(contentsOf: CheckpointFixture.url("torch_archive.pt"))
        let folder = "torch_archive/"
        let pickle = try archive.read("\(folder)data.pkl", limit: 1 << 20).withBytes { Array($0) }
        var (refused, read) = (0, 0)
        for damaged in mutations(of: pickle, count: HostileCheckpointTests.mutationCount, seed: 5) {
            do {
                let file = FileBytes(damaged, name: "damaged")
                let value = try TorchArchive.value(of: file, in: archive, folder: folder)
                for entry in value.entries ?? [] {
                    guard let tensor = entry.value.tensor, let numbers = try? tensor.tensor() else {
                        continue
                    }
                    #expect(numbers.shape == tensor.shape)
                    read += 1
                }
            } catch {  // typed: a CheckpointError
                refused += 1
            }
        }
        #expect(refused > HostileCheckpointTests.mutationCount / 4 && read > 0)
    }

    @Test func openVINO() {
        let (description, weights) = OpenVINOFixture.tiny()
        var refused = 0
        let bytes = description.withBytes { Array($0) }
        for damaged in mutations(of: bytes, count: HostileCheckpointTests.mutationCount, seed: 4) {
            do {
                let file = FileBytes(damaged, name: "damaged.xml")
                let graph = try OpenVINOGraph(description: file, weights: weights)
                for layer in graph.layers.indices { _ = try? graph.tensor(ofLayer: layer) }
            } catch {  // typed: a CheckpointError
                refused += 1
            }
        }
        #expect(refused > HostileCheckpointTests.mutationCount / 4)
    }
}
