/// What a search knows of a model's latents.
public struct LatentSpace: Sendable {
    public var statistics: LatentStatistics
    /// Guesses latents from a small picture; nil where the model was not prepared.
    public var encoder: FaceEncoder?

    public init(_ statistics: LatentStatistics, encoder: FaceEncoder? = nil) {
        self.statistics = statistics
        self.encoder = encoder
    }
}
