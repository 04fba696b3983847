/// What one step of a classic search saw. The losses and the fit are of the point before the step.
public struct ClassicStep: Sendable, Equatable {
    public struct Loss: Sendable, Equatable {
        public var name: LossName
        /// Without its weight.
        public var value: Double
    }

    /// Which candidate, counted from 1.
    public var candidate: Int
    /// Which step, counted from 1.
    public var index: Int
    /// S, how many steps there will be.
    public var total: Int
    /// In the order of the loss expression.
    public var losses: [Loss]
    /// The weighted sum that the optimiser follows.
    public var totalLoss: Double
    /// Mean square difference between the target and D of the picture rounded to 8 bits, in 0…1 units.
    public var fit: Double
    /// The lowest such fit up to now; after the last step that of the final point included.
    public var bestFit: Double
    /// The learning rate of this step.
    public var learningRate: Double
}
