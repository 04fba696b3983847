import Files

/// Why pictures cannot render what was asked for.
public enum GenerateError: Error, Equatable, Sendable {
    /// The name ends in nothing that can be written.
    case format(path: FilePath)
    case noClasses(model: String)
    case classMissing(model: String, count: Int)
    case noSuchClass(Int, model: String, count: Int)
    /// The file of latents lacks 'w'.
    case noLatents(file: FilePath)
    case latentShape(file: FilePath, shape: [Int], slots: Int, size: Int)
    case unknownTensor(file: FilePath, name: String, maps: Int)
    case noiseShape(file: FilePath, index: Int, shape: [Int], count: Int, side: Int)
    case notFinite(file: FilePath, tensor: String)
    case noOutputFolder(path: FilePath)
    /// A file of that name is there, and this program did not write it.
    case foreignFile(path: FilePath)
    /// In bytes.
    case noSpace(path: FilePath, needed: Int, free: Int)
    case replacesLatents(path: FilePath)
}
