import Files
import Folders
import Imaging

extension ListingError: Worded {
    var wording: String {
        switch self {
        case .nothing(let paths, let skipped):
            "\(paths.map(shown).joined(separator: ", ")): there is no picture in it"
                + (skipped.total > 0 ? ", only \(skipped.wording)" : "") + ". Name a folder with pictures."
        case .outputIsInput(let path):
            "\(shown(path)): the results would be written among the pictures themselves. Choose another --output; one inside "
                + "this folder will do."
        case .nameClash(let place, let first, let second) where first == second:
            "\(shown(first)): its result would be called \(shown(place)), as a folder that other results go to. Rename "
                + "the picture, or run it apart."
        case .nameClash(let place, let first, let second):
            "\(shown(first)) and \(shown(second)): both results would be called \(shown(place)). Rename one, or run them "
                + "apart."
        case .noName(let path):
            "\(shown(path)): this has no file name that a result could be called by. Name a picture file."
        }
    }
}

extension ListingFault: Worded {
    var wording: String {
        switch self {
        case .file(let error): FileError(FilePath(shown(error.path)), error.problem).wording
        case .loop(let path): "\(shown(path)): leads back to a folder above it, and is not followed."
        case .dangling(let path): "\(shown(path)): a link to nothing, which is passed by."
        case .sameFolder(let path):
            "\(shown(path)): the same folder as one that was met before, and taken there."
        case .noMatch(let path): "\(shown(path)): nothing has such a name. Check the pattern."
        }
    }
}

/// A path on one line.
func shown(_ path: FilePath) -> String {
    path.string.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
}

extension SkippedFiles {
    /// "3 hidden, 2 texts, 1 archive", the most of a kind first.
    var wording: String {
        let kinds = counts.map { (count: $0.value, words: $0.key.words(count: $0.value)) }
        return kinds.sorted { ($1.count, $0.words) < ($0.count, $1.words) }.map { "\($0.count) \($0.words)" }
            .joined(separator: ", ")
    }
}

extension SkippedKind {
    /// What stands behind a number.
    fileprivate func words(count: Int) -> String {
        func counted(_ one: String, _ many: String) -> String { count == 1 ? one : many }
        return switch self {
        case .hidden: "hidden"
        case .litter: counted("settings file of a file browser", "settings files of file browsers")
        case .json: "JSON"
        case .otherFormat(let format): "\(format), which is not read"
        case .special: counted("pipe, socket or device", "pipes, sockets or devices")
        case .result: counted("earlier result of pulse", "earlier results of pulse")
        case .other: "of no known kind"
        case .notAPicture(.text): counted("text", "texts")
        case .notAPicture(.webPage): counted("web page", "web pages")
        case .notAPicture(.archive): counted("archive", "archives")
        case .notAPicture(.officeDocument): counted("document", "documents")
        case .notAPicture(.film): counted("film", "films")
        case .notAPicture(.sound): counted("sound recording", "sound recordings")
        case .notAPicture(.program): counted("program", "programs")
        case .notAPicture(.gitPointer): counted("pointer of Git LFS", "pointers of Git LFS")
        case .notAPicture(.appleDouble), .notAPicture(.finderSettings): "of macOS' metadata"
        }
    }
}

extension JournalError: Worded {
    var wording: String {
        switch self {
        case .damaged(let path):
            "\(shown(path)): this journal of what is done cannot be read. Remove it: finished results are known by their "
                + "reports as well."
        case .newer(let path, let version):
            "\(shown(path)): this journal is of format \(version), which a later version of pulse has written. Use that "
                + "one, or choose another --output."
        case .busy(let path):
            "\(shown(path)): another program keeps this journal locked. Wait until it has ended."
        case .unusable(let path, let code):
            "\(shown(path)): the journal of what is done cannot be written (\(systemMessage(code))). Results are in place "
                + "all the same; the next run looks at them again."
        }
    }
}

/// Tells, in a line each, what was met on the way to the pictures.
func printListing(_ listing: InputListing) {
    for fault in listing.faults {
        if fault.isFailure { printError(fault.wording) } else { printNote(fault.wording) }
    }
    if listing.skipped.total > 0 { printNote("passed by, no pictures: \(listing.skipped.wording)") }
}

/// What to say of a picture that is not tried again.
func failedBeforeMessage(_ path: FilePath) -> String {
    "\(shown(path)): failed in an earlier run, and neither the picture nor the options have changed. --retry-failed tries "
        + "again, and says why."
}
