import Files
import Foundation

/// How a server runs.
public struct ServerSettings: Sendable {
    /// The address it listens on, and the port; 0 takes one that is free.
    public var host = "127.0.0.1"
    public var port = 7860
    /// The secret that clients show; nil lets everybody in, on loopback only.
    public var token: String?
    /// Further names under which the server may be asked for, such as those of a reverse proxy.
    public var names: [String] = []
    /// The folder for pictures, jobs and results.
    public var folder: FilePath
    /// How many jobs are worked on at a time.
    public var workers = 1
    /// Threads of each.
    public var threads = ProcessInfo.processInfo.activeProcessorCount
    /// Most jobs that wait.
    public var queueLimit = 100
    /// This program, of which each job is a process.
    public var executable: String
    /// The program's words for errors.
    public var wording: @Sendable (any Error) -> String

    /// Largest upload, in bytes.
    static let mostBytes = 32 << 20
    /// Below so many free bytes no job is started and no picture taken.
    static let leastFreeBytes: Int64 = 200_000_000
    static let mostConnections = 128
    static let mostEventStreams = 64

    public init(folder: FilePath, executable: String, wording: @escaping @Sendable (any Error) -> String) {
        (self.folder, self.executable, self.wording) = (folder, executable, wording)
    }

    /// What the disk has free for the folder, in bytes.
    func freeBytes() -> Int64 {
        var status = statvfs()
        guard folder.withPlatformString({ statvfs($0, &status) }) == 0 else { return 0 }
        return Int64(status.f_bavail) * Int64(status.f_frsize)
    }

    /// Whether there is room for another job.
    func hasRoom() -> Bool { freeBytes() >= ServerSettings.leastFreeBytes }

    /// 128 bits that nobody can guess, in 22 letters.
    public static func secret() -> String {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        return Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}
