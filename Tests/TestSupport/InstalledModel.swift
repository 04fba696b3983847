import Foundation

/// Thrown where the real weights are needed and the store lacks them.
public struct ModelNotInstalled: Error, CustomStringConvertible {
    let url: URL
    public var description: String {
        "\(url.path) is missing: run `make setup`, which imports the default model"
    }
}

/// The folder of models: `$PULSE_HOME`, or `pulse` in the user's data folder.
public var pulseHome: URL {
    let environment = ProcessInfo.processInfo.environment
    if let home = environment["PULSE_HOME"], !home.isEmpty { return URL(fileURLWithPath: home) }
    if let data = environment["XDG_DATA_HOME"], !data.isEmpty {
        return URL(fileURLWithPath: data).appendingPathComponent("pulse")
    }
    return FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".local/share/pulse")
}

/// The model file that `make setup` puts in the store.
/// - Throws: `ModelNotInstalled`, saying how to get it.
public func installedModel(_ name: String = "mobilestylegan-ffhq-1024") throws -> URL {
    let url = pulseHome.appendingPathComponent("models/\(name).safetensors")
    guard FileManager.default.fileExists(atPath: url.path) else { throw ModelNotInstalled(url: url) }
    return url
}
