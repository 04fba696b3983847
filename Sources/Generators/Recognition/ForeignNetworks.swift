import Checkpoints

extension CheckpointNetwork {
    /// Why a generator that people have, and that no family here is, cannot be imported; nil for anything else.
    package var foreignGenerator: String? {
        let names = tensors.map(\.name)
        if names.contains(where: { $0.contains("synthesis.input.freqs") || $0.contains("synthesis.L0_") }) {
            return "StyleGAN3, whose networks are of another kind; StyleGAN, StyleGAN2 and StyleGAN2-ADA "
                + "can be imported"
        }
        if !prefixes("blocks.0.to_style1.weight", or: "blocks.0.to_noise1.weight").isEmpty {
            return "a generator of lucidrains' stylegan2_pytorch, which is another network than StyleGAN2: "
                + "it enlarges bilinearly, adds noise by a linear layer for each channel and has a "
                + "convolution in front of the first block"
        }
        return nil
    }
}
