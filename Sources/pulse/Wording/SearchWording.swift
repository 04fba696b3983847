import Generators
import Search

extension SearchRequestError: Worded {
    var wording: String {
        switch self {
        case .tolerance(let tolerance):
            "the tolerance is \(tolerance): it must be a finite number of grey levels, 0 or more"
        }
    }
}

extension TargetError: Worded {
    var wording: String {
        switch self {
        case .tooLarge(let name, let width, let height):
            "\(name): \(width)×\(height) is larger than 256 px a side, and the search takes small aligned faces. "
                + "If it is a pixelated face, its blocks were not recognised: crop it square to the face as aligned faces "
                + "are, and reduce it to one pixel for each block. If it is a sharp photograph, make one from it: "
                + "pulse align \(shellQuoted(name)) --output aligned --size 32"
        case .tooSmall(let name, let width, let height):
            "\(name): \(width)×\(height) is smaller than 8 px a side, too little to search for. Use a picture "
                + "of at least 8×8."
        case .notSquare(let name, let width, let height):
            "\(name): \(width)×\(height) (pixels, or the blocks of a pixelated picture) is not square. The search takes a "
                + "square with the whole head in it: the eyes just above the middle, three and five eighths across, the chin "
                + "near the lower edge. Crop or extend it to that in any picture program, or make one from the sharp "
                + "photograph: pulse align PHOTO --output aligned --size \(max(width, height))"
        }
    }
}

extension ClassicMethodError: Worded {
    var wording: String {
        switch self {
        case .steps(let steps) where steps < 1: "\(steps) steps make no search: ask for at least 1"
        case .steps(let steps):
            "\(steps) steps are too many: ask for at most \(ClassicMethod.stepRange.upperBound)"
        case .eps(let eps): "eps is \(eps): it must be a finite number, 0 or more"
        case .learningRate(let rate): "the learning rate is \(rate): it must be a finite number above 0"
        case .trainableNoise(let count, let maps?):
            "\(count) trainable noise maps are more than the generator's \(maps)"
        case .trainableNoise(let count, nil):
            "\(count) trainable noise maps are too few: the number must be 0 or more"
        case .zeroNoise(let index, let maps):
            "there is no noise map \(index) to zero: they are counted from 0"
                + (maps.map { " to \($0 - 1)" } ?? "")
        case .noStoredNoise(let family):
            "this \(family) stores no noise maps, so that there is no baked noise to search with: choose zero, fixed or "
                + "trainable noise"
        }
    }
}

extension LossExpressionError: Worded {
    var wording: String {
        let reason =
            switch problem {
            case .numberExpected: "a weight is expected"
            case .weightNotFinite: "the weight is not a finite number"
            case .starExpected: "'*' is expected after the weight"
            case .nameExpected: "the name of a loss is expected"
            case .unknownName(let name): "there is no loss called '\(name)'"
            case .plusExpected: "'+' or the end is expected"
            }
        let names = LossName.allCases.map(\.rawValue).joined(separator: ", ")
        return "loss \"\(text)\", character \(position): \(reason). Write it as weight*name joined by '+', "
            + "for example \"\(LossExpression.pulse)\"; the losses are \(names)."
    }
}

/// The name as a POSIX shell reads it back.
private func shellQuoted(_ name: String) -> String {
    let plain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/+=:@,".contains($0)) }
    return plain && !name.isEmpty ? name : "'" + name.replacing("'", with: "'\\''") + "'"
}

extension FastMethodError: Worded {
    var wording: String {
        switch self {
        case .steps(let steps): ClassicMethodError.steps(steps).wording
        case .learningRate(let rate): ClassicMethodError.learningRate(rate).wording
        case .offsetRate(let rate): "the offsets' rate is \(rate): it must be a finite number, 0 or more"
        case .misfit(let misfit): "the misfit is \(misfit): it must be a finite number of grey levels above 0"
        case .independentMisfits(let count):
            "the number of independent misfits is \(count): it must be a finite number above 0"
        case .inputNoise(.jpeg(let quality)):
            "the quality of the input's JPEG is \(quality): it must be from \(InputNoise.qualities.lowerBound) to "
                + "\(InputNoise.qualities.upperBound)"
        case .inputNoise(let noise):
            "the input's noise is \(noise): it must be from 0 to \(Int(InputNoise.deviations.upperBound)) grey levels"
        case .near: "the face to stay near is none, or another model's"
        case .spread(let spread): "the spread is \(spread): it must be from 0 to 2"
        }
    }
}

extension Judgement: Worded {
    /// Why a face is not convincing.
    var wording: String {
        if let likeness, likeness < FaceLikeness.limit {
            return "this does not look like something this generator makes (likeness "
                + "\(decimals(likeness, 2)), less than \(decimals(FaceLikeness.limit, 2)))"
        }
        return
            "the search missed the face by \(decimals(searchedFaceRMS, 1)) grey levels; more --steps may help, or "
            + "this does not look like something this generator makes"
    }
}

extension Judgement {
    /// What is taken to have damaged the input, and what follows; nil for nothing. Without a full stop.
    var noiseWording: String? {
        let within = "it is followed to within \(decimals(inputNoise ?? 0, 0)) grey levels"
        return switch inputNoiseKind ?? (inputNoise == nil ? nil : .colour) {
        case nil: nil
        case .colour: "The input is taken to be noisy: \(within)"
        case .grey: "The input is taken to have noise without colour: \(within)"
        case .jpeg:
            "The input is taken to have been compressed, as JPEG of quality \(jpegQuality ?? 0): \(within), which "
                + "compression hides"
        case .saltAndPepper:
            "The input is taken to have salt and pepper: \(decimals(outlierPercent ?? 0, 1)) % of its samples are black "
                + "or white among others, and are neither followed nor counted"
        }
    }
}

/// What is said of an input at once, before the search.
func unlikeInputNote(likeness: Double) -> String {
    "does not look like something this generator makes (likeness \(decimals(likeness, 2)), less than "
        + "\(decimals(FaceLikeness.limit, 2))): the search goes on, but what it finds will not be accepted. Inputs are "
        + "framed like the pictures that the model learned from: faces upright, from the front, as pulse align crops them"
}

/// How unusual a face is for its generator.
/// - Parameter percentile: as in ``Judgement``.
func rarityNote(percentile: Double) -> String {
    switch percentile.rounded() {
    case ..<1: "as ordinary as any of the generator's own pictures"
    case 99.5...: "more unusual than nearly all of the generator's own pictures"
    case let share: "more unusual than \(Int(share)) % of the generator's own pictures"
    }
}

/// By which operator an input looks made small, and what is done about it.
func operatorNote(_ guess: OperatorGuess, chosen: String) -> String {
    let margin = "margin \(decimals(guess.margin, 1)), \(decimals(OperatorGuess.limit, 1)) decide"
    return guess.isUndetermined
        ? "How the input was made small is undetermined (\(guess.likeliest) or \(guess.next), \(margin)): "
            + "\(chosen) is taken (--operator takes another)."
        : "The input looks made small by \(guess.likeliest) (\(margin)): that is taken (--operator takes another)."
}

/// What is said where a run goes on with searches that an earlier one had begun.
func resumedNote(_ candidates: [Int], after steps: [Int]) -> String {
    let parts = zip(candidates, steps).filter { $1 > 0 }.map {
        "candidate \($0) after \($1) \($1 == 1 ? "step" : "steps")"
    }
    return "going on where an earlier run was stopped: \(parts.joined(separator: ", "))"
}
