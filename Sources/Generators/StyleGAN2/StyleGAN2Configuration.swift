/// What tells one StyleGAN2 synthesis network (with skip connections) from another.
public struct StyleGAN2Configuration: Codable, Sendable, Hashable {
    /// Channels at 4×4, 8×8, …: [512, 512, 512, 512, 512, 256, 128, 64, 32] in config-f at 1024.
    public var channels: [Int]
    /// Length of one latent vector.
    public var styleDim: Int
    /// The largest magnitude of an activation, and of each RGB layer's output; nil where nothing is clamped.
    /// StyleGAN2-ADA trains with 256 and clamps in single precision as well.
    public var clamp: Float?
    /// Whether noise maps are stored with the weights; the oldest of rosinality's files hold none.
    public var storesNoise: Bool

    public init(channels: [Int], styleDim: Int, clamp: Float? = nil, storesNoise: Bool = true) {
        self.channels = channels
        self.styleDim = styleDim
        self.clamp = clamp
        self.storesNoise = storesNoise
    }

    private enum CodingKeys: CodingKey {
        case channels, styleDim, clamp, storesNoise
    }

    /// Files that were written when every one held noise maps do not say so.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        channels = try values.decode([Int].self, forKey: .channels)
        styleDim = try values.decode(Int.self, forKey: .styleDim)
        clamp = try values.decodeIfPresent(Float.self, forKey: .clamp)
        storesNoise = try values.decodeIfPresent(Bool.self, forKey: .storesNoise) ?? true
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(channels, forKey: .channels)
        try values.encode(styleDim, forKey: .styleDim)
        try values.encodeIfPresent(clamp, forKey: .clamp)
        if !storesNoise { try values.encode(false, forKey: .storesNoise) }
    }

    public var resolution: Int { 2 << channels.count }

    /// A slot for every layer and one for the last RGB layer; the other RGB layers share the next layer's.
    public var specification: GeneratorSpecification {
        let slots = 2 * channels.count
        return GeneratorSpecification(
            family: Self.family, resolution: resolution, latentSize: styleDim, slotCount: slots,
            liveSlots: Array(0..<slots),
            noiseSides: [4] + (1..<channels.count).flatMap { [4 << $0, 4 << $0] },
            storesNoise: storesNoise)
    }
}

extension StyleGAN2Configuration {
    /// Name and shape of every tensor of the synthesis network, in the order of the computation.
    ///
    /// The names are StyleGAN2-ADA's: the only ones of the three in use that say the resolution of every layer and
    /// carry no unit axes, and the official ones since.
    public var tensorShapes: [(name: String, shape: [Int])] {
        var shapes: [(name: String, shape: [Int])] = []
        func styled(_ name: String, _ inputs: Int, _ outputs: Int, kernel: Int, side: Int?) {
            shapes += [
                (name + ".affine.weight", [inputs, styleDim]), (name + ".affine.bias", [inputs]),
                (name + ".weight", [outputs, inputs, kernel, kernel]), (name + ".bias", [outputs]),
            ]
            guard let side else { return }
            shapes.append((name + ".noise_strength", []))
            if storesNoise { shapes.append((name + ".noise_const", [side, side])) }
        }
        for (i, width) in channels.enumerated() {
            let side = 4 << i
            if i == 0 {
                shapes.append(("b4.const", [width, 4, 4]))
            } else {
                styled("b\(side).conv0", channels[i - 1], width, kernel: 3, side: side)
            }
            styled("b\(side).conv1", width, width, kernel: 3, side: side)
            styled("b\(side).torgb", width, 3, kernel: 1, side: nil)
        }
        return shapes
    }

    /// Whether the numbers describe a network at all; those of a file on disk are not to be trusted.
    package var isPlausible: Bool {
        (2...9).contains(channels.count) && (1...4096).contains(styleDim)
            && channels.allSatisfy { (1...4096).contains($0) } && clamp.map { $0 > 0 } ?? true
    }
}
