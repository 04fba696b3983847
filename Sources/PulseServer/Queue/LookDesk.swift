import Files
import Foundation

/// Has pictures looked at, each in a process of its own, one after another: what is hostile in them ends that process and
/// nothing else.
actor LookDesk {
    private let settings: ServerSettings
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(settings: ServerSettings) { self.settings = settings }

    /// Looks at the picture in a folder.
    /// - Throws: `Problem` where it cannot be read.
    func look(in folder: FilePath) async throws -> PictureSurvey {
        guard waiting.count < 16 else {
            throw Problem(
                .tooMany, "Many pictures are being looked at; try again soon.", headers: ["Retry-After": "5"])
        }
        if isBusy { await withCheckedContinuation { waiting.append($0) } }
        isBusy = true
        defer {
            if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
        }
        let (lines, continuation) = AsyncStream.makeStream(of: Data.self)
        let child = try ChildProcess(
            settings.executable, ["serve-look"], in: folder, handleLine: { continuation.yield($0) },
            handleEnd: { _ in continuation.finish() })
        let limit = Task {
            try await Task.sleep(for: .seconds(60))
            child.send(SIGKILL)
        }
        var failure: WorkEvent.Failure?
        for await line in lines { failure = try? JSONDecoder().decode(WorkEvent.Failure.self, from: line) }
        limit.cancel()
        if let failure { throw Problem(failure.problem, failure.detail) }
        guard let bytes = try? readFile(folder.appending(LookWork.survey), limit: 1 << 22),
            let survey = try? JSONDecoder().decode(PictureSurvey.self, from: Data(bytes))
        else {
            throw Problem(
                .unreadablePicture,
                "The picture could not be looked at; it is damaged or needs too much memory.")
        }
        return survey
    }
}
