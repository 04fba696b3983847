import Checkpoints
import Files
import Foundation
import TestSupport
import Testing

@testable import pulse

/// What is said of files of weights that are refused, above all of malicious ones, whose names are theirs to choose.
@Suite struct CheckpointWordingTests {
    /// What each malicious file's refusal must mention; `Tools/goldens/checkpoint_hostile.py` makes them.
    static let malicious: [(file: String, mention: String)] = {
        let data = try? Data(contentsOf: goldenURL("hostile/hostile.json", of: "CheckpointsTests"))
        let table = data.flatMap { try? JSONDecoder().decode([String: String].self, from: $0) } ?? [:]
        return table.sorted { $0.key < $1.key }.map { (file: $0.key, mention: $0.value) }
    }()

    /// Files that hold no weights are each called by what they are.
    @Test func eachForeignFormatHasASentenceOfItsOwn() {
        let formats: [ForeignFormat] = [
            .empty, .zeros, .webPage, .webArchive, .serverError, .gitLFSPointer(bytes: 3), .gitAnnexPointer,
            .compressed(by: "xz"), .tar, .archive(kind: "7-Zip"), .hdf5, .onnx, .gguf, .ggml, .tensorFlowLite,
            .tensorFlowSavedModel, .tensorFlowIndex, .numPy, .matlab, .xml(root: "a"), .json,
            .text(start: "b"),
            .picture(kind: "PNG"), .document(kind: "PDF"), .recording, .program, .database, .propertyList,
            .appleDouble, .folderSettings, .shortcut,
        ]
        let sentences = Set(formats.map { CheckpointError(file: "f", problem: .foreign($0)).wording })
        #expect(sentences.count == formats.count)
        for sentence in sentences {
            #expect(sentence.hasPrefix("f: is ") || sentence.hasPrefix("f: holds "), "\(sentence)")
        }
    }

    @Test func thereAreMaliciousFiles() { #expect(Self.malicious.count > 80) }

    @Test(arguments: malicious)
    func maliciousFilesAreRefusedByNameInOneLine(_ file: String, mention: String) throws {
        let url = goldenURL("hostile/\(file)", of: "CheckpointsTests")
        let bytes = FileBytes([UInt8](try Data(contentsOf: url)), name: file)
        var messages: [String] = []
        do { _ = try Checkpoint(contentsOf: url) } catch { messages.append(wording(of: error)) }
        do { _ = try Checkpoint(bytes) } catch { messages.append(wording(of: error)) }
        #expect(messages.count == 2, "opened")
        for message in messages {
            #expect(message.contains(file) && message.contains(mention), "\(message)")
            #expect(!message.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
        }
    }

    @Test func aWholeModuleIsToldWhatToSaveInstead() {
        let problem = CheckpointError.Problem.wholeModule(module: "model.networks", name: "Decoder")
        #expect(wording(of: CheckpointError(file: "file.pt", problem: problem)).contains("state_dict()"))
    }

    @Test func whatCannotBeWrittenIsSaidInTheSystemsWords() {
        for (problem, text) in [
            (.unwritable(code: ENOSPC), "m: cannot be written: \(systemMessage(ENOSPC))"),
            (.isFolder, "m: cannot be written: it is a folder"),
        ] as [(FileError.Problem, String)] {
            #expect(wording(of: CheckpointError(file: "m", problem: .unwritable(problem))) == text)
        }
    }

    @Test func textOutOfAFileIsCutAndKeptToOneLine() {
        #expect(oneLine("a\u{1B}[2J\n\u{2028}b") == "a?[2J??b")
        #expect(oneLine(String(repeating: "x", count: 121)) == String(repeating: "x", count: 120) + "…")
    }
}
