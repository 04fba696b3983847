import Files
import Jobs

extension InputListError: Worded {
    var wording: String {
        switch self {
        case .noName(let path):
            "\(path): this has no file name that a result could be called by. Name a picture file."
        case .nameClash(let name, let first, let second) where first == second:
            "\(first): named twice, and both results would be called '\(name)'. Name it once."
        case .nameClash(let name, let first, let second):
            "\(first) and \(second): both results would be called '\(name)'. Rename one, or run them apart."
        case .replacesInput(let destination, let input):
            "\(destination): the result would be written there, where the input \(input) is. Choose another --output."
        case .outputIsNotAFolder(let path): "\(path): this is not a folder. Choose another --output."
        case .outputUnwritable(let path, let code):
            "\(path): cannot be written (\(systemMessage(code))). Choose an --output you may write to."
        }
    }
}

extension ResultFolderError: Worded {
    var wording: String {
        switch self {
        case .notAFolder(let path):
            "\(path): this is not a folder, and the results need a folder of that name. Choose another --output."
        case .foreignContent(let path, let item):
            "\(path): this folder would be replaced by the new results, but holds '\(item)', which pulse did "
                + "not write, or which was changed since. Move it away, or choose another --output."
        case .otherResult(let path, .input(let file)):
            "\(path): holds the result of another picture (\(file)). Add --force to replace it, or choose another "
                + "--output."
        case .otherResult(let path, .seed(let seed)):
            "\(path): holds a complete result already (seed \(seed)), and another random one would replace it. "
                + "Add --seed \(seed) to make it again, --force to replace it, or choose another --output."
        case .file(let error): error.wording
        }
    }
}

extension UpsampleError: Worded {
    var wording: String {
        switch self {
        case .largerThanModel(let file, let side, let model, let resolution):
            "\(file): is \(side)×\(side), and the model \(model) makes pictures of \(resolution)×\(resolution) only. "
                + "Make the picture smaller, or choose another --model."
        case .notAReport(let path):
            "\(path): this is not a report that 'pulse upsample' wrote. Give the report.json of a result."
        case .reportWithoutRequest(let path):
            "\(path): this report is of version 0.1.0, which did not write down what was asked. Search with options "
                + "instead of --from."
        case .otherInput(let file, let report):
            "\(file): is not the picture that \(report) is about; its bytes differ. Give that picture before --from."
        case .otherEncoder(let name, let report):
            "\(report): its search started from another encoder than the model \(name) is prepared with now. Prepare it "
                + "with that one, or search with options instead of --from."
        case .otherModel(let name, let report):
            "\(report): was made with another model of the name \(name) than there is now. Import that one, or search "
                + "with options instead of --from."
        }
    }
}

extension MemoryError: Worded {
    var wording: String {
        let (needed, available) = (megabytes(needed), megabytes(available))
        let remedy =
            switch (generators, possible) {
            case (1, _): "Close other programs, or use a smaller model."
            case (_, 0): "Close other programs, or use a smaller model; --batch 1 needs least."
            default: "Use --batch \(possible)."
            }
        return
            "not enough memory: about \(needed) MB would be needed for \(generators) at a time, and \(available) MB "
            + "are free. \(remedy)"
    }

    private func megabytes(_ bytes: Int) -> Int { bytes / 1_000_000 }
}

extension GenerateError: Worded {
    var wording: String {
        switch self {
        case .format(let path):
            "\(path): the name must end in .png, .jpg, .webp, .tiff or .safetensors. Choose another --output."
        case .noClasses(let model):
            "the model \(model) has no classes. Leave --class out."
        case .classMissing(let model, let count):
            "the model \(model) has \(count) classes. Choose one with --class, from 0 to \(count - 1)."
        case .noSuchClass(let given, let model, let count):
            "the model \(model) has no class \(given). --class must be from 0 to \(count - 1)."
        case .noLatents(let file):
            "\(file): there is no tensor 'w' in it. Store the latents under that name."
        case .latentShape(let file, let shape, let slots, let size):
            "\(file): 'w' has the shape \(shape). For this model it must be [N, \(slots), \(size)], or "
                + "[N, \(size)] for all layers alike, with N at least 1."
        case .unknownTensor(let file, let name, let maps):
            "\(file): there is no use for the tensor '\(name)'. Besides 'w' this model takes 'noise.0' to "
                + "'noise.\(maps - 1)'."
        case .noiseShape(let file, let index, let shape, let count, let side):
            "\(file): 'noise.\(index)' has the shape \(shape). For this model and \(count) latents it must be "
                + "[N, \(side), \(side)], where N is 1 or \(count)."
        case .notFinite(let file, let tensor):
            "\(file): '\(tensor)' holds values that are not finite numbers. Make the file again."
        case .noOutputFolder(let path):
            "\(path): there is no such folder. Make it, or choose another --output."
        case .foreignFile(let path):
            "\(path): is there already, and pulse did not write it. Choose another --output, or add --force to replace it."
        case .noSpace(let path, let needed, let free):
            "\(path): would need \(needed / 1_000_000) MB, and \(free / 1_000_000) MB are free there. Render fewer, or "
                + "as .png."
        case .replacesLatents(let path): "\(path): is the file of latents itself. Choose another --output."
        }
    }
}
