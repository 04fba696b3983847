/// What a model file holds: its metadata entry `config`, read by the family.
package struct ModelConfiguration: Sendable {
    package var synthesis: any SynthesisConfiguration
    /// Absent if the mapping network was not imported.
    package var mapping: MappingConfiguration?
    /// Whether the statistics of the latents are there; they may come without the mapping network.
    package var hasStatistics: Bool
    /// Whether w̄ is there, the average that the training kept.
    package var hasAverage: Bool

    package init(
        synthesis: any SynthesisConfiguration, mapping: MappingConfiguration?, hasStatistics: Bool,
        hasAverage: Bool = false
    ) {
        self.synthesis = synthesis
        self.mapping = mapping
        self.hasStatistics = hasStatistics
        self.hasAverage = hasAverage
    }

    /// Whether the numbers describe networks at all, and such as belong together.
    package var isPlausible: Bool {
        guard synthesis.isPlausible else { return false }
        guard let mapping else { return true }
        return mapping.isPlausible && mapping.widths.last == synthesis.specification.latentSize
    }
}

/// The JSON of a model configuration.
package protocol ModelRecord: Codable {
    /// Nil for a configuration of another family.
    init?(_ configuration: ModelConfiguration)

    var configuration: ModelConfiguration { get }
}

/// What model files say of themselves, but for the family that was there before there were others.
struct StandardRecord<Synthesis: SynthesisConfiguration>: ModelRecord {
    var synthesis: Synthesis
    var mapping: MappingConfiguration?
    var statistics: Bool
    var average: Bool

    init?(_ configuration: ModelConfiguration) {
        guard let synthesis = configuration.synthesis as? Synthesis else { return nil }
        self.synthesis = synthesis
        mapping = configuration.mapping
        statistics = configuration.hasStatistics
        average = configuration.hasAverage
    }

    var configuration: ModelConfiguration {
        ModelConfiguration(
            synthesis: synthesis, mapping: mapping, hasStatistics: statistics, hasAverage: average)
    }
}
