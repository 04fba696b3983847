import Checkpoints
import Files

/// Why a model cannot be imported, found or used.
public enum ModelError: Error, Sendable {
    /// A file that is damaged or malformed.
    case damaged(CheckpointError)
    /// A network that is recognised and not supported.
    case declined(file: String, DeclinedNetwork)
    case tensorMissing(file: String, tensor: String, network: String)
    /// `expected` is nil where the number of axes is wrong already.
    case tensorShape(file: String, tensor: String, found: [Int], expected: [Int]?, network: String)
    case tensorNotFinite(file: String, tensor: String)
    /// A tensor inside the generator that the network has no place for.
    case tensorUnused(file: String, tensor: String, network: String)
    /// The file is what an import makes.
    case isModelFile(file: String)
    case unrecognised(file: String)
    /// An archive without networks; what it holds instead, shortened.
    case nothingFound(archive: String, entries: [String])
    case weightsMissing(description: String, expected: String)
    case descriptionMissing(weights: String, expected: String)
    case noFiles
    case twoNetworks(kind: String, files: [String])
    case synthesisMissing(file: String, found: String)
    case styleSizesDiffer(mapping: Int, synthesis: Int)
    case latentsNotFinite

    case invalidName(String)
    case nameTaken(name: String, source: String)
    case unknownModel(name: String, known: [String], folder: String)
    case notAModel(file: String, ModelFileFault)
    case newerFormat(file: String, version: String)
    case mappingMissing(model: String)
    /// What a model was prepared with cannot be used.
    case encoderUnusable(file: String, EncoderFault)
    case storeUnwritable(folder: String, StoreFault)
}

/// A network that is known and not supported.
public struct DeclinedNetwork: Equatable, Sendable {
    /// What it is: a noun with its article, and what tells it from others.
    public let name: String
    /// What of its kind is supported.
    public let supported: String?

    package init(_ name: String, supported: String? = nil) {
        self.name = name
        self.supported = supported
    }
}

/// Why a file is not a model file of this program.
public enum ModelFileFault: Equatable, Sendable {
    case metadataMissing(key: String)
    case anotherFormat
    case unknownFamily(String)
    case configuration
    case tensorMissing(String)
    case tensorShape(String, found: [Int], expected: [Int])
}

/// Why a file is not the encoder of a model.
public enum EncoderFault: Equatable, Sendable {
    case anotherFormat
    case newerFormat(version: String)
    /// It was made for other weights.
    case otherNetworks
    case malformed
    /// The generator's own pictures do not tell enough.
    case notLearned
}

/// Why nothing can be written into the store of models.
public enum StoreFault: Equatable, Sendable {
    /// Something that is not a folder has its name.
    case notAFolder
    /// In bytes.
    case noRoom(needed: Int, free: Int)
    case file(FileError.Problem)
}
