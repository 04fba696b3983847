/// PyTorch's format since version 1.6: an archive with a pickle `data.pkl` and, beside it, one uncompressed
/// entry `data/KEY` for each storage, all in one folder of any name.
///
/// Source: `torch.serialization._save`; `caffe2/serialize/inline_container.h`.
struct TorchArchive {
    let root: CheckpointValue
    /// Names of the archive's entries that are no part of the format, unread.
    let otherEntries: [String]

    /// - Throws: ``CheckpointError`` for anything the format does not allow.
    init(_ archive: ZipArchive) throws(CheckpointError) {
        let pickles = archive.entries.map(\.name).filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
        guard let name = pickles.first else {
            throw CheckpointError(file: archive.file, problem: .missingEntry("data.pkl"))
        }
        guard pickles.count == 1 else {
            throw CheckpointError(file: archive.file, problem: .duplicateEntry("data.pkl"))
        }
        let folder = String(name.dropLast("data.pkl".count))
        let limit = max(archive.fileSize, Checkpoint.descriptionLimit)
        root = try Self.value(of: archive.read(name, limit: limit), in: archive, folder: folder)
        let known = ["data.pkl", "byteorder", "version", ".format_version", ".storage_alignment"].map {
            folder + $0
        }
        otherEntries = archive.entries.map(\.name).filter { name in
            !known.contains(name) && !name.hasSuffix("/") && !name.hasPrefix(folder + "data/")
                && !name.hasPrefix(folder + ".data/")
        }
    }

    /// What a pickle means whose storages are the entries of an archive.
    static func value(
        of pickle: FileBytes, in archive: ZipArchive, folder: String
    ) throws(CheckpointError) -> CheckpointValue {
        var budget = PickleBudget()
        let graph = try PickleMachine.graph(of: pickle, in: 0..<pickle.count, budget: &budget)
        guard graph.end == pickle.count else {
            throw CheckpointError(file: pickle.name, problem: .strayBytes(pickle.count - graph.end))
        }
        let storages = TorchStorages.archive(
            archive, folder: folder, isBigEndian: try isBigEndian(archive, folder: folder))
        let values = PickleValues(graph: graph, storages: storages, budget: budget)
        return try values.value(graph.root)
    }

    /// What the entry `byteorder` says; archives without it are little-endian.
    private static func isBigEndian(
        _ archive: ZipArchive, folder: String
    ) throws(CheckpointError) -> Bool {
        let name = "\(folder)byteorder"
        guard archive.entries.contains(where: { $0.name == name }) else { return false }
        let text = try archive.read(name, limit: 16).withBytes { String(decoding: $0, as: UTF8.self) }
        switch text {
        case "little": return false
        case "big": return true
        default:
            throw CheckpointError(
                file: archive.file, problem: .unexpectedObject(place: name, expected: "little or big"))
        }
    }
}
