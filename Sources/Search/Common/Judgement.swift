/// What a method says about a face that it found, and what it did to the picture afterwards.
///
/// A correction can make any picture fit. These numbers are of the face before it, so that a bad search cannot hide.
public struct Judgement: Codable, Hashable, Sendable {
    /// Root mean square difference of the searched picture, downscaled, from the target, in grey levels 0…255: of the
    /// whole picture, and weighted by the face.
    public var searchedRMS: Double
    public var searchedFaceRMS: Double
    /// How much the target by itself looks like a face that this generator makes, 0…1, told apart at ½; nil where the
    /// model was not prepared for that.
    public var likeness: Double?
    /// Whether the target looks like something that this generator makes: by itself, and by how well a face was found.
    public var isConvincing: Bool
    /// Of how many per cent of the generator's own samples the latents are as likely or likelier; nil where that is not
    /// known.
    public var priorPercentile: Double?
    /// What was taken to have damaged the target; nil for nothing.
    public var inputNoiseKind: InputNoise.Kind?
    /// Standard deviation of that noise, in grey levels 0…255: a face need not be closer to the target than that. Nil for
    /// none, and for salt and pepper.
    public var inputNoise: Double?
    /// Of the compression, where the noise is JPEG's.
    public var jpegQuality: Int?
    /// How many per cent of the target's samples are salt or pepper: no face need have them, and the certificate does not
    /// count them.
    public var outlierPercent: Double?
    /// What the exact fit changed; nil where there was none.
    public var correction: Correction?

    /// How much an exact fit changed the picture.
    public struct Correction: Codable, Hashable, Sendable {
        /// Root mean square in grey levels 0…255: of the whole picture, inside the face and outside.
        public var rms: Double
        public var rmsInside: Double
        public var rmsOutside: Double
        /// How many pixels of the target no picture between black and white downscales to.
        public var unreachable: Int
    }
}
