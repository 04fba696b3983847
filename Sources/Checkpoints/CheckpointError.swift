import Files

/// Why a file of weights was refused: which file, and what is wrong with it.
public struct CheckpointError: Error, Equatable, Sendable {
    /// The file as the caller named it; an entry of an archive is `ARCHIVE/ENTRY`.
    public let file: String
    public let problem: Problem

    public init(file: String, problem: Problem) {
        self.file = file
        self.problem = problem
    }

    public enum Problem: Equatable, Sendable {
        // Any file.
        case unreadable(reason: String)
        case unwritable(FileError.Problem)
        case notARegularFile
        case tooLarge(bytes: Int, limit: Int)
        case truncated(needed: Int, available: Int)

        // Tensors, whatever file they come from.
        case missingTensor(String)
        case duplicateTensor(String)
        case nameTooLong(bytes: Int)
        case unknownElementType(tensor: String, type: String)
        case unconvertibleElementType(tensor: String, type: String)
        case impossibleShape(tensor: String)
        case sizeMismatch(tensor: String, expected: Int, found: Int)
        case outOfRange(tensor: String, offset: Int, size: Int, available: Int)

        // Safetensors.
        case headerTooLong(bytes: Int, limit: Int)
        case headerSyntax(offset: Int, expected: String)
        case gapOrOverlap(tensor: String, expectedOffset: Int, found: Int)
        case strayBytes(Int)

        // Zip archives.
        case notAnArchive(reason: String)
        case truncatedArchive(bytes: Int)
        case tooManyEntries(Int, limit: Int)
        case missingEntry(String)
        case duplicateEntry(String)
        case encryptedEntry(String)
        case unsupportedCompression(entry: String, method: Int)
        case compressionRatio(entry: String, ratio: Int, limit: Int)
        case corruptEntry(String, reason: String)

        case unsafeEntryName(String)

        // Pickles, and what lies in them or beside them.
        case unknownFormat
        case foreign(ForeignFormat)
        case wholeModule(module: String, name: String)
        case torchScript
        case tensorsWithoutNames(place: String, count: Int)
        case partsMissing(total: Int, missing: [String])
        case indexedMissing([String])
        case pickleSyntax(offset: Int, expected: String)
        case pickleOpcode(offset: Int, code: UInt8)
        case refusedName(module: String, name: String)
        case pickleLimit(PickleLimit, limit: Int)
        case pickleCycle
        case unexpectedObject(place: String, expected: String)
        case malformedStorage(storage: String, reason: String)
        case viewOutOfRange(tensor: String, needed: Int, available: Int)
        case tensorTooLarge(tensor: String, bytes: Int, limit: Int)
        case tensorsExceedFile(bytes: Int, limit: Int)
        case noTensors

        // OpenVINO IR.
        case xmlEncoding
        case xmlDeclaration(offset: Int)
        case xmlSyntax(line: Int, reason: String)
        case xmlTooDeep(limit: Int)
        case xmlTooManyElements(limit: Int)
        case irVersion(found: String)
        case irElement(line: Int, expected: String)
        case irEdge(layer: String, reason: String)
        case irCycle
        case constantsOverlap(bytes: Int, available: Int)
        case unexpectedLayer(layer: String, type: String, expected: String)
        case unexpectedValue(layer: String, expected: String, found: String)
        case unusedLayer(layer: String, type: String)
    }
}

extension CheckpointError {
    /// What a pickle may not have without bound.
    public enum PickleLimit: Equatable, Sendable {
        case instructions, nodes, items, stack, memo, globals, slices, depth, expandedItems, integerBytes
    }
}

extension CheckpointError {
    /// Whether a pickle was refused for being none, not for what it asks for: a sentence that is read as a pickle
    /// asks for names with spaces.
    var isOfBrokenPickle: Bool {
        switch problem {
        case .refusedName(let module, _): module.contains(" ")
        case .pickleSyntax, .pickleOpcode, .truncated, .strayBytes: true
        default: false
        }
    }
}
