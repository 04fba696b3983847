import Foundation
import Tensors

/// How a gradient becomes a step. The formulas and constants are PyTorch's defaults.
public enum OptimizerKind: String, CaseIterable, Codable, Sendable {
    /// Kingma & Ba, "Adam" (ICLR 2015): β 0.9 and 0.999, ε 10⁻⁸ added outside the root.
    case adam
    /// Plain gradient descent.
    case sgd
    /// Gradient descent with momentum 0.9, neither damped nor Nesterov's.
    case sgdm
    /// Adam's variant with the infinity norm, same source.
    case adamax
}

/// The state of one parameter's optimiser.
struct Optimizer<Scalar: BinaryFloatingPoint & Sendable> {
    let kind: OptimizerKind
    /// Steps taken.
    var time = 0
    /// The running mean of the gradient; for `sgdm` its momentum; unused by `sgd`.
    var mean: Tensor<Scalar>
    /// The running mean of the squared gradient; for `adamax` the decaying maximum; else unused.
    var scale: Tensor<Scalar>

    /// Adam's β₂: how much of the squared gradient's mean is kept in a step.
    private let decay: Double

    init(_ kind: OptimizerKind, count: Int, decay: Double = 0.999) {
        self.kind = kind
        self.decay = decay
        mean = Tensor(zeros: [kind == .sgd ? 0 : count])
        scale = Tensor(zeros: [kind == .adam || kind == .adamax ? count : 0])
    }

    /// Takes one step.
    /// - Parameters:
    ///   - rate: the learning rate of this step.
    ///   - next: receives where the step leads; of the parameter's size.
    mutating func step(
        from parameter: Tensor<Scalar>, gradient: Tensor<Scalar>, rate: Double,
        into next: inout Tensor<Scalar>
    ) {
        precondition(parameter.count == gradient.count, "the gradient has another size than the parameter")
        precondition(parameter.count == next.count, "the result has another size than the parameter")
        time += 1
        switch kind {
        case .adam: adam(parameter, gradient, rate, &next)
        case .sgd: descend(parameter, along: gradient, rate, &next)
        case .sgdm:
            accumulateMomentum(gradient)
            descend(parameter, along: mean, rate, &next)
        case .adamax: adamax(parameter, gradient, rate, &next)
        }
    }

    private mutating func adam(
        _ parameter: Tensor<Scalar>, _ gradient: Tensor<Scalar>, _ rate: Double, _ next: inout Tensor<Scalar>
    ) {
        let (beta1, beta2) = (0.9, decay)
        let stepSize = Scalar(rate / (1 - pow(beta1, Double(time))))
        let correction = Scalar((1 - pow(beta2, Double(time))).squareRoot())
        let (keep2, take1, take2) = (Scalar(beta2), Scalar(1 - beta1), Scalar(1 - beta2))
        let epsilon = Scalar(1e-8)
        for i in 0..<parameter.count {
            let g = gradient[i]
            let m = mean[i] + take1 * (g - mean[i])
            let v = scale[i] * keep2 + take2 * g * g
            mean[i] = m
            scale[i] = v
            next[i] = parameter[i] - stepSize * m / (v.squareRoot() / correction + epsilon)
        }
    }

    private mutating func adamax(
        _ parameter: Tensor<Scalar>, _ gradient: Tensor<Scalar>, _ rate: Double, _ next: inout Tensor<Scalar>
    ) {
        let (beta1, beta2) = (0.9, 0.999)
        let stepSize = Scalar(rate / (1 - pow(beta1, Double(time))))
        let (keep2, take1, epsilon) = (Scalar(beta2), Scalar(1 - beta1), Scalar(1e-8))
        for i in 0..<parameter.count {
            let g = gradient[i]
            let m = mean[i] + take1 * (g - mean[i])
            let u = max(scale[i] * keep2, abs(g) + epsilon)
            mean[i] = m
            scale[i] = u
            next[i] = parameter[i] - stepSize * m / u
        }
    }

    private mutating func accumulateMomentum(_ gradient: Tensor<Scalar>) {
        let momentum = Scalar(0.9)
        for i in 0..<gradient.count { mean[i] = mean[i] * momentum + gradient[i] }
    }

    private func descend(
        _ parameter: Tensor<Scalar>, along direction: Tensor<Scalar>, _ rate: Double,
        _ next: inout Tensor<Scalar>
    ) {
        let rate = Scalar(rate)
        for i in 0..<parameter.count { next[i] = parameter[i] - rate * direction[i] }
    }
}
