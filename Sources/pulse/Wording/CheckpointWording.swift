import Checkpoints

extension CheckpointError: Worded {
    /// One line without control characters, which names out of a file may contain.
    var wording: String { "\(file): \(oneLine(problem.words, limit: 1000))" }
}

extension CheckpointError.Problem {
    /// What follows the file's name.
    fileprivate var words: String {
        switch self {
        case .unreadable(let reason): "cannot be read: \(reason)"
        case .unwritable(let problem): "cannot be written: \(problem.words)"
        case .notARegularFile: "is not a regular file but a folder, a pipe or a device; give the file itself"
        case .tooLarge(let bytes, let limit):
            "holds \(bytes) bytes, more than the \(limit) accepted for a file of this kind"
        case .truncated(let needed, let available):
            "is cut short: \(needed) bytes are needed and \(available) are there; download or copy it again"

        case .missingTensor(let name): "holds no tensor '\(name)'"
        case .nameTooLong(let bytes): "has a tensor whose name is \(bytes) bytes long"
        case .duplicateTensor(let name): "names the tensor '\(name)' twice"
        case .unknownElementType(let tensor, let type):
            "tensor '\(tensor)' has the unknown element type '\(type)'"
        case .unconvertibleElementType(let tensor, let type):
            "tensor '\(tensor)' of element type '\(type)' cannot be read as floating-point numbers"
        case .impossibleShape(let tensor): "tensor '\(tensor)' has an impossible shape"
        case .sizeMismatch(let tensor, let expected, let found):
            "tensor '\(tensor)' needs \(expected) bytes for its shape and claims \(found)"
        case .outOfRange(let tensor, let offset, let size, let available):
            "tensor '\(tensor)' claims \(size) bytes at offset \(offset), and \(available) are there: the file is "
                + "damaged or cut short; download or copy it again"

        case .headerTooLong(let bytes, let limit):
            "its header claims \(bytes) bytes, more than the \(limit) possible: it is cut short or damaged; download or "
                + "copy it again"
        case .headerSyntax(let offset, let expected):
            "its header is malformed at byte \(offset): expected \(expected)"
        case .gapOrOverlap(let tensor, let expectedOffset, let found):
            "tensor '\(tensor)' starts at \(found) where \(expectedOffset) was due: tensors overlap or leave a gap"
        case .strayBytes(let count): "has \(count) bytes that belong to no tensor"

        case .notAnArchive(let reason):
            "is not a readable zip archive: \(reason); if it was downloaded or copied, do so again"
        case .truncatedArchive(let bytes):
            "is cut short after \(bytes) bytes: it begins as a zip archive, as PyTorch's files do, and the list of "
                + "its entries, which stands at the end, is missing; download or copy it again"
        case .tooManyEntries(let count, let limit): "has \(count) entries, more than the \(limit) accepted"
        case .missingEntry(let name): "has no entry '\(name)'"
        case .duplicateEntry(let name): "has more than one entry '\(name)'"
        case .encryptedEntry(let name): "entry '\(name)' is encrypted"
        case .unsupportedCompression(let entry, let method):
            "entry '\(entry)' is compressed by method \(method); only stored and deflated entries are read"
        case .compressionRatio(let entry, let ratio, let limit):
            "entry '\(entry)' claims to expand \(ratio) times; more than \(limit) is refused"
        case .corruptEntry(let name, let reason): "entry '\(name)' is damaged: \(reason)"

        case .unsafeEntryName(let name):
            "has an entry '\(oneLine(name))' that would lie outside the folder it is unpacked to"

        case .unknownFormat:
            "is of no known format: neither safetensors, nor PyTorch's, nor a pickle, nor OpenVINO's"
        case .foreign(let format): format.words
        case .wholeModule(let module, let name):
            "holds a whole network with its class (\(oneLine(module)).\(oneLine(name))), which only the program "
                + "that wrote it can load; save the network's tensors there, with torch.save(network.state_dict(), "
                + "FILE), and give that file; nothing was run"
        case .torchScript:
            "is TorchScript, a network saved as a program; save its tensors where it was made, with "
                + "torch.save(network.state_dict(), FILE), and give that file; nothing was run"
        case .tensorsWithoutNames(let place, let count):
            "holds a list of \(count) tensors without their names"
                + (place.isEmpty ? "" : " at '\(oneLine(place))'")
                + ", so that nothing says which is which; save the network's state_dict() instead, in which each has "
                + "its name"
        case .partsMissing(let total, let missing):
            "is one of \(total) parts of a checkpoint; give all of them, or the index (.index.json) beside them: "
                + "missing \(missing.count == 1 ? "is" : "are") \(list(missing))"
        case .indexedMissing(let missing):
            "is the index of a checkpoint in parts, of which these are not beside it: \(list(missing))"
        case .pickleSyntax(let offset, let expected):
            "is a damaged pickle: expected \(expected) before byte \(offset)"
        case .pickleOpcode(let offset, let code):
            "is a damaged pickle, or one that does more than hold weights: "
                + "instruction 0x\(String(code, radix: 16)) at byte \(offset)"
        case .refusedName(let module, let name):
            "asks to run \(oneLine(module)).\(oneLine(name)), which files of weights have no use for; "
                + "nothing was run"
        case .pickleLimit(let kind, let limit): "has a pickle of more than \(limit) \(kind.words)"
        case .pickleCycle: "holds a container that contains itself"
        case .unexpectedObject(let place, let expected):
            "is not laid out as its format is: expected \(expected)"
                + (place.isEmpty ? "" : " at '\(oneLine(place))'")
        case .malformedStorage(let storage, let reason):
            "has a malformed storage '\(oneLine(storage))': \(reason)"
        case .viewOutOfRange(let tensor, let needed, let available):
            "tensor '\(oneLine(tensor))' needs \(needed) numbers and its storage has \(available)"
        case .tensorTooLarge(let tensor, let bytes, let limit):
            "tensor '\(oneLine(tensor))' would take \(bytes) bytes; more than \(limit) is refused for this file"
        case .tensorsExceedFile(let bytes, let limit):
            "its tensors would take \(bytes) bytes in all; more than \(limit) is refused for this file"
        case .noTensors: "holds no tensor; give a file of weights, not of settings or of a training's state"

        case .xmlEncoding: "is not XML in UTF-8"
        case .xmlDeclaration(let offset):
            "has a document type or entity declaration at byte \(offset); a network description needs none"
        case .xmlSyntax(let line, let reason): "is not well-formed XML (line \(line)): \(reason)"
        case .xmlTooDeep(let limit): "nests XML elements deeper than \(limit)"
        case .xmlTooManyElements(let limit): "has more than \(limit) XML elements"
        case .irVersion(let found): "is OpenVINO IR version '\(found)'; version 10 is read"
        case .irElement(let line, let expected):
            "is malformed OpenVINO IR (line \(line)): expected \(expected)"
        case .irEdge(let layer, let reason): "is malformed OpenVINO IR: layer '\(layer)' \(reason)"
        case .irCycle: "is malformed OpenVINO IR: its layers form a cycle"
        case .constantsOverlap(let bytes, let available):
            "its constants claim \(bytes) bytes in all, and the weights file holds \(available)"
        case .unexpectedLayer(let layer, let type, let expected):
            "layer '\(layer)' is a \(type) where \(expected) was expected; this is not a network of a known shape"
        case .unexpectedValue(let layer, let expected, let found):
            "layer '\(layer)' holds \(found) where \(expected) was expected; this is not a network of a known shape"
        case .unusedLayer(let layer, let type):
            "layer '\(layer)' (\(type)) has no place in the network that was recognised"
        }
    }
}

extension CheckpointError.PickleLimit {
    /// What there may be so many of.
    fileprivate var words: String {
        switch self {
        case .instructions: "instructions"
        case .nodes: "containers"
        case .items: "elements"
        case .stack: "values on the stack"
        case .memo: "remembered values"
        case .globals: "names"
        case .slices: "texts"
        case .depth: "containers inside one another"
        case .expandedItems: "elements (repeated ones counted)"
        case .integerBytes: "bytes in one integer"
        }
    }
}

/// The first few of some names, with commas.
private func list(_ names: [String]) -> String {
    names.prefix(8).map { oneLine($0) }.joined(separator: ", ")
        + (names.count > 8 ? ", and \(names.count - 8) more" : "")
}
