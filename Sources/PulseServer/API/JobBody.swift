import Foundation

/// A job as clients see it.
struct JobBody: Encodable, Equatable {
    struct Input: Encodable, Equatable {
        var url: String
        var width, height: Int
    }

    struct Note: Encodable, Equatable {
        var kind: String
        var likeness: Double
        var text: String
    }

    struct Sentences: Encodable, Equatable {
        var fit: String?
        var imagined =
            "These faces are imagined: none is the one that was made small, nor anyone in it, and all are equals."

        private enum Key: String, CodingKey { case fit, imagined }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: Key.self)
            try values.encode(fit, forKey: .fit)
            try values.encode(imagined, forKey: .imagined)
        }
    }

    var id: String
    var state: JobState
    var position: Int?
    var picture: String?
    var target: JobTarget
    var options: JobOptions
    var created: String
    var started, finished: String?
    var resumed: Int?
    var secondsLeft: Double?
    var problem: Problem?
    var input: Input?
    var note: Note?
    var candidates: [CandidateBody]
    var overview, spread, report, archive: String?
    var sentences: Sentences
    var bytes: Int64
    var version: String
    var model: String

    private enum Key: String, CodingKey {
        case id, state, position, picture, target, options, created, started, finished, resumed, secondsLeft,
            problem,
            input, note, candidates, overview, spread, report, archive, sentences, bytes, version, model
    }

    /// With every key, null where there is nothing.
    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(id, forKey: .id)
        try values.encode(state, forKey: .state)
        try values.encode(position, forKey: .position)
        try values.encode(picture, forKey: .picture)
        try values.encode(target, forKey: .target)
        try values.encode(options, forKey: .options)
        try values.encode(created, forKey: .created)
        try values.encode(started, forKey: .started)
        try values.encode(finished, forKey: .finished)
        try values.encode(resumed, forKey: .resumed)
        try values.encode(secondsLeft.finite, forKey: .secondsLeft)
        try values.encode(problem, forKey: .problem)
        try values.encode(input, forKey: .input)
        try values.encode(note, forKey: .note)
        try values.encode(candidates, forKey: .candidates)
        try values.encode(overview, forKey: .overview)
        try values.encode(spread, forKey: .spread)
        try values.encode(report, forKey: .report)
        try values.encode(archive, forKey: .archive)
        try values.encode(sentences, forKey: .sentences)
        try values.encode(bytes, forKey: .bytes)
        try values.encode(version, forKey: .version)
        try values.encode(model, forKey: .model)
    }
}

/// A job in the history.
struct JobSummary: Encodable {
    var id: String
    var state: JobState
    var created: String
    var target: JobTarget
    var thumbnail: String?
    var count, accepted: Int
    var bytes: Int64

    private enum Key: String, CodingKey { case id, state, created, target, thumbnail, count, accepted, bytes }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(id, forKey: .id)
        try values.encode(state, forKey: .state)
        try values.encode(created, forKey: .created)
        try values.encode(target, forKey: .target)
        try values.encode(thumbnail, forKey: .thumbnail)
        try values.encode(count, forKey: .count)
        try values.encode(accepted, forKey: .accepted)
        try values.encode(bytes, forKey: .bytes)
    }
}
