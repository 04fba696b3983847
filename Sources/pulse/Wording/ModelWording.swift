import Checkpoints
import Files
import Generators
import Models

extension EncoderFault {
    fileprivate var words: String {
        switch self {
        case .anotherFormat: "it is not an encoder"
        case .newerFormat(let version): "it is of format version \(version), which this version does not read"
        case .otherNetworks: "it was made for other weights"
        case .malformed: "it is damaged"
        case .notLearned: "too few samples, or pictures that are all alike"
        }
    }
}

extension ModelError: Worded {
    /// One line without control characters, which names of and out of files may contain.
    var wording: String { oneLine(sentence, limit: 4000) }

    private var sentence: String {
        switch self {
        case .damaged(let error): error.wording
        case .declined(let file, let network):
            "\(file): this cannot be imported: it is \(network.name)"
                + (network.supported.map { "; \($0) can be imported" } ?? "")
        case .tensorMissing(let file, let tensor, let network):
            "\(file): looks like \(network) and lacks the tensor '\(tensor)'; the file is incomplete, or of a "
                + "changed network"
        case .tensorShape(let file, let tensor, let found, let expected, let network):
            "\(file): looks like \(network), whose tensor '\(tensor)' cannot have the shape \(found)"
                + (expected.map { "; it must be \($0)" } ?? "")
        case .tensorNotFinite(let file, let tensor):
            "\(file): the tensor '\(tensor)' holds values that are not finite numbers; the file is damaged, or its "
                + "training diverged"
        case .tensorUnused(let file, let tensor, let network):
            "\(file): looks like \(network), which has no place for the tensor '\(tensor)'; a changed network "
                + "cannot be imported"
        case .isModelFile(let file):
            "\(file): this is a model file of this program already; copy it into the folder that "
                + "'pulse model list' reads, under its own name"
        case .unrecognised(let file):
            "\(file): holds no generator that is known; give a checkpoint of StyleGAN, StyleGAN2 or StyleGAN2-ADA "
                + "(.pt, .pkl, .safetensors), or OpenVINO IR of MobileStyleGAN (.xml with .bin, or a .whl or .zip "
                + "that holds it)"
        case .nothingFound(let archive, let entries):
            "\(archive): holds no pair of .xml and .bin with a known network; it holds \(list(entries))"
                + (entries.first(where: isCheckpointName).map { "; unpack it and give \($0)" } ?? "")
        case .weightsMissing(let description, let expected):
            "\(description): its weights are missing; put \(expected) beside it"
        case .descriptionMissing(let weights, let expected):
            "\(weights): its description is missing; put \(expected) beside it, or give that file instead"
        case .noFiles: "no files were given to import"
        case .twoNetworks(let kind, let files):
            "\(list(files)): more than one \(kind); import one model at a time"
        case .synthesisMissing(let file, let found):
            "\(file): \(found) alone makes no pictures; give the synthesis network as well"
        case .styleSizesDiffer(let mapping, let synthesis):
            "the networks do not belong together: the mapping network yields latents of length \(mapping), "
                + "the synthesis network takes \(synthesis)"
        case .latentsNotFinite:
            "the mapping network yields latents that are not finite; its weights are damaged"

        case .invalidName(let name):
            "'\(name)' cannot be the name of a model: use a–z, 0–9, '.', '_' and '-', starting with a "
                + "letter or digit, at most 64 characters"
        case .nameTaken(let name, let source):
            "a model called \(name) exists and comes from other files (\(source)); choose another name with --name"
        case .unknownModel(let name, let known, let folder):
            "there is no model called \(name) in \(folder); "
                + (known.isEmpty
                    ? "import one with 'pulse model import FILE...'" : "there are: \(list(known))")
        case .encoderUnusable(let file, let fault):
            "\(file): cannot be used to start a search: \(fault.words); make it anew with 'pulse model prepare'"
        case .notAModel(let file, let fault): "\(file): not a model file of this program: \(fault.words)"
        case .newerFormat(let file, let version):
            "\(file): written in model format \(version), which this version does not read; import the "
                + "model again with 'pulse model import FILE...'"
        case .mappingMissing(let model):
            "the model \(model) was imported without its mapping network, so it can only make pictures from "
                + "given latents; import it again together with the mapping network"
        case .storeUnwritable(let folder, let fault):
            "\(folder): the model folder cannot be used: \(fault.words)"
        }
    }
}

extension ModelFileFault {
    fileprivate var words: String {
        switch self {
        case .metadataMissing(let key): "its metadata has no '\(key)'"
        case .anotherFormat: "its metadata names another format"
        case .unknownFamily(let name): "the family '\(name)' is unknown"
        case .configuration: "its configuration is malformed"
        case .tensorMissing(let name): "the tensor '\(name)' is missing"
        case .tensorShape(let name, let found, let expected):
            "the tensor '\(name)' has shape \(found), not \(expected)"
        }
    }
}

extension StoreFault {
    fileprivate var words: String {
        switch self {
        case .notAFolder: "it is a file, not a folder"
        case .noRoom(let needed, let free): "the model takes \(needed) bytes, and \(free) are free"
        case .file(let problem): problem.words
        }
    }
}

/// Whether an entry of an archive may be a checkpoint that is read when it is unpacked.
private func isCheckpointName(_ name: String) -> Bool {
    [".pt", ".pth", ".pkl", ".ckpt", ".safetensors"].contains { name.lowercased().hasSuffix($0) }
}

/// The first few of some names, with commas.
private func list(_ names: [String]) -> String {
    guard !names.isEmpty else { return "nothing" }
    return names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", and \(names.count - 8) more" : "")
}

extension DirectionError: Worded {
    var wording: String {
        switch self {
        case .name(let name):
            "'\(oneLine(name))' cannot be a direction's name: use up to 40 small letters, digits and hyphens, and not axis-N."
        case .form(let file, let shapes, let size):
            "\(file.string): a direction is one tensor of \(size) finite numbers, or one row for each slot; the file has \(shapes.isEmpty ? "none" : shapes.map { "[\($0.map(String.init).joined(separator: ", "))]" }.joined(separator: ", "))."
        case .unknown(let name):
            "there is no direction called '\(oneLine(name))'; 'pulse model directions MODEL' lists those that there are."
        }
    }
}
