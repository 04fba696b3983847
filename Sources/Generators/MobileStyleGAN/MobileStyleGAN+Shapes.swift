extension MobileStyleGANConfiguration {
    /// Whether the numbers describe a network at all; those of a file on disk are not to be trusted.
    package var isPlausible: Bool {
        (2...10).contains(channels.count) && (1...4096).contains(styleDim)
            && channels.allSatisfy { (1...4096).contains($0) }
            && channels.dropLast().allSatisfy { $0 % 4 == 0 }
    }

    /// Name, without the prefix `synthesis.`, and shape of every tensor of the synthesis network.
    package var tensorShapes: [(name: String, shape: [Int])] {
        var shapes: [(name: String, shape: [Int])] = []
        func modulation(_ name: String, _ channels: Int) {
            shapes += [
                (name + ".modulation.weight", [channels, styleDim]), (name + ".modulation.bias", [channels]),
            ]
        }
        func noiseAndBias(_ name: String, _ channels: Int, side: Int) {
            shapes += [
                (name + ".noise.weight", [1]), (name + ".noise.noise", [1, 1, side, side]),
                (name + ".bias", [1, channels, 1, 1]),
            ]
        }
        func separable(_ name: String, _ inputs: Int, _ outputs: Int, side: Int) {
            shapes += [
                (name + ".conv.weight_dw", [inputs, 1, 3, 3]),
                (name + ".conv.weight_permute", [outputs, inputs, 1, 1]),
            ]
            modulation(name + ".conv", inputs)
            noiseAndBias(name, outputs, side: side)
        }
        shapes += [
            ("input.input", [1, channels[0], 4, 4]), ("conv1.conv.weight", [channels[0], channels[0], 3, 3]),
        ]
        modulation("conv1.conv", channels[0])
        noiseAndBias("conv1", channels[0], side: 4)
        for (index, (inputs, outputs)) in zip(channels, channels.dropFirst()).enumerated() {
            let name = "layers.\(index)"
            modulation(name + ".up", inputs)
            separable(name + ".conv1", inputs / 4, outputs, side: 8 << index)
            separable(name + ".conv2", outputs, outputs, side: 8 << index)
        }
        let (last, width) = ("layers.\(channels.count - 2).to_img", channels[channels.count - 1])
        shapes.append((last + ".conv.weight", [12, width, 1, 1]))
        modulation(last + ".conv", width)
        return shapes + [(last + ".bias", [1, 12, 1, 1])]
    }
}
