/// Where the numbers of a PyTorch file lie: beside its pickle, by key.
enum TorchStorages {
    /// A pickle that is not PyTorch's; it may not refer to anything.
    case none
    case archive(ZipArchive, folder: String, isBigEndian: Bool)
    case table([String: NumberStorage])

    /// - Throws: ``CheckpointError`` if there is no storage of that key, or if it is of another size or type.
    func storage(_ reference: StorageReference, file: String) throws(CheckpointError) -> NumberStorage {
        func malformed(_ reason: String) -> CheckpointError {
            CheckpointError(file: file, problem: .malformedStorage(storage: reference.key, reason: reason))
        }
        switch self {
        case .none: throw malformed("this file has no storages")
        case .archive(let archive, let folder, let isBigEndian):
            guard reference.view == nil else {
                throw malformed("it is a part of another one, which archives of this format do not have")
            }
            let name = "\(folder)data/\(reference.key)"
            let size = try archive.storedSize(of: name)
            let (expected, overflow) = reference.count.multipliedReportingOverflow(
                by: reference.type.byteCount)
            guard !overflow, size == expected else {
                throw malformed(
                    "it claims \(reference.count) numbers of \(reference.type), and \(size) bytes are there")
            }
            return NumberStorage(
                file: archive.file, elementType: reference.type, count: reference.count,
                isBigEndian: isBigEndian, source: .entry(archive, name: name))
        case .table(let storages):
            guard let storage = storages[reference.key] else { throw malformed("it is not there") }
            guard storage.elementType.byteCount == reference.type.byteCount else {
                throw malformed("it is used as numbers of two sizes")
            }
            return try storage.retyped(reference.type).part(reference.view, malformed)
        }
    }
}

/// What a pickle says of a storage that lies beside it.
struct StorageReference {
    var key: String
    var type: ElementType
    /// How many numbers it has.
    var count: Int
    /// The part that is meant, as files before PyTorch 0.4 have it: first number and how many.
    var view: (start: Int, count: Int)?
}

extension NumberStorage {
    /// The same bytes as numbers of another type; a rest that does not fill a number is left out.
    func retyped(_ type: ElementType) -> NumberStorage {
        NumberStorage(
            file: file, elementType: type, count: byteCount / type.byteCount, isBigEndian: isBigEndian,
            source: source)
    }

    fileprivate func part(
        _ view: (start: Int, count: Int)?, _ malformed: (String) -> CheckpointError
    ) throws(CheckpointError) -> NumberStorage {
        guard let view else { return self }
        guard view.start >= 0, view.count >= 0, view.start <= count, view.count <= count - view.start,
            case .bytes(let bytes, let start) = source
        else { throw malformed("a view reaches beyond it") }
        return NumberStorage(
            file: file, elementType: elementType, count: view.count, isBigEndian: isBigEndian,
            source: .bytes(bytes, start: start + view.start * elementType.byteCount))
    }
}
