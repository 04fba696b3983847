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
    case other

    package init(_ network: CheckpointNetwork) {
        let names = network.tensors.map(\.name)
        let known = Set(names)
        /// What stands before the first name that ends so.
        func prefix(_ ending: String) -> String? {
            names.first { $0 == ending || $0.hasSuffix("." + ending) }.map {
                String($0.dropLast(ending.count))
            }
        }
        if known.contains("synthesis/4x4/Const/const") {
            self = Self.tensorFlow(known)
        } else if known == ["mean", "std"] {
            self = .gaussianFit
        } else if names.contains(where: {
            $0.contains("synthesis.input.freqs") || $0.contains("synthesis.L0_")
        }) {
            self = .declined(
                reason:
                    "StyleGAN3, whose networks are of another kind; StyleGAN, StyleGAN2 and StyleGAN2-ADA "
                    + "can be imported")
        } else if prefix("blocks.0.to_style1.weight") != nil || prefix("blocks.0.to_noise1.weight") != nil {
            self = .declined(
                reason:
                    "a generator of lucidrains' stylegan2_pytorch, which is another network than StyleGAN2: "
                    + "it enlarges bilinearly, adds noise by a linear layer for each channel and has a "
                    + "convolution in front of the first block")
        } else if let synthesis = prefix("b4.const") {
            let root = synthesis.hasSuffix("synthesis.") ? String(synthesis.dropLast(10)) : synthesis
            self = .ada(root: root, synthesis: synthesis, mapping: root + "mapping.")
        } else if let root = prefix("input.input"), known.contains(root + "conv1.conv.modulation.weight") {
            self = .rosinality(root: root)
        } else {
            let (synthesis, mapping) = (prefix(StyleGAN1Checkpoint.marker), prefix("dense0.weight"))
            self =
                synthesis == nil && mapping == nil
                ? .other : .styleGAN1(synthesis: synthesis, mapping: mapping)
        }
    }

    private static func tensorFlow(_ names: Set<String>) -> NetworkKind {
        if names.contains("synthesis/4x4/Const/StyleMod/weight") { return .tensorFlowStyleGAN1 }
        if names.contains("synthesis/4x4/ToRGB/weight") { return .tensorFlowStyleGAN2 }
        return .declined(
            reason: names.contains("synthesis/ToRGB_lod0/weight")
                ? "StyleGAN2 of configuration B, C or D, which has no skip connections; E and F can be imported"
                : "StyleGAN2 without skip connections (architecture 'orig' or 'resnet'); only the architecture "
                    + "'skip', which the published generators have, can be imported")
    }

    /// Whether this is a generator or a part of one.
    package var isGenerator: Bool {
        switch self {
        case .gaussianFit, .declined, .other: false
        default: true
        }
    }
}
