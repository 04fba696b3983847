import Checkpoints
import Files
import Foundation
import Imaging
import Jobs
import Models
import Search

/// Why a run of `pulse upsample` cannot start.
enum UpsamplePlanError: Error, Equatable {
    case nameClash(name: String, first: String, second: String)
    /// A picture with more pixels than the model's.
    case largerThanModel(file: String, side: Int, model: String, resolution: Int)
    /// The result's folder would take the place of an input, or of a folder that holds one.
    case replacesInput(destination: String, input: String)
    case outputIsNotAFolder(path: String)
    case outputUnwritable(path: String, reason: String)
}

extension UpsamplePlanError: CustomStringConvertible {
    var description: String {
        switch self {
        case .nameClash(let name, let first, let second) where first == second:
            "\(first): named twice, and both results would be called '\(name)'. Name it once."
        case .nameClash(let name, let first, let second):
            "\(first) and \(second): both results would be called '\(name)'. Rename one, or run them apart."
        case .largerThanModel(let file, let side, let model, let resolution):
            "\(file): is \(side)×\(side), and the model \(model) makes pictures of \(resolution)×\(resolution) only. "
                + "Make the picture smaller, or choose another --model."
        case .replacesInput(let destination, let input):
            "\(destination): the result would be written there, where the input \(input) is. Choose another --output."
        case .outputIsNotAFolder(let path):
            "\(path): this is not a folder. Choose another --output."
        case .outputUnwritable(let path, let reason):
            "\(path): cannot be written (\(reason)). Choose an --output you may write to."
        }
    }
}

/// An input that was read and found fit to search for.
struct UpsampleInput {
    /// The file as the user named it.
    var file: String
    var name: String
    var target: Target
    var sha256: String
    /// Where its results go.
    var destination: URL
}

/// What a run of `pulse upsample` would do, checked before any work starts.
struct UpsamplePlan {
    let folder: URL
    private let files: [(file: String, name: String)]
    /// Of the results to come; nil where it is yet to be drawn.
    private let seed: UInt64?
    /// Whether results of other inputs or seeds may be replaced.
    private let force: Bool

    /// - Throws: `UpsamplePlanError` where two results would have one name, or the output is not a folder.
    init(inputs: [String], output: String, seed: UInt64?, force: Bool) throws(UpsamplePlanError) {
        (self.seed, self.force) = (seed, force)
        folder = URL(fileURLWithPath: output, isDirectory: true)
        files = inputs.map { ($0, URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent) }
        var owners: [String: String] = [:]
        for (file, name) in files {
            if let first = owners.updateValue(file, forKey: name) {
                throw .nameClash(name: name, first: first, second: file)
            }
        }
        try checkOutput()
        try checkDestinations()
    }

    private func destination(of name: String) -> URL {
        folder.appendingPathComponent(name, isDirectory: false)
    }

    /// No result may take the place of an input, whether it is replaced itself or with a folder above it.
    private func checkDestinations() throws(UpsamplePlanError) {
        let names = files.map { (FilePath(destination(of: $0.name)).resolved, $0.name) }
        let destinations = Dictionary(names) { first, _ in first }
        for (file, _) in files {
            var path = FilePath(URL(fileURLWithPath: file)).resolved
            while path.lastComponent != nil {
                if let name = destinations[path] {
                    throw .replacesInput(destination: destination(of: name).relativePath, input: file)
                }
                path.removeLastComponent()
            }
        }
    }

    /// Looks for the nearest part of the output path that exists: it must be a folder one may write to.
    private func checkOutput() throws(UpsamplePlanError) {
        var existing = folder.absoluteURL.standardizedFileURL
        var isFolder: ObjCBool = false
        while !FileManager.default.fileExists(atPath: existing.path, isDirectory: &isFolder) {
            let parent = existing.deletingLastPathComponent()
            guard parent.path != existing.path else { break }
            existing = parent
        }
        guard isFolder.boolValue else { throw .outputIsNotAFolder(path: existing.path) }
        guard access(existing.path, W_OK | X_OK) == 0 else {
            throw .outputUnwritable(path: folder.relativePath, reason: String(cString: strerror(errno)))
        }
    }

    /// Makes the output folder, and clears it of what killed runs left.
    func makeOutputFolder() throws(FileError) {
        try makeFolder(FilePath(folder))
        Staging.sweep(FilePath(folder))
    }

    /// Reads every input; says what is wrong with those that cannot be searched for, and gives nil for them.
    func prepareInputs(for model: Model) -> [UpsampleInput?] {
        files.map { file, name in
            do {
                let input = try prepare(file, name: name)
                let (side, limit) = (input.target.side, model.specification.resolution)
                guard side <= limit else {
                    throw UpsamplePlanError.largerThanModel(
                        file: file, side: side, model: model.name, resolution: limit)
                }
                return input
            } catch {
                printError(text(of: error))
                return nil
            }
        }
    }

    private func prepare(_ file: String, name: String) throws -> UpsampleInput {
        let url = URL(fileURLWithPath: file)
        let target = try Target(Picture(contentsOf: url), name: file)
        let destination = destination(of: name)
        let sha256 = try sha256(contentsOf: url)
        if force {
            try ResultFolder.checkReplaceable(destination)
        } else {
            try ResultFolder.checkReplaceable(destination, byResultOf: sha256, seed: seed)
        }
        return UpsampleInput(
            file: file, name: name, target: target, sha256: sha256, destination: destination)
    }
}
