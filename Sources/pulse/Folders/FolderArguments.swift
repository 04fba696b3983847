import ArgumentParser
import Files
import Folders
import Foundation

/// The options of commands that work on many pictures, as typed.
struct FolderArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Also the pictures and folders whose paths are in this file, one a line; - reads standard input. Their folders are kept below the output folder.",
            valueName: "list"), completion: .file())
    var fromFile: FilePath?

    @Flag(
        name: [.long, .customShort("0")],
        help: "The list has a zero byte behind each path, as 'find -print0' writes.")
    var null = false

    @Flag(help: "Try again what failed in an earlier run with the same bytes and options.")
    var retryFailed = false

    func validate() throws {
        guard !null || fromFile != nil else {
            throw ValidationError("--null says how the list of --from-file is written, which is missing.")
        }
    }

    /// Whether there is more to do than to take the files that are named.
    func isNeeded(for inputs: [FilePath]) -> Bool {
        fromFile != nil || InputListing.isNeeded(for: inputs)
    }

    /// Finds the pictures; nil where files are named one by one, which need no journal.
    /// - Throws: `FileError`, `ListingError`.
    func listing(of inputs: [FilePath], output: FilePath, results: ResultMarks) throws -> InputListing? {
        guard isNeeded(for: inputs) else { return nil }
        let list = try fromFile.map { try PathList(contentsOf: $0, isNullSeparated: null) }
        return try InputListing(inputs, list: list, output: output, results: results)
    }

    /// - Parameter force: whether what is done is done again.
    func policy(force: Bool) -> RedoPolicy { RedoPolicy(everything: force, failed: retryFailed) }
}
