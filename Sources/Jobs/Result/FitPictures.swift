import Degradation
import Imaging
import Tensors

/// How a face fits its input, as pictures: the face made small again, and in what that differs from the input.
package struct FitPictures {
    /// D(face), of the input's size.
    package let small: Picture
    /// D(face) − input, [3, h, w], intensities.
    private let residual: Tensor<Double>

    package init(of picture: Picture, input: Picture, degradation: any Degradation) {
        let again: Tensor<Float> = picture.eachChannel(degradation.targetSize) { degradation.apply($0) }
        small = Picture(again)
        var low = picture.degraded(by: degradation)
        let target: Tensor<Double> = input.tensor()
        for i in 0..<low.count { low[i] -= target[i] }
        residual = low
    }

    /// Mid-grey where there is no difference, brighter where the face is brighter, `scale` times as much.
    package func difference(scale: Int) -> Picture {
        Picture(residual.map { Float(0.5 + $0 * Double(scale)) })
    }
}
