import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Files that try to run something or to exhaust the machine, and damaged ones. A crash, a hang and too much
/// memory would end the tests, so whatever may cause one runs in `CheckpointProbe`, which also measures.
@Suite(.timeLimit(.minutes(60))) struct HostileCheckpointTests {
    /// Random mutations of each format; `make fuzz` asks for more.
    static let mutationCount =
        ProcessInfo.processInfo.environment["PULSE_MUTATIONS"].flatMap { Int($0) } ?? 2000

    /// `Tools/goldens/checkpoint_hostile.py` makes them; what is said of each is tested where it is worded.
    static let malicious: [String] = {
        let data = try? Data(contentsOf: goldenURL("hostile/hostile.json"))
        let table = data.flatMap { try? JSONDecoder().decode([String: String].self, from: $0) } ?? [:]
        return table.keys.sorted()
    }()

    @Test func thereAreMaliciousFiles() { #expect(Self.malicious.count > 80) }

    @Test(arguments: malicious)
    func refusesMaliciousFiles(_ file: String) throws {
        let url = goldenURL("hostile/\(file)")
        let bytes = FileBytes([UInt8](try Data(contentsOf: url)), name: file)
        let fromDisk = #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: url) }
        let fromMemory = #expect(throws: CheckpointError.self) { try Checkpoint(bytes) }
        #expect(fromDisk?.problem == fromMemory?.problem)
        // Of an archive it may be an entry that is at fault.
        #expect(
            fromDisk?.file.hasPrefix(url.relativePath) == true && fromMemory?.file.hasPrefix(file) == true)
        for folder in [FileManager.default.currentDirectoryPath, url.deletingLastPathComponent().path] {
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/a-checkpoint-ran-this"))
        }
    }

    @Test(arguments: CheckpointFixture.names)
    func refusesEveryTruncation(_ name: String) throws {
        let bytes = try CheckpointFixture.bytes(name)
        for length in bytes.indices {
            do {
                _ = try Checkpoint(FileBytes(Array(bytes.prefix(length)), name: name))
                Issue.record("opened with \(length) of \(bytes.count) bytes")
            } catch {  // typed: a CheckpointError
                #expect(error.file.hasPrefix(name))
            }
        }
    }

    @Test(arguments: [
        "checkpoints/torch_archive.pt", "checkpoints/torch_legacy.pt", "checkpoints/nested.pt",
        "checkpoints/tensorflow.pkl", "checkpoints/tensorflow_python2.pkl",
        "checkpoints/tensorflow_protocol5.pkl", "checkpoints/stylegan2_ada.pkl", "types.safetensors",
    ])
    func survivesRandomDamage(_ file: String) throws {
        try probe(["--mutations", "\(Self.mutationCount)", "--seed", "3", goldenURL(file).path])
    }

    /// Instructions by the million: each must end at a limit, soon and with little memory.
    @Test(arguments: [
        ("containers", "]", "]", "."), ("pairs of instructions", "N", "N0", "."), ("copies", "N", "2", "."),
        ("marks", "N", "(", "."), ("dictionaries on the stack", "](", "}(NNu", "e."),
        ("appended elements", "]", "Na", "."), ("tuples", "](", "N\u{7F}", "e."),
        ("texts", "](", "U\u{1}a", "e."),
        ("names", "](", "cargparse\nNamespace\n", "e."),
        ("objects", "](", "cargparse\nNamespace\n)R}b", "e."),
    ])
    func endsFloods(_ name: String, start: String, repeated: String, end: String) throws {
        // U+007F stands for the instruction 0x85, which is no ASCII.
        let unit = repeated.utf8.map { $0 == 0x7F ? 0x85 : $0 }
        var bytes: [UInt8] = [0x80, 2] + Array(start.utf8)
        while bytes.count < 8 << 20 { bytes += unit }
        bytes += Array(end.utf8)
        try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent("flood.pkl")
            try Data(bytes).write(to: url)
            let output = try probe([url.path])
            #expect(output.hasPrefix("accepted 0 refused 1"), "\(output)")
        }
    }

    @Test func readsOneLargeTextOnce() throws {
        let size = 64 << 20
        let head: [UInt8] = [0x80, 2, 0x58] + withUnsafeBytes(of: UInt32(size).littleEndian) { Array($0) }
        try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent("text.pkl")
            try Data(head + [UInt8](repeating: 0x61, count: size) + [0x2E]).write(to: url)
            try probe([url.path])
        }
    }

    /// Runs the probe, which must neither crash nor find a file that took too long or too much.
    @discardableResult
    private func probe(_ arguments: [String]) throws -> String {
        let output = try PulseBinary.run(arguments, program: "CheckpointProbe", timeout: 3600)
        #expect(output.status == 0, "\(output)")
        return output.standardOutput
    }
}
