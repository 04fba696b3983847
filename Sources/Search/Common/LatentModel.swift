import Tensors

/// The Gaussianised W+: w_l = LReLU₀.₂(σ∘z_l + μ), where z is standard normal.
///
/// LReLU₅ undoes the mapping network's last activation; μ and σ are the mean and the standard deviation of
/// what it leaves, so that σ∘z + μ is distributed like the network's last pre-activation, coordinate by
/// coordinate.
///
/// Source: PULSE (Menon et al., CVPR 2020), section 3.2 and its code.
struct LatentModel<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    /// μ, [latentSize].
    let mean: Tensor<Scalar>
    /// σ, [latentSize].
    let standardDeviation: Tensor<Scalar>

    init(mean: Tensor<Scalar>, standardDeviation: Tensor<Scalar>) {
        precondition(
            mean.shape.count == 1 && mean.shape == standardDeviation.shape, "μ and σ differ in shape")
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// - Parameters:
    ///   - z: [L, latentSize], or [1, latentSize] for one vector shared by all layers.
    ///   - w: receives [L, latentSize].
    func forward(z: Tensor<Scalar>, w: inout Tensor<Scalar>) {
        let size = mean.count
        checkShapes(z, w)
        let tiled = z.shape[0] == 1
        w.withUnsafeMutableBufferPointer { w in
            for i in w.indices {
                let k = i % size
                let activation = z[tiled ? k : i] * standardDeviation[k] + mean[k]
                w[i] = activation > 0 ? activation : activation * slope()
            }
        }
    }

    /// - Parameters:
    ///   - z: as given to `forward`.
    ///   - dW: ∂loss/∂w, [L, latentSize].
    ///   - dZ: receives ∂loss/∂z, in z's shape; a shared vector receives the sum over the layers.
    func backward(z: Tensor<Scalar>, dW: Tensor<Scalar>, dZ: inout Tensor<Scalar>) {
        let size = mean.count
        checkShapes(z, dW)
        precondition(dZ.shape == z.shape, "dZ has another shape than z")
        let tiled = z.shape[0] == 1
        dZ.withUnsafeMutableBufferPointer { dZ in
            dZ.update(repeating: 0)
            for i in 0..<dW.count {
                let k = i % size
                let position = tiled ? k : i
                let activation = z[position] * standardDeviation[k] + mean[k]
                let dActivation = activation > 0 ? dW[i] : dW[i] * slope()
                dZ[position] += dActivation * standardDeviation[k]
            }
        }
    }

    private func slope() -> Scalar { 0.2 }

    private func checkShapes(_ z: Tensor<Scalar>, _ w: Tensor<Scalar>) {
        precondition(w.shape.count == 2 && w.shape[1] == mean.count, "w is not [L, latentSize]")
        precondition(
            z.shape == w.shape || z.shape == [1, mean.count], "z fits neither w nor one shared vector")
    }
}
