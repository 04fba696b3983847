import Files
import Folders
import Foundation

/// One picture of a job: where it is, what its result is called, and where that goes.
public struct JobInput: Sendable, Hashable {
    public var path: FilePath
    /// The name of its result, in bytes: the file's stem, as a rule.
    public var name: [UInt8]
    /// Folders and name below the output folder, in bytes.
    public var place: [UInt8]
    public var destination: FilePath

    /// The name as text, for messages.
    public var displayName: String { String(decoding: name, as: UTF8.self) }
}

/// The pictures of a job and the folder for their results, checked against each other before any is read.
///
/// Names are compared by their bytes, as the file system does it.
public struct InputList: Sendable {
    public let output: FilePath
    public let inputs: [JobInput]

    /// - Throws: `InputListError`.
    public init(_ paths: [FilePath], output: FilePath) throws(InputListError) {
        try self.init(paths.map { ListedItem(path: $0, name: $0.stemBytes) }, output: output)
    }

    /// Pictures whose results keep the folders that a listing says.
    /// - Throws: `InputListError`.
    public init(_ items: [ListedItem], output: FilePath) throws(InputListError) {
        self.output = output
        inputs = items.map { item in
            JobInput(
                path: item.path, name: item.name, place: item.place,
                destination: item.folder(in: output).appending(bytes: item.name))
        }
        try checkNames()
        try checkDestinations()
        try checkOutput()
    }

    private func checkNames() throws(InputListError) {
        var owners: [[UInt8]: JobInput] = [:]
        for input in inputs {
            guard ![[], Array(".".utf8), Array("..".utf8)].contains(input.name) else {
                throw .noName(input.path)
            }
            if let first = owners.updateValue(input, forKey: input.place) {
                throw .nameClash(name: input.displayName, first: first.path, second: input.path)
            }
        }
    }

    /// No result may take the place of an input, whether it is replaced itself or with a folder above it.
    private func checkDestinations() throws(InputListError) {
        let resolvedOutput = output.resolved
        let known = inputs.map { (resolvedOutput.appending(bytes: $0.place), $0.destination) }
        let destinations = Dictionary(known) { first, _ in first }
        for input in inputs {
            var path = input.path.resolved
            while path.lastComponent != nil {
                if let destination = destinations[path] {
                    throw .replacesInput(destination: destination, input: input.path)
                }
                path.removeLastComponent()
            }
        }
    }

    /// Looks for the nearest part of the output path that exists: it must be a folder one may write to.
    private func checkOutput() throws(InputListError) {
        var existing = output.isAbsolute ? output : FilePath(".").pushing(output)
        var status = stat()
        while existing.withPlatformString({ stat($0, &status) }) != 0 {
            guard existing.lastComponent != nil else { break }
            existing.removeLastComponent()
            if existing.isEmpty { existing = "." }
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .outputIsNotAFolder(existing.lexicallyNormalized())
        }
        guard existing.withPlatformString({ access($0, W_OK | X_OK) }) == 0 else {
            throw .outputUnwritable(output, code: errno)
        }
    }

    /// Makes the output folder where it is missing, and clears it of what killed runs left.
    public func makeOutputFolder() throws(InputListError) {
        do throws(FileError) {
            try makeFolder(output)
        } catch {
            guard case .unwritable(let code) = error.problem else { throw .outputIsNotAFolder(error.path) }
            throw .outputUnwritable(output, code: code)
        }
        Staging.sweep(output)
    }
}

/// Why a list of inputs cannot be worked on.
public enum InputListError: Error, Equatable, Sendable {
    case noName(FilePath)
    case nameClash(name: String, first: FilePath, second: FilePath)
    /// The result's folder would take the place of an input, or of a folder that holds one.
    case replacesInput(destination: FilePath, input: FilePath)
    case outputIsNotAFolder(FilePath)
    case outputUnwritable(FilePath, code: Int32)
}
