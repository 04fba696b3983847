import Foundation
import Generators

/// What a model file holds: the metadata entry `config`, as JSON, read according to the family.
struct ModelConfiguration: Sendable, Hashable {
    var synthesis: SynthesisConfiguration
    /// Absent if the mapping network was not imported.
    var mapping: MappingConfiguration?
    /// Whether the statistics of the latents are there; they may come without the mapping network.
    var hasStatistics: Bool
    /// Whether w̄ is there, the average that the training kept.
    var hasAverage = false

    var isPlausible: Bool {
        synthesis.isPlausible && mapping?.isPlausible ?? true
            && mapping.map { $0.widths.last == synthesis.specification.latentSize } ?? true
    }
}

/// The configuration of a synthesis network, by its family.
enum SynthesisConfiguration: Sendable, Hashable {
    case mobileStyleGAN(MobileStyleGANConfiguration)
    case styleGAN1(StyleGAN1Configuration)
    case styleGAN2(StyleGAN2Configuration)

    /// The family's name, as users write it.
    var family: String {
        switch self {
        case .mobileStyleGAN: "MobileStyleGAN"
        case .styleGAN1: "StyleGAN1"
        case .styleGAN2: "StyleGAN2"
        }
    }

    var specification: GeneratorSpecification {
        switch self {
        case .mobileStyleGAN(let configuration): configuration.specification
        case .styleGAN1(let configuration): configuration.specification
        case .styleGAN2(let configuration): configuration.specification
        }
    }

    /// Shape of every tensor of the synthesis network, by its name without the prefix `synthesis.`.
    var tensorShapes: [String: [Int]] {
        func keyed(_ list: [(name: String, shape: [Int])]) -> [String: [Int]] {
            Dictionary(list.map { ($0.name, $0.shape) }) { first, _ in first }
        }
        return switch self {
        case .mobileStyleGAN(let configuration): configuration.tensorShapes
        case .styleGAN1(let configuration): keyed(configuration.tensorShapes)
        case .styleGAN2(let configuration): keyed(configuration.tensorShapes)
        }
    }

    /// Whether noise maps are stored with the weights.
    var storesNoise: Bool {
        switch self {
        case .mobileStyleGAN: true
        case .styleGAN1(let configuration): configuration.storesNoise
        case .styleGAN2(let configuration): configuration.storesNoise
        }
    }

    /// Whether the numbers describe a network at all; those of a file on disk are not to be trusted.
    var isPlausible: Bool {
        switch self {
        case .mobileStyleGAN(let configuration): configuration.isPlausible
        case .styleGAN1(let configuration): configuration.isPlausible
        case .styleGAN2(let configuration): configuration.isPlausible
        }
    }
}

// MARK: - JSON

extension ModelConfiguration {
    /// - Throws: only if JSON encoding fails.
    func json() throws -> String {
        switch synthesis {
        case .mobileStyleGAN(let configuration):
            try encoded(
                MobileStyleGANRecord(
                    channels: configuration.channels, styleDim: configuration.styleDim,
                    mappingLayers: mapping?.widths.count ?? 0))
        case .styleGAN1(let configuration): try encoded(record(configuration))
        case .styleGAN2(let configuration): try encoded(record(configuration))
        }
    }

    /// - Returns: nil for a family that this version does not know.
    /// - Throws: `DecodingError` for JSON that is not the family's.
    init?(family: String, json: String) throws {
        let data = Data(json.utf8)
        switch family {
        case "MobileStyleGAN":
            let record = try JSONDecoder().decode(MobileStyleGANRecord.self, from: data)
            self.init(record)
        case "StyleGAN1":
            let record = try JSONDecoder().decode(Record<StyleGAN1Configuration>.self, from: data)
            self.init(record, .styleGAN1(record.synthesis))
        case "StyleGAN2":
            let record = try JSONDecoder().decode(Record<StyleGAN2Configuration>.self, from: data)
            self.init(record, .styleGAN2(record.synthesis))
        default: return nil
        }
    }

    private init<Synthesis>(_ record: Record<Synthesis>, _ synthesis: SynthesisConfiguration) {
        self.init(
            synthesis: synthesis, mapping: record.mapping, hasStatistics: record.statistics,
            hasAverage: record.average)
    }

    /// The shape in which this family was written before there were others.
    private init(_ record: MobileStyleGANRecord) {
        let layers = max(record.mappingLayers, 0)
        self.init(
            synthesis: .mobileStyleGAN(
                MobileStyleGANConfiguration(channels: record.channels, styleDim: record.styleDim)),
            mapping: layers == 0
                ? nil
                : MappingConfiguration(
                    latentSize: record.styleDim,
                    widths: Array(repeating: record.styleDim, count: min(layers, 1000))),
            hasStatistics: layers > 0)
    }

    private func record<Synthesis>(_ synthesis: Synthesis) -> Record<Synthesis> {
        Record(synthesis: synthesis, mapping: mapping, statistics: hasStatistics, average: hasAverage)
    }

    private func encoded(_ record: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(record), as: UTF8.self)
    }
}

private struct Record<Synthesis: Codable>: Codable {
    var synthesis: Synthesis
    var mapping: MappingConfiguration?
    var statistics: Bool
    var average: Bool
}

private struct MobileStyleGANRecord: Codable {
    var channels: [Int]
    var styleDim: Int
    /// Demodulation is multiplied into the weights.
    var demodulationFolded = true
    /// Noise maps are stored with the weights.
    var noiseBaked = true
    /// Linear layers of the mapping network; 0 if it was not imported.
    var mappingLayers: Int
    /// Learning-rate and He scaling are multiplied into the mapping network's weights.
    var foldedScaling = true
}
