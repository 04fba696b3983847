import Checkpoints

extension CheckpointNetwork {
    /// What a generator is that people have, and that is of no family here; nil for anything else.
    package var foreignGenerator: DeclinedNetwork? {
        let names = tensors.map(\.name)
        if names.contains(where: { $0.contains("synthesis.input.freqs") || $0.contains("synthesis.L0_") }) {
            return DeclinedNetwork(
                "StyleGAN3, whose networks are of another kind",
                supported: "StyleGAN, StyleGAN2 and StyleGAN2-ADA")
        }
        if !prefixes("blocks.0.to_style1.weight", or: "blocks.0.to_noise1.weight").isEmpty {
            return DeclinedNetwork(
                "a generator of lucidrains' stylegan2_pytorch, which is another network than StyleGAN2: "
                    + "it enlarges bilinearly, adds noise by a linear layer for each channel and has a "
                    + "convolution in front of the first block")
        }
        return nil
    }
}
