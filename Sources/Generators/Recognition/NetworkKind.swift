import Checkpoints

/// What a network of a checkpoint is, told from the names of its tensors alone.
package enum NetworkKind: Equatable {
    /// Networks by the prefix of their names; either may be absent.
    case styleGAN1(synthesis: String?, mapping: String?)
    /// `root` is what all names of the generator begin with.
    case rosinality(root: String)
    case ada(root: String, synthesis: String, mapping: String)
    case tensorFlowStyleGAN1
    case tensorFlowStyleGAN2
    /// PULSE's `gaussian_fit.pt`.
    case gaussianFit
    /// Known, and not supported.
    case declined(reason: String)

    /// What there is in a table of tensors: one network, or several under prefixes of their own, such as
    /// `generator.` and `generator_ema.`
    package static func all(in network: CheckpointNetwork) -> [NetworkKind] {
        let names = network.tensors.map(\.name)
        let known = Set(names)
        /// What stands before each name that ends so, in the order of the table.
        func prefixes(_ ending: String) -> [String] {
            names.filter { $0 == ending || $0.hasSuffix("." + ending) }.map {
                String($0.dropLast(ending.count))
            }
        }
        /// Before either of two names: where the first is missing, it is missed by its name.
        func prefixes(_ first: String, _ second: String) -> [String] {
            let found = prefixes(first)
            return found + prefixes(second).filter { !found.contains($0) }
        }
        if names.contains(where: { $0.hasPrefix("synthesis/4x4/") }) { return [tensorFlow(names)] }
        if known == ["mean", "std"] { return [.gaussianFit] }
        if names.contains(where: { $0.contains("synthesis.input.freqs") || $0.contains("synthesis.L0_") }) {
            return [
                .declined(
                    reason:
                        "StyleGAN3, whose networks are of another kind; StyleGAN, StyleGAN2 and StyleGAN2-ADA "
                        + "can be imported")
            ]
        }
        if !prefixes("blocks.0.to_style1.weight", "blocks.0.to_noise1.weight").isEmpty {
            return [
                .declined(
                    reason:
                        "a generator of lucidrains' stylegan2_pytorch, which is another network than StyleGAN2: "
                        + "it enlarges bilinearly, adds noise by a linear layer for each channel and has a "
                        + "convolution in front of the first block")
            ]
        }
        let ada = prefixes("b4.const", "b4.conv1.affine.weight").map { synthesis in
            let root = synthesis.hasSuffix("synthesis.") ? String(synthesis.dropLast(10)) : synthesis
            return NetworkKind.ada(root: root, synthesis: synthesis, mapping: root + "mapping.")
        }
        let rosinality = prefixes("input.input", "conv1.conv.modulation.weight").map { root in
            NetworkKind.rosinality(root: root)
        }
        let first = StyleGAN1Checkpoint.marker
        let pulse = pairs(
            prefixes(first, "blocks.4x4.epi1.style_mod.lin.weight"),
            prefixes("dense0.weight", "dense7.weight"))
        return ada + rosinality + pulse
    }

    /// The synthesis and mapping networks of PULSE's names, by their prefixes; those that stand under one root
    /// belong together, and a single one of each does in any case.
    private static func pairs(_ synthesis: [String], _ mapping: [String]) -> [NetworkKind] {
        if synthesis.count <= 1, mapping.count <= 1 {
            return synthesis.isEmpty && mapping.isEmpty
                ? [] : [.styleGAN1(synthesis: synthesis.first, mapping: mapping.first)]
        }
        let found = synthesis.map { prefix in
            let root = styleGAN1Root(prefix)
            return NetworkKind.styleGAN1(
                synthesis: prefix, mapping: mapping.first { styleGAN1Root($0) == root })
        }
        return found.isEmpty ? mapping.map { .styleGAN1(synthesis: nil, mapping: $0) } : found
    }

    /// A prefix of PULSE's names less the name of the network itself.
    package static func styleGAN1Root(_ prefix: String) -> String {
        let endings = ["g_synthesis.", "g_mapping.", "synthesis.", "mapping."]
        return endings.first { prefix.hasSuffix($0) }.map { String(prefix.dropLast($0.count)) } ?? prefix
    }

    /// What all names of the generator begin with.
    package var root: String {
        switch self {
        case .rosinality(let root), .ada(let root, _, _): root
        case .styleGAN1(let synthesis, let mapping):
            [synthesis, mapping].compactMap { $0.map(Self.styleGAN1Root) }.min { $0.count < $1.count } ?? ""
        default: ""
        }
    }

    private static func tensorFlow(_ names: [String]) -> NetworkKind {
        func holds(_ layer: String) -> Bool { names.contains { $0.hasPrefix("synthesis/4x4/\(layer)/") } }
        if holds("Const/StyleMod") { return .tensorFlowStyleGAN1 }
        if holds("ToRGB") { return .tensorFlowStyleGAN2 }
        return .declined(
            reason: names.contains("synthesis/ToRGB_lod0/weight")
                ? "StyleGAN2 of configuration B, C or D, which has no skip connections; E and F can be imported"
                : "StyleGAN2 without skip connections (architecture 'orig' or 'resnet'); only the architecture "
                    + "'skip', which the published generators have, can be imported")
    }

    /// Whether this is a generator or a part of one.
    package var isGenerator: Bool {
        switch self {
        case .gaussianFit, .declined: false
        default: true
        }
    }
}
