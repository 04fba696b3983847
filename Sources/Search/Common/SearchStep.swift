/// What one step of a search saw. The losses and the fit are of the point before the step, and finite.
public struct SearchStep: Sendable, Equatable {
    /// Which candidate, counted from 1.
    public var candidate: Int
    /// Which step, counted from 1.
    public var index: Int
    /// How many steps there will be at most.
    public var total: Int
    /// The losses that the method follows, without their weights.
    public var losses: NamedLosses
    /// The weighted sum that the optimiser follows.
    public var totalLoss: Double
    /// Mean square difference between the target and the degraded picture, in 8 bits where the method measures that, in 0…1
    /// units.
    public var fit: Double
    /// The lowest such fit up to now; after the last step that of the final point included.
    public var bestFit: Double
    /// The learning rate of this step.
    public var learningRate: Double
    /// What this step took, measured by its search: steps of other candidates do not count, though they may run at the
    /// same time.
    public var seconds: Double

    public init(
        candidate: Int, index: Int, total: Int, losses: NamedLosses, totalLoss: Double, fit: Double,
        bestFit: Double, learningRate: Double, seconds: Double
    ) {
        self.candidate = candidate
        self.index = index
        self.total = total
        self.losses = losses
        self.totalLoss = totalLoss
        self.fit = fit
        self.bestFit = bestFit
        self.learningRate = learningRate
        self.seconds = seconds
    }
}

/// A few losses by their names. The values are held inline and the names are shared by all steps of a search, so that a
/// step allocates nothing.
public struct NamedLosses: Sendable, Equatable {
    /// Most losses that one search can name.
    public static let limit = 8

    public let names: [String]
    private var values = SIMD8<Double>(repeating: 0)

    /// - Parameter names: at most `limit`, each once. All losses are 0.
    public init(_ names: [String]) {
        precondition(
            names.count <= NamedLosses.limit, "a step holds no more than \(NamedLosses.limit) losses")
        self.names = names
    }

    /// The loss at a position among `names`.
    public subscript(position: Int) -> Double {
        get {
            precondition(position >= 0 && position < names.count)
            return values[position]
        }
        set {
            precondition(position >= 0 && position < names.count)
            values[position] = newValue
        }
    }

    /// The loss of that name; `nil` if there is none.
    public subscript(name: String) -> Double? { names.firstIndex(of: name).map { values[$0] } }

    public var byName: [String: Double] {
        Dictionary(names.enumerated().map { ($1, values[$0]) }) { first, _ in first }
    }
}
