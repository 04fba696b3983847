import Checkpoints
import Engine
import Files
import Foundation
import Search
import Tensors

/// What the searches for one input have come to, on the disk, so that a job that was killed goes on from there.
///
/// `FOLDER/.pulse-searches/KEY/K.safetensors` is candidate K's, about 140 KB in fast mode; KEY is the digest of all that
/// decides the bits. It is a convenience: what cannot be written is not, and what cannot be read is searched for again.
package final class SavedSearches {
    package static let folderName = ".pulse-searches"
    /// A search that took less time since it was saved is not worth a file.
    private static let interval = 3.0
    /// After so many seconds a state is nobody's any more.
    private static let lifetime = 7 * 86_400.0

    private let parent: FilePath
    private let folder: FilePath
    private let clock = ContinuousClock()
    private var saved: ContinuousClock.Instant

    /// - Parameters:
    ///   - folder: that the result goes to.
    ///   - settings: everything besides the input that decides its result.
    package init(in folder: FilePath, sha256: String, settings: String) {
        parent = folder.appending(SavedSearches.folderName)
        let identity = [sha256, settings, Kernels.default.name, pulseVersion].joined(separator: "\n")
        self.folder = parent.appending(String(Files.sha256(of: Data(identity.utf8)).prefix(32)))
        saved = clock.now
    }

    /// Has searches go on from what was saved of them.
    /// - Returns: after how many steps each goes on; 0 where it begins.
    package func resume(_ searches: [any CandidateSearch]) -> [Int] {
        saved = clock.now
        guard kind(of: folder) == .folder else { return searches.map { _ in 0 } }
        return searches.map { search in
            if let state = SearchState(contentsOf: path(search.candidate)) { try? search.resume(from: state) }
            return search.completedSteps
        }
    }

    /// Saves what searches have come to, if it would be a pity to lose that.
    /// - Parameter ends: whether this is the last time; then a second's work is worth it.
    package func save(_ searches: [any CandidateSearch], atEnd ends: Bool = false) {
        guard (clock.now - saved) / .seconds(1) > (ends ? 1 : SavedSearches.interval) else { return }
        defer { saved = clock.now }
        guard (try? makeFolder(folder)) != nil else { return }
        for search in searches {
            guard let state = search.state else { continue }
            try? writeSafetensors(
                state.tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
                metadata: state.numbers.mapValues { String($0.bitPattern, radix: 16) },
                to: path(search.candidate))
        }
    }

    /// Removes what was saved: the result is in place, or nobody wants it.
    package func discard() {
        try? removeTree(folder)
        _ = parent.withPlatformString { rmdir($0) }  // succeeds only where nothing is in it
    }

    /// Removes what no run has come back for.
    package static func sweep(_ folder: FilePath) {
        let parent = folder.appending(folderName)
        for name in (try? entries(of: parent)) ?? [] {
            let path = parent.appending(name)
            if let time = changed(path), Date().timeIntervalSince1970 - time > lifetime {
                try? removeTree(path)
            }
        }
    }

    private func path(_ candidate: Int) -> FilePath { folder.appending("\(candidate).safetensors") }
}

extension SearchState {
    /// - Returns: nil where there is none that is complete.
    fileprivate init?(contentsOf path: FilePath) {
        guard let bytes = try? FileBytes(reading: path, limit: 1 << 26),
            let file = try? SafetensorsFile(bytes)
        else {
            return nil
        }
        var tensors: [String: Tensor<Float>] = [:]
        for name in file.names {
            guard let tensor = try? file.tensor(name) else { return nil }
            tensors[name] = tensor
        }
        self.init(
            numbers: file.metadata.compactMapValues { UInt64($0, radix: 16).map { Double(bitPattern: $0) } },
            tensors: tensors)
    }
}
