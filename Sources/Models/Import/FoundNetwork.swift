import Checkpoints
import Generators
import Tensors

/// A synthesis network that an import has read, under the names of the model file.
struct FoundSynthesis {
    /// The file, or the entry of an archive.
    var file: String
    var family: GeneratorFamily
    var configuration: any SynthesisConfiguration
    /// Without the prefix `synthesis.`.
    var tensors: [(name: String, tensor: Tensor<Float>)]
    /// By what it was recognised.
    var evidence: String
    /// Stands for the network in the digest of a model's contents.
    var digest: String
    /// What is known of the publication.
    var known: KnownSource?

    /// What it is called in messages.
    var title: String {
        let side = configuration.specification.resolution
        return "\(family.name) synthesis network, \(side)×\(side)"
    }
}

extension FoundSynthesis {
    /// - Parameter digest: of the files it was read from, where they hold nothing else.
    init(
        _ found: FoundNetworks.Synthesis, of family: GeneratorFamily, file: String, digest: String? = nil,
        known: KnownSource? = nil
    ) {
        self.init(
            file: file, family: family, configuration: found.configuration, tensors: found.tensors,
            evidence: found.evidence, digest: digest ?? Models.digest(of: found.tensors), known: known)
    }
}

/// A mapping network that an import has read.
struct FoundMapping {
    var file: String
    var network: MappingNetwork
    var title: String
    var digest: String
}

extension FoundMapping {
    /// - Parameter digest: of the files it was read from, where they hold nothing else.
    init(_ found: FoundNetworks.Mapping, file: String, digest: String? = nil) {
        self.init(
            file: file, network: found.network, title: found.title,
            digest: digest ?? Models.digest(of: found.network.tensors))
    }
}

/// The mean and standard deviation of LReLU₅(f(z)) that PULSE keeps beside its weights.
struct GaussianFit {
    var file: String
    /// [size] each.
    var mean, standardDeviation: Tensor<Float>
}

/// One digest for tensors under their names, whatever file they came in.
func digest(of tensors: [(name: String, tensor: Tensor<Float>)]) -> String {
    let lines = tensors.map { name, tensor in
        let bytes = tensor.withUnsafeBufferPointer { Array(UnsafeRawBufferPointer($0)) }
        return "\(name) \(tensor.shape) \(sha256(of: FileBytes(bytes, name: name)))\n"
    }
    return sha256(of: FileBytes(Array(lines.joined().utf8), name: "digests"))
}
