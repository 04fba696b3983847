import Foundation
import Tensors

/// Says from a small view of a photograph how the square of an aligned face lies to that view: a network learned from the
/// generator's own pictures, moved, turned and pixelated.
public struct FacePlacement: Sendable {
    /// From a view to the face's own square.
    public struct Answer: Sendable, Equatable {
        /// In sides of the view, along its axes.
        public var right, down: Double
        /// How many times as large.
        public var scale: Double
        /// Clockwise, in radians.
        public var turn: Double
    }

    package let chain: LayerChain

    /// Side of the views that it looks at.
    public var side: Int { chain.side }

    /// - Returns: nil where the network does not give four numbers.
    public init?(_ chain: LayerChain) {
        guard chain.outputs == 4 else { return nil }
        self.chain = chain
    }

    /// - Parameter view: [3, side, side] in 0…1.
    public func callAsFunction(_ view: Tensor<Float>) -> Answer {
        let x = chain(FaceLikeness.standardised(view))
        return Answer(
            right: Double(x[0]), down: Double(x[1]), scale: exp(Double(x[2])), turn: Double(x[3]))
    }
}
