/// What tells one StyleGAN synthesis network from another.
public struct StyleGAN1Configuration: Codable, Sendable, Hashable {
    /// Channels at 4×4, 8×8, …: [512, 512, 512, 512, 256, 128, 64, 32, 16] at 1024.
    public var channels: [Int]
    /// Length of one latent vector.
    public var styleDim: Int
    /// ε of the instance norm: 10⁻⁵ in PyTorch's networks (PULSE), 10⁻⁸ in NVIDIA's.
    public var epsilon: Float
    /// Whether noise maps are stored with the weights; PULSE's files hold none.
    public var storesNoise: Bool

    public init(channels: [Int], styleDim: Int, epsilon: Float = 1e-5, storesNoise: Bool = false) {
        self.channels = channels
        self.styleDim = styleDim
        self.epsilon = epsilon
        self.storesNoise = storesNoise
    }

    public var resolution: Int { 2 << channels.count }

    /// Two slots and two noise maps at every resolution, all of them live.
    public var specification: GeneratorSpecification {
        let slots = 2 * channels.count
        return GeneratorSpecification(
            family: Self.family, resolution: resolution, latentSize: styleDim, slotCount: slots,
            liveSlots: Array(0..<slots), noiseSides: (0..<slots).map { 4 << ($0 / 2) },
            storesNoise: storesNoise)
    }
}

extension StyleGAN1Configuration {
    /// Name and shape of every tensor of the synthesis network, in the order of the computation.
    ///
    /// The names are those of PULSE's `G_synthesis`; stored noise maps, which that has no place for, are
    /// `….noise.noise`.
    public var tensorShapes: [(name: String, shape: [Int])] {
        var shapes: [(name: String, shape: [Int])] = []
        func epilogue(_ name: String, channels: Int, side: Int) {
            shapes += [
                (name + ".noise.weight", [channels]),
                (name + ".style_mod.lin.weight", [2 * channels, styleDim]),
                (name + ".style_mod.lin.bias", [2 * channels]),
            ]
            if storesNoise { shapes.append((name + ".noise.noise", [side, side])) }
        }
        func convolution(_ name: String, _ inputs: Int, _ outputs: Int) {
            shapes += [(name + ".weight", [outputs, inputs, 3, 3]), (name + ".bias", [outputs])]
        }
        for (i, width) in channels.enumerated() {
            let side = 4 << i
            let block = "blocks.\(side)x\(side)"
            if i == 0 {
                shapes += [(block + ".const", [1, width, 4, 4]), (block + ".bias", [width])]
            } else {
                convolution(block + ".conv0_up", channels[i - 1], width)
            }
            epilogue(block + ".epi1", channels: width, side: side)
            convolution(block + (i == 0 ? ".conv" : ".conv1"), width, width)
            epilogue(block + ".epi2", channels: width, side: side)
        }
        let last = channels[channels.count - 1]
        return shapes + [("torgb.weight", [3, last, 1, 1]), ("torgb.bias", [3])]
    }

    /// Whether the numbers describe a network at all; those of a file on disk are not to be trusted.
    package var isPlausible: Bool {
        (2...9).contains(channels.count) && (1...4096).contains(styleDim)
            && channels.allSatisfy { (1...4096).contains($0) } && epsilon > 0 && epsilon < 1
    }
}
