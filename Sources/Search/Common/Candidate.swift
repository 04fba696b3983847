import Generators
import Imaging
import Tensors

/// A candidate: the point of one search whose picture fits the target best.
public struct Candidate: Sendable {
    /// How a candidate's search came to its end.
    public enum Ending: String, CaseIterable, Codable, Sendable {
        /// The method was content.
        case converged
        /// All steps were taken.
        case budget
        /// Nobody asked for the remaining steps.
        case interrupted
        /// Its numbers stopped being finite; the candidate is the best point before that.
        case diverged
    }

    /// Counted from 1.
    public var number: Int
    /// The picture in 8 bits, as it is to be saved.
    public var picture: Picture
    /// Latents of the live slots, [liveSlots, latentSize].
    public var w: Tensor<Float>
    /// One entry for each of the generator's noise inputs.
    public var noise: [NoiseMap]
    /// Mean square difference between the degraded picture and the target, in 0…1 units.
    public var fit: Double
    /// After how many steps the search was at this point; 0 is the start.
    public var bestAfter: Int
    /// Steps the search had taken when asked.
    public var steps: Int
    /// What those steps took.
    public var seconds: Double
    public var ending: Ending
    /// What the method says about the searched face; nil where it judges by the fit alone.
    public var judgement: Judgement?
    /// Which samples of the target say nothing of the face, [3, s, s]; nil for none.
    public var ignored: [Bool]?

    public init(
        number: Int, picture: Picture, w: Tensor<Float>, noise: [NoiseMap], fit: Double, bestAfter: Int,
        steps: Int, seconds: Double, ending: Ending, judgement: Judgement? = nil
    ) {
        self.number = number
        self.picture = picture
        self.w = w
        self.noise = noise
        self.fit = fit
        self.bestAfter = bestAfter
        self.steps = steps
        self.seconds = seconds
        self.ending = ending
        self.judgement = judgement
    }

    /// Root mean square difference in grey levels, 0…255.
    public var rms: Double { 255 * fit.squareRoot() }
}
