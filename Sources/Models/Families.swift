import Generators

extension GeneratorFamily {
    /// The families that models can be of.
    public static let all: [GeneratorFamily] = [
        .mobileStyleGAN,
        .styleGAN1,
        .styleGAN2,
    ]
}
