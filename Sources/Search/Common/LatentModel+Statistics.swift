import Generators

extension LatentModel {
    /// PULSE's model of a generator's latents: a Gaussian with the measured mean and deviation of each component.
    public init(_ statistics: LatentStatistics) {
        self.init(
            mean: statistics.mean.map { Scalar($0) },
            standardDeviation: statistics.standardDeviation.map { Scalar($0) })
    }
}
