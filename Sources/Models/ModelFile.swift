import Checkpoints
import Foundation
import Generators

/// What the string metadata of a model file says.
///
/// A model file is a safetensors file with the tensors `synthesis.*`, under the names that the family's
/// configuration lists, and what there was to import of: `mapping.layers.K.weight` [outputs, inputs] and
/// `mapping.layers.K.bias` [outputs] for K from 1, `mapping.classes` [classes, size]; `latent.mean`, `latent.std`,
/// `latent.eigenvalues`, `latent.eigenvectors` of ``LatentStatistics``; `latent.average` [size], the w̄ that
/// the training kept.
struct ModelMetadata: Sendable {
    static let format = "pulse-model"
    static let formatVersion = "1"

    var name: String
    var family: GeneratorFamily
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
        [
            "format": Self.format, "formatVersion": Self.formatVersion, "name": name,
            "family": family.name, "config": try family.json(configuration),
            "source": source, "sourceSHA256": sourceSHA256,
            "contentSHA256": contentSHA256, "licence": licence, "biases": biases,
        ]
    }

    /// - Throws: ``ModelError`` if the file is not a model file, or of another format version.
    init(
        of file: SafetensorsFile, name fileName: String, families: [GeneratorFamily] = GeneratorFamily.all
    ) throws(ModelError) {
        func value(_ key: String) throws(ModelError) -> String {
            guard let value = file.metadata[key] else {
                throw .notAModel(file: fileName, .metadataMissing(key: key))
            }
            return value
        }
        guard try value("format") == Self.format else {
            throw .notAModel(file: fileName, .anotherFormat)
        }
        let version = try value("formatVersion")
        guard version == Self.formatVersion else {
            throw .newerFormat(file: fileName, version: version)
        }
        let (familyName, json) = (try value("family"), try value("config"))
        guard let family = families.first(where: { $0.name == familyName }) else {
            throw .notAModel(file: fileName, .unknownFamily(familyName))
        }
        do {
            configuration = try family.configuration(json: json)
        } catch {
            throw .notAModel(file: fileName, .configuration)
        }
        guard configuration.isPlausible else {
            throw .notAModel(file: fileName, .configuration)
        }
        self.family = family
        name = try value("name")
        (source, sourceSHA256) = (try value("source"), try value("sourceSHA256"))
        contentSHA256 = try value("contentSHA256")
        (licence, biases) = (try value("licence"), try value("biases"))
    }

    init(
        name: String, family: GeneratorFamily, configuration: ModelConfiguration, source: String,
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
