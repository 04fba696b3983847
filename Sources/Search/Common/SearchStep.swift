/// What one step of a classic search saw. The losses and the fit are of the point before the step.
public struct ClassicStep: Sendable, Equatable {
    /// The losses that the expression names, without their weights. Held inline: a step allocates nothing.
    public struct Losses: Sendable, Equatable {
        public var l2: Double?
        public var l1: Double?
        public var geocross: Double?

        public subscript(name: LossName) -> Double? {
            get {
                switch name {
                case .l2: l2
                case .l1: l1
                case .geocross: geocross
                }
            }
            set {
                switch name {
                case .l2: l2 = newValue
                case .l1: l1 = newValue
                case .geocross: geocross = newValue
                }
            }
        }

        /// Values by the names that the expression uses.
        public var byName: [String: Double] {
            var values: [String: Double] = [:]
            for name in LossName.allCases { values[name.rawValue] = self[name] }
            return values
        }
    }

    /// Which candidate, counted from 1.
    public var candidate: Int
    /// Which step, counted from 1.
    public var index: Int
    /// S, how many steps there will be.
    public var total: Int
    public var losses: Losses
    /// The weighted sum that the optimiser follows.
    public var totalLoss: Double
    /// Mean square difference between the target and D of the picture rounded to 8 bits, in 0…1 units.
    public var fit: Double
    /// The lowest such fit up to now; after the last step that of the final point included.
    public var bestFit: Double
    /// The learning rate of this step.
    public var learningRate: Double
}
