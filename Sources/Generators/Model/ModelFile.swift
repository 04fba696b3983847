import Checkpoints
import Foundation

/// What the string metadata of a model file says.
///
/// A model file is a safetensors file with the tensors `synthesis.*`, and, where the mapping network was
/// there to import, `mapping.layers.K.weight` [size, size] and `mapping.layers.K.bias` [size] for K from 1,
/// and `latent.mean`, `latent.std`, `latent.eigenvalues`, `latent.eigenvectors` of ``LatentStatistics``.
struct ModelMetadata: Sendable {
    static let format = "pulse-model"
    static let formatVersion = "1"

    var name: String
    var family: String
    var configuration: ModelConfiguration
    /// Names of the files that were imported.
    var source: String
    /// Their SHA-256 digests, in the same order.
    var sourceSHA256: String
    /// One digest for the networks in them, the same whether they came in an archive or not.
    var contentSHA256: String
    var licence: String
    var biases: String

    /// The metadata as it is stored.
    /// - Throws: only if JSON encoding fails.
    func encoded() throws -> [String: String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return [
            "format": Self.format, "formatVersion": Self.formatVersion, "name": name, "family": family,
            "config": String(decoding: try encoder.encode(configuration), as: UTF8.self),
            "source": source, "sourceSHA256": sourceSHA256,
            "contentSHA256": contentSHA256, "licence": licence, "biases": biases,
        ]
    }

    /// - Throws: ``ModelError`` if the file is not a model file, or of another format version.
    init(of file: SafetensorsFile, name fileName: String) throws(ModelError) {
        func value(_ key: String) throws(ModelError) -> String {
            guard let value = file.metadata[key] else {
                throw .notAModel(file: fileName, reason: "its metadata has no '\(key)'")
            }
            return value
        }
        guard try value("format") == Self.format else {
            throw .notAModel(file: fileName, reason: "its metadata names another format")
        }
        let version = try value("formatVersion")
        guard version == Self.formatVersion else {
            throw .newerFormat(file: fileName, version: version)
        }
        guard
            let configuration = try? JSONDecoder().decode(
                ModelConfiguration.self, from: Data(try value("config").utf8)),
            configuration.synthesis.isPlausible
        else { throw .notAModel(file: fileName, reason: "its configuration is malformed") }
        self.configuration = configuration
        (name, family) = (try value("name"), try value("family"))
        (source, sourceSHA256) = (try value("source"), try value("sourceSHA256"))
        contentSHA256 = try value("contentSHA256")
        (licence, biases) = (try value("licence"), try value("biases"))
    }

    init(
        name: String, family: String, configuration: ModelConfiguration, source: String,
        sourceSHA256: String, contentSHA256: String, licence: String, biases: String
    ) {
        self.name = name
        self.family = family
        self.configuration = configuration
        self.source = source
        self.sourceSHA256 = sourceSHA256
        self.contentSHA256 = contentSHA256
        self.licence = licence
        self.biases = biases
    }
}

/// The metadata entry `config`, as JSON.
struct ModelConfiguration: Codable, Sendable, Hashable {
    var channels: [Int]
    var styleDim: Int
    /// Demodulation is multiplied into the weights.
    var demodulationFolded: Bool
    /// Noise maps are stored with the weights.
    var noiseBaked: Bool
    /// Linear layers of the mapping network; 0 if it was not imported.
    var mappingLayers: Int
    /// Learning-rate and He scaling are multiplied into the mapping network's weights.
    var foldedScaling: Bool

    var synthesis: MobileStyleGANConfiguration {
        MobileStyleGANConfiguration(channels: channels, styleDim: styleDim)
    }
}
