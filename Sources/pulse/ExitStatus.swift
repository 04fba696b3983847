/// How a command ended, as scripts see it. Throwing one ends the command without a further message.
enum ExitStatus: Int32, Error {
    case success = 0
    /// Everything is written, but some input has no accepted candidate, or no face.
    case unaccepted = 1
    /// Something could not be done: a usage error, a bad file, a disk that is full.
    case failure = 2
    case interrupted = 130

    /// The status of a run whose parts ended in `self` and `other`: the graver of the two.
    func combined(with other: ExitStatus) -> ExitStatus { rawValue >= other.rawValue ? self : other }
}
