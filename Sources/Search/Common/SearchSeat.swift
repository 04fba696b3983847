import Generators

/// A place to search at: a generator, and the memory that searches taking turns on it share.
public final class SearchSeat {
    public let generator: any Generator
    private var workspace: SearchWorkspace<Float>?

    /// - Parameter generator: used by nobody else meanwhile.
    public init(_ generator: any Generator) { self.generator = generator }

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
