import Generators

/// A place to search at: a generator, and the memory that searches taking turns on it share.
public final class SearchSeat {
    public let generator: any Generator
    /// Of what a search does without the generator, while that waits.
    let threads: Int
    private var workspace: SearchWorkspace<Float>?

    /// - Parameters:
    ///   - generator: used by nobody else meanwhile.
    ///   - threads: that the generator has, including the calling one; changes no result.
    public init(_ generator: any Generator, threads: Int = 1) {
        precondition(threads >= 1, "a search runs on one thread at least")
        (self.generator, self.threads) = (generator, threads)
    }

    /// The memory of a step, the same for searches of the same shape.
    func workspace(_ shape: SearchWorkspace<Float>.Shape) -> SearchWorkspace<Float> {
        if let workspace, workspace.shape == shape { return workspace }
        // What nobody uses any more goes before the new one comes.
        workspace = nil
        let made = SearchWorkspace<Float>(shape)
        workspace = made
        return made
    }
}
