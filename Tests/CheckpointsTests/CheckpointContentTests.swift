import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Checkpoints that are whole and from which nothing, or not everything, can be taken: it is said why.
@Suite struct CheckpointContentTests {
    private let tensor = Tensor<Float>([1, 2, 3, 4], shape: [2, 2])

    private func open(_ root: TorchValue, others: [(String, [UInt8])] = []) throws -> Checkpoint {
        try Checkpoint(FileBytes(TorchFile.archive(root, others: others), name: "file.pt"))
    }

    @Test func readsWhatTheFixtureWrites() throws {
        let checkpoint = try open(.dictionary([("g", .table([("a", tensor)])), ("step", .integer(3))]))
        #expect(try checkpoint.network("g")?["a"]?.tensor() == tensor)
        #expect(checkpoint.otherEntries == ["step"])
    }

    @Test func tensorsWithoutNamesAreCalledThat() throws {
        let list = TorchValue.list([.tensor(tensor), .tensor(tensor)])
        #expect(
            problem { try open(.dictionary([("ema", .dictionary([("shadow_params", list)]))])) }
                == .tensorsWithoutNames(place: "ema.shadow_params", count: 2))
        #expect(
            problem { try open(list).checkNames() } == .tensorsWithoutNames(place: "", count: 2))
        #expect(problem { try open(.dictionary([("epoch", .integer(1))])) } == .noTensors)
    }

    @Test(arguments: [
        ("__main__", "Generator"), ("model.networks", "Decoder"), ("torch.nn.modules.linear", "Linear"),
    ])
    func aWholeModuleIsToldFromAnAttack(_ module: String, _ name: String) throws {
        let state = TorchValue.dictionary([
            ("training", .integer(0)), ("_parameters", .table([("weight", tensor)])),
            ("_modules", .dictionary([])),
        ])
        let problem = CheckpointsTests.problem { try open(.object(module: module, name: name, state: state)) }
        #expect(problem == .wholeModule(module: module, name: name))
        let attack = CheckpointsTests.problem {
            try open(.object(module: "posix", name: "system", state: state))
        }
        #expect(attack == .refusedName(module: "posix", name: "system"))
    }

    @Test func torchScriptIsCalledThat() {
        let root = TorchValue.object(module: "__torch__.model", name: "Generator", state: .dictionary([]))
        #expect(problem { try open(root) } == .torchScript)
    }

    /// Versions of PyTorch that know such a file honour what it says; to ignore it would change numbers in silence.
    @Test func whatChangesTheMeaningOfNumbersIsNotIgnored() throws {
        guard
            case .malformedStorage("0", let reason)? = problem({
                try open(.dictionary([("a", .tensorOfPart(tensor, first: 1, count: 2))]))
            })
        else {
            Issue.record("a part of a storage was taken for the whole")
            return
        }
        #expect(reason.contains("part"))
        // {'neg': True}, then {} and None, which say nothing.
        let negative = Array("}(X".utf8) + [3, 0, 0, 0] + Array("neg".utf8) + [0x88] + Array("u".utf8)
        guard
            case .unexpectedObject("a", _)? = problem({
                try open(.dictionary([("a", .tensorWith(tensor, more: negative))]))
            })
        else {
            Issue.record("a negative view was taken as it lies")
            return
        }
        for harmless in [Array("}".utf8), Array("N".utf8)] {
            let checkpoint = try open(.dictionary([("a", .tensorWith(tensor, more: harmless))]))
            #expect(try checkpoint.network("")?["a"]?.tensor() == tensor)
        }
    }

    @Test func everythingUnreadIsListed() throws {
        let root = TorchValue.dictionary([
            (
                "state",
                .dictionary([
                    ("g", .table([("a", tensor)])), ("optimizer", .dictionary([("lr", .integer(1))])),
                ])
            ),
            ("d", .dictionary([("a", .tensor(tensor)), ("epoch", .integer(7))])), ("args", .integer(1)),
        ])
        let checkpoint = try open(root, others: [("archive/code/model.py", [1, 2, 3]), ("notes.txt", [1])])
        #expect(checkpoint.networks.map(\.path) == ["state.g", "d"])
        #expect(
            checkpoint.otherEntries
                == ["state.optimizer", "d.epoch", "args", "archive/code/model.py", "notes.txt"])
    }

    // MARK: Parts

    @Test(arguments: [
        (
            "model-00001-of-00002.safetensors",
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
        ),
        ("a-2-of-3.bin", ["a-1-of-3.bin", "a-2-of-3.bin", "a-3-of-3.bin"]),
    ])
    func namesOfParts(_ name: String, _ siblings: [String]) {
        #expect(ShardName(name)?.siblings == siblings)
    }

    @Test(arguments: [
        "model.safetensors", "model-00001-of-00001.safetensors", "model-00003-of-00002.safetensors",
        "best-of-2.pt", "model-00000-of-00002.safetensors",
    ])
    func otherNamesAreNotOfParts(_ name: String) { #expect(ShardName(name) == nil) }

    @Test func partsMakeOneNetworkAndAnIndexIsChecked() throws {
        let parts = ["a", "b"].map { FileBytes(TorchFile.archive(.table([($0, tensor)])), name: "\($0).bin") }
        let checkpoint = try Checkpoint(parts: parts)
        #expect(checkpoint.network("")?.tensors.map(\.name) == ["a", "b"])
        #expect(problem { try Checkpoint(parts: [parts[0], parts[0]]) } == .duplicateTensor("a"))
        func index(_ text: String) throws -> ShardIndex? {
            try ShardIndex(FileBytes(Array(text.utf8), name: "i.json"))
        }
        let good = try #require(try index(" {\"weight_map\": {\"a\": \"a.bin\", \"b\": \"b.bin\"}}"))
        #expect(good.files == ["a.bin", "b.bin"])
        try good.check(checkpoint)
        let other = try #require(try index("{\"metadata\": {}, \"weight_map\": {\"c\": \"b.bin\"}}"))
        #expect(problem { try other.check(checkpoint) } == .missingTensor("c"))
        #expect(try index("{\"a\": 1}") == nil && index("[]") == nil && index("") == nil)
        for name in ["../x", "/etc/passwd", "a/b", "", ".."] {
            #expect(problem { try index("{\"weight_map\": {\"a\": \"\(name)\"}}") } == .unsafeEntryName(name))
        }
    }

}
