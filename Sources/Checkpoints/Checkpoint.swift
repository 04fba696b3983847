import Foundation

/// A file of weights in any of the formats that trainers write, told apart by content: safetensors, PyTorch's
/// archives and its older files, and the pickles of NVIDIA's StyleGAN repositories.
///
/// Opening reads names and shapes; numbers are read when a tensor is asked for. Nothing in the file is executed.
public struct Checkpoint: Sendable {
    public enum Format: String, Sendable {
        case safetensors
        case torchArchive = "PyTorch"
        case torchLegacy = "PyTorch before 1.6"
        case pickle = "Python pickle"
    }

    /// The file as the caller named it.
    public let file: String
    public let format: Format
    /// The networks in the file, in its order.
    public let networks: [CheckpointNetwork]
    /// Tensors that stand beside networks or alone, by the keys that lead to them joined with dots: `latent_avg`;
    /// an empty name for a file that is one tensor, `0`, `1`, … for a list.
    public let looseTensors: [(name: String, tensor: CheckpointTensor)]
    /// Where tensors lie in a list, without their names, and how many: nothing can be made of them.
    public let unnamed: [(place: String, count: Int)]
    /// Names of entries with neither, such as optimisers and settings; of an archive's, too.
    public let otherEntries: [String]
    /// Everything in the file, as data.
    public let root: CheckpointValue

    /// The largest file that is read, in bytes.
    public static let sizeLimit = 8 << 30
    /// The largest description of an archive's contents, in bytes, if the archive itself is smaller.
    static let descriptionLimit = 64 << 20

    /// Opens a file and finds the networks in it.
    /// - Throws: ``CheckpointError`` if the file is damaged, of no known format, asks for anything but weights,
    ///   or holds no tensor.
    public init(contentsOf url: URL) throws(CheckpointError) {
        try self.init(FileBytes(reading: url, limit: Self.sizeLimit))
    }

    /// Opens a file that is in memory.
    /// - Throws: as ``init(contentsOf:)``.
    public init(_ file: FileBytes) throws(CheckpointError) {
        let start = file.withBytes { Array($0.prefix(9)) }
        if ZipArchive.begins(start) {
            try self.init(archive: ZipArchive(file))
        } else if start.count == 9, start[8] == UInt8(ascii: "{"), start[6] == 0, start[7] == 0 {
            try self.init(safetensors: SafetensorsFile(file))
        } else if start.first == 0x80 {
            try self.init(pickle: file)
        } else if let first = start.first, Self.earlyPickleStarts.contains(first) {
            do throws(CheckpointError) {
                try self.init(pickle: file)
            } catch {
                // The first protocols are written in letters, as other texts are.
                guard error.isOfBrokenPickle, let other = ForeignFormat(file) else { throw error }
                throw CheckpointError(file: file.name, problem: .foreign(other))
            }
        } else {
            let other = ForeignFormat(file)
            throw CheckpointError(file: file.name, problem: other.map { .foreign($0) } ?? .unknownFormat)
        }
    }

    /// What pickles of protocols 0 and 1 begin with; later ones begin with a mark and the protocol's number.
    private static let earlyPickleStarts = Set("(c]})".utf8)

    private init(safetensors: SafetensorsFile) throws(CheckpointError) {
        var entries: [CheckpointValue.Entry] = []
        for name in safetensors.names {
            let tensor = try safetensors.checkpointTensor(name)
            entries.append(.init(key: .string(name), value: .tensor(tensor)))
        }
        try self.init(
            .dictionary(entries), format: .safetensors, file: safetensors.file.name,
            size: safetensors.file.count, attributes: safetensors.metadata.mapValues { .string($0) })
    }

    private init(archive: ZipArchive) throws(CheckpointError) {
        let torch = try TorchArchive(archive)
        try self.init(
            torch.root, format: .torchArchive, file: archive.file, size: archive.fileSize, attributes: [:],
            others: torch.otherEntries)
    }

    private init(pickle file: FileBytes) throws(CheckpointError) {
        var budget = PickleBudget()
        let graph = try PickleMachine.graph(of: file, in: 0..<file.count, budget: &budget)
        let (value, format): (CheckpointValue, Format)
        if TorchLegacyFile.begins(graph) {
            let torch = try TorchLegacyFile(file, in: 0..<file.count, budget: &budget)
            let values = PickleValues(graph: torch.graph, storages: torch.storages, budget: budget)
            (value, format) = (try values.value(torch.graph.root), .torchLegacy)
        } else {
            guard graph.end == file.count else {
                throw CheckpointError(file: file.name, problem: .strayBytes(file.count - graph.end))
            }
            let values = PickleValues(graph: graph, storages: .none, budget: budget)
            (value, format) = (try values.value(graph.root), .pickle)
        }
        try self.init(value, format: format, file: file.name, size: file.count, attributes: [:])
    }

    init(
        _ root: CheckpointValue, format: Format, file: String, size: Int,
        attributes: [String: CheckpointValue], others: [String] = []
    ) throws(CheckpointError) {
        var finder = NetworkFinder(file: file)
        try finder.search(root, attributes: attributes)
        guard !finder.networks.isEmpty || !finder.looseTensors.isEmpty else {
            throw CheckpointError(file: file, problem: finder.unnamed.first.map(Self.nameless) ?? .noTensors)
        }
        try finder.checkTotal(fileSize: size)
        self.file = file
        self.format = format
        self.root = root
        networks = finder.networks
        looseTensors = finder.looseTensors
        unnamed = finder.unnamed
        otherEntries = finder.otherEntries + others
    }

    /// - Throws: ``CheckpointError`` if the file's tensors lie in a list, without their names.
    public func checkNames() throws(CheckpointError) {
        if networks.isEmpty, looseTensors.count > 1, looseTensors.allSatisfy({ Int($0.name) != nil }) {
            throw CheckpointError(
                file: file, problem: .tensorsWithoutNames(place: "", count: looseTensors.count))
        }
        if let list = unnamed.first { throw CheckpointError(file: file, problem: Self.nameless(list)) }
    }

    private static func nameless(_ list: (place: String, count: Int)) -> CheckpointError.Problem {
        .tensorsWithoutNames(place: list.place, count: list.count)
    }

    /// The network at a path, or nil where there is none.
    public func network(_ path: String) -> CheckpointNetwork? { networks.first { $0.path == path } }
}
