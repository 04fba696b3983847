import Checkpoints
import Foundation
import Generators
import Imaging
import PulseSearch

/// Why a run of `pulse upsample` cannot start.
enum UpsamplePlanError: Error, Equatable {
    case nameClash(name: String, first: String, second: String)
    /// A picture with more pixels than the model's.
    case largerThanModel(file: String, side: Int, model: String, resolution: Int)
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

    /// - Throws: `UpsamplePlanError` where two results would have one name, or the output is not a folder.
    init(inputs: [String], output: String) throws(UpsamplePlanError) {
        folder = URL(fileURLWithPath: output, isDirectory: true)
        files = inputs.map { ($0, URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent) }
        var owners: [String: String] = [:]
        for (file, name) in files {
            if let first = owners.updateValue(file, forKey: name) {
                throw .nameClash(name: name, first: first, second: file)
            }
        }
        try checkOutput()
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

    /// Makes the output folder.
    func makeOutputFolder() throws(UpsamplePlanError) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw .outputUnwritable(path: folder.relativePath, reason: text(of: error))
        }
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
        let destination = folder.appendingPathComponent(name, isDirectory: false)
        try ResultFolder.checkReplaceable(destination)
        return UpsampleInput(
            file: file, name: name, target: target, sha256: try sha256(contentsOf: url),
            destination: destination)
    }
}
