import Tensors

/// The losses that compare the downscaled picture with the target: their values and their gradients.
///
/// Both are means that stop mattering at eps: max(mean, eps), whose gradient passes where mean ≥ eps and is
/// zero below. What is not a number stays that.
///
/// Source: PULSE, loss.py.
struct PixelLoss<Scalar: BinaryFloatingPoint & Sendable> {
    /// y, [3, s, s] in 0…1.
    let target: Tensor<Scalar>
    let eps: Scalar

    /// mean (x − y)².
    func meanSquare(_ lowRes: Tensor<Scalar>) -> Double {
        var sum = 0.0
        for i in 0..<target.count {
            let difference = Double(lowRes[i] - target[i])
            sum += difference * difference
        }
        return sum / Double(target.count)
    }

    /// mean |x − y|.
    func meanAbsolute(_ lowRes: Tensor<Scalar>) -> Double {
        var sum = 0.0
        for i in 0..<target.count { sum += Double(abs(lowRes[i] - target[i])) }
        return sum / Double(target.count)
    }

    /// max(mean square, eps).
    /// - Parameter dLowRes: receives in addition weight·∂/∂x, [3, s, s].
    func l2(_ lowRes: Tensor<Scalar>, weight: Double, dLowRes: inout Tensor<Scalar>) -> Double {
        let mean = Scalar(meanSquare(lowRes))
        if mean < eps { return Double(eps) }
        let factor = Scalar(2 * weight / Double(target.count))
        for i in 0..<target.count { dLowRes[i] += factor * (lowRes[i] - target[i]) }
        return Double(mean)
    }

    /// 10 max(mean absolute difference, eps).
    /// - Parameter dLowRes: receives in addition weight·∂/∂x, [3, s, s].
    func l1(_ lowRes: Tensor<Scalar>, weight: Double, dLowRes: inout Tensor<Scalar>) -> Double {
        let mean = Scalar(meanAbsolute(lowRes))
        if mean < eps { return 10 * Double(eps) }
        let factor = Scalar(10 * weight / Double(target.count))
        for i in 0..<target.count {
            let difference = lowRes[i] - target[i]
            if difference != 0 { dLowRes[i] += difference > 0 ? factor : -factor }
        }
        return 10 * Double(mean)
    }
}
