import Degradation
import Imaging

/// The best pictures of one candidate's search, made small, in the order of its steps.
struct SearchFilm {
    static let side = 256
    /// Most that are kept: of a longer search every second one, of one twice as long every fourth, and so on.
    static let limit = 240

    private(set) var frames: [Picture] = []
    /// Every how many steps one is kept.
    private var pace = 1
    private var steps = 0

    /// Takes the best picture after the next step.
    mutating func add(_ picture: Picture) {
        defer { steps += 1 }
        guard steps % pace == 0 else { return }
        frames.append(SearchFilm.small(picture))
        guard frames.count > SearchFilm.limit else { return }
        frames = stride(from: 0, to: frames.count, by: 2).map { frames[$0] }
        pace *= 2
    }

    /// The film with what was found in the end, which is shown for longer.
    func animation(endingIn picture: Picture) -> Animation {
        Animation(
            frames: frames + [SearchFilm.small(picture)],
            milliseconds: frames.map { _ in 120 } + [2500])
    }

    private static func small(_ picture: Picture) -> Picture {
        guard picture.width == picture.height, picture.width > side else {
            return picture.enlarged(width: side, height: side)
        }
        return picture.downscaled(by: Resampling(from: picture.width, to: side))
    }
}
