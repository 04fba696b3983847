import Foundation

/// The folder in which models, downloads and samples live.
///
/// It is `$PULSE_HOME` where that is set, else `pulse` in the XDG data folder; `$XDG_DATA_HOME` counts only
/// where it is absolute, as the XDG specification says, and is `~/.local/share` otherwise.
public func pulseHome(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
    if let home = environment["PULSE_HOME"], !home.isEmpty {
        return URL(fileURLWithPath: home, isDirectory: true)
    }
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
        return URL(fileURLWithPath: data, isDirectory: true).appendingPathComponent("pulse")
    }
    return FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".local/share/pulse")
}
