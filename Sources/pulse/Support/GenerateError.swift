/// Why `pulse generate` cannot render what was asked for.
enum GenerateError: Error, Equatable {
    case noClasses(model: String)
    case classMissing(model: String, count: Int)
    case noSuchClass(Int, model: String, count: Int)
    /// The file of latents lacks 'w'.
    case noLatents(file: String)
    case latentShape(file: String, shape: [Int], slots: Int, size: Int)
    case unknownTensor(file: String, name: String, maps: Int)
    case noiseShape(file: String, index: Int, shape: [Int], count: Int, side: Int)
    case notFinite(file: String, tensor: String)
    case noOutputFolder(path: String)
}

extension GenerateError: CustomStringConvertible {
    var description: String {
        switch self {
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
        }
    }
}
