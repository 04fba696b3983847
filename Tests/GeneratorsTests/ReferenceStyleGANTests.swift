import Generators
import ReferenceOps
import TestSupport
import Testing

/// The reference generators give the originals' numbers in Double: pictures and gradients.
///
/// The weights come as the import reads them, which leaves those of PULSE and of ADA as they are. Others it brings
/// into another scale, rounded once more.
@Suite struct ReferenceStyleGANTests {
    @Test func styleGAN1MatchesThePULSEModules() throws {
        let tiny = TinyStyleGAN.styleGAN1
        let file = try tiny.imported("stylegan1-synthesis.pt")
        let generator = ReferenceStyleGAN1<Double>(
            channels: tiny.channels, epsilon: 1e-5, tensor: file.synthesis)
        try expectOriginal(generator, tiny)
    }

    @Test func styleGAN1MatchesTheTensorFlowNetwork() throws {
        let tiny = TinyStyleGAN.styleGAN1
        let file = try tiny.imported("stylegan1.pkl")
        let generator = ReferenceStyleGAN1<Double>(
            channels: tiny.channels, epsilon: 1e-8, tensor: file.synthesis)
        expectClose(
            thinned(StyleGANRun.image(generator, tiny, noise: .baked)),
            try tiny.golden().tensor("image.tensorflow"), absolute: 1e-10, "stored noise")
    }

    @Test(arguments: [
        (TinyStyleGAN.ada, "stylegan2-ada.pkl", 1e-10), (.styleGAN2, "stylegan2-rosinality.pt", 5e-7),
        (.styleGAN2, "stylegan2.pkl", 5e-7),
    ])
    func styleGAN2MatchesTheOriginals(_ tiny: TinyStyleGAN, _ name: String, _ tolerance: Double) throws {
        let file = try tiny.imported(name)
        let generator = ReferenceStyleGAN2<Double>(
            channels: tiny.channels, clamp: tiny.clamp, tensor: file.synthesis)
        try expectOriginal(generator, tiny, tolerance: tolerance)
        expectClose(
            thinned(StyleGANRun.image(generator, tiny, noise: .baked)),
            try tiny.golden().tensor("image.baked"), absolute: tolerance, "stored noise")
    }

    private func expectOriginal(
        _ generator: some ReferenceGenerator<Double>, _ tiny: TinyStyleGAN, tolerance: Double = 1e-10
    ) throws {
        let golden = try tiny.golden()
        let run = StyleGANRun(generator, tiny, without: 3)
        expectClose(thinned(run.image), try golden.tensor("image"), absolute: tolerance, "picture")
        expectClose(
            run.dW, try golden.tensor("dW"), absolute: 10 * tolerance, relative: tolerance, "latent gradient")
        for (i, map) in run.dNoise.enumerated() {
            guard i != 3 else { continue }
            try expectClose(
                thinned(#require(map)), golden.tensor("dNoise.\(i)"), absolute: 10 * tolerance,
                relative: tolerance, "noise \(i)")
        }
        #expect(run.dNoise[3] == nil)
        expectClose(
            thinned(StyleGANRun.image(generator, tiny, noise: .zero)), try golden.tensor("image.zero"),
            absolute: tolerance, "no noise")
    }
}
