import CKernels

/// Bytes of one generator's workspace, added up from the shapes of its layers before any is made.
///
/// Each method stands for the initialiser of the type of its name, and must allocate in numbers what that does in
/// memory. What the layers share (scratch, staged products, the gradients' two blocks) counts once, at its largest.
package struct WorkspaceFootprint: Sendable, Hashable {
    /// Activations to be.
    package struct Activations {
        package let channels, side: Int
        /// Floats, padding included.
        let count: Int
        /// Which of the two blocks is to hold their gradient.
        var turn = 0
        fileprivate var padded: Int { roundedToBlocks(channels) }
    }

    private var own = 0
    private var scratchStride = 0
    private var staged = 0
    private var gradients = [0, 0]

    package init() {}

    package func bytes(threads: Int) -> Int {
        ([scratchStride * threads, staged] + gradients)
            .reduce(own) { $0 + AlignedFloats.bytes(count: $1) }
    }

    /// A block of floats.
    package mutating func floats(_ count: Int) { own += AlignedFloats.bytes(count: count) }

    /// Noise inputs whose maps are given and whose gradients are wanted, the most that a search asks for.
    package mutating func noise(sides: [Int]) {
        for side in sides {
            floats(side * side)
            floats(side * side)
        }
    }

    // MARK: Dense layers

    package mutating func blocked(channels: Int, side: Int) -> Activations {
        let count = roundedToBlocks(channels) * side * side
        floats(count)
        return Activations(channels: channels, side: side, count: count)
    }

    package mutating func constant(_ output: Activations) {
        floats(output.channels)
        statistics(of: output, tiles: 1)
    }

    /// - Parameter hasBare: whether other activations lend their memory to what is between convolution and blur.
    package mutating func convolution(
        from input: Activations, to output: inout Activations,
        upsampling: ConvolutionWeights.Upsampling = .none, blurs: Bool = false, usesOffset: Bool = false,
        usesOutputGain: Bool = false, hasBare: Bool = false, isNormalised: Bool = false
    ) {
        let blursInTurn = blurs && !hasBare
        output.turn = blursInTurn ? input.turn : 1 - input.turn
        gradient(of: input)
        if blursInTurn { gradients[1 - output.turn] = max(gradients[1 - output.turn], output.count) }
        for _ in 0..<(usesOffset ? 5 : 3) { floats(input.padded) }
        for _ in 0..<(usesOutputGain ? 2 : 0) { floats(output.padded) }

        var shape = ck_convolution()
        (shape.height, shape.width) = (Int32(input.side), Int32(input.side))
        (shape.channels_in, shape.channels_out) = (Int32(input.padded), Int32(output.padded))
        shape.upsampling = upsampling.rawValue
        shape.winograd = input.side >= ConvolutionWeights.winogradSide(upsampling) ? 1 : 0
        let tiles = Int(ck_convolution_tiles(&shape, 1))
        floats(tiles * 2 * input.padded)
        if usesOutputGain { floats(tiles * output.padded) }
        if isNormalised {
            var blur = ck_blur()
            blur.height = Int32(output.side)
            let tiles = blurs ? ck_blur_tiles(&blur) : ck_convolution_tiles(&shape, 0)
            statistics(of: output, tiles: Int(tiles))
        }
        reserveScratch(ck_convolution_scratch(&shape))
        staged = max(staged, ck_convolution_staged(&shape))
    }

    package mutating func rgb(
        reading input: Activations, usesOffset: Bool = false, isOnlyReader: Bool = false
    ) {
        if isOnlyReader { floats(3 * input.padded) } else { gradient(of: input) }
        for _ in 0..<(usesOffset ? 5 : 3) { floats(input.padded) }
        var shape = ck_rgb()
        (shape.height, shape.width) = (Int32(input.side), Int32(input.side))
        floats(Int(ck_rgb_tiles(&shape)) * 2 * input.padded)
    }

    private mutating func statistics(of activations: Activations, tiles: Int) {
        floats(tiles * 4 * activations.padded)
        for _ in 0..<2 { floats(activations.padded) }
    }

    private mutating func gradient(of input: Activations) {
        gradients[input.turn] = max(gradients[input.turn], input.count)
    }

    // MARK: Separable layers

    package mutating func planes(channels: Int, side: Int) -> Activations {
        let count = Engine.Activations.floats(channels: channels, height: side, width: side)
        floats(count)
        return Activations(channels: channels, side: side, count: count)
    }

    /// - Parameter output: of the input's side, or of twice that, with a quarter of its channels in between.
    package mutating func separable(from input: Activations, to output: Activations) {
        var shape = ck_separable()
        shape.haar = input.side == output.side ? 0 : 1
        shape.channels_in = Int32(input.side == output.side ? input.channels : input.channels / 4)
        shape.channels_out = Int32(output.channels)
        (shape.height, shape.width) = (Int32(output.side), Int32(output.side))
        let rows = SeparableLayer.tileRows(height: output.side, width: output.side)
        shape.rows = Int32(rows)
        for _ in 0..<2 { floats(input.channels) }
        floats((output.side + rows - 1) / rows * input.channels)
        reserveScratch(ck_separable_scratch(&shape))
    }

    package mutating func image(reading input: Activations) {
        var shape = ck_image()
        shape.channels_in = Int32(input.channels)
        (shape.height, shape.width) = (Int32(input.side), Int32(input.side))
        let rows = ImageLayer.tileRows(height: input.side)
        shape.rows = Int32(rows)
        for _ in 0..<2 { floats(input.channels) }
        floats((input.side + rows - 1) / rows * input.channels)
        reserveScratch(ck_image_scratch(&shape))
    }

    private mutating func reserveScratch(_ count: Int) {
        scratchStride = max(scratchStride, Workspace.scratchStride(count))
    }
}
