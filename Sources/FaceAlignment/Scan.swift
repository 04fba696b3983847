import Imaging

/// The size at which a picture is searched for faces.
///
/// The detector's window is 80 pixels wide, so PULSE doubles every picture to see faces of 40. Doubling a large
/// photograph costs more memory than it is worth: the size searched stays within a budget of pixels, for which
/// the detector takes a few seconds and less than a gigabyte.
struct Scan: Equatable {
    /// How many times the picture is doubled in size before the search.
    var doublings: Int
    /// By what whole number the picture is shrunk before the search.
    var reduction: Int

    /// - Parameters:
    ///   - smallest: the extent in pixels of the smallest face wanted.
    ///   - budget: the most pixels that are searched.
    init(width: Int, height: Int, smallest: Int = FaceDetector.smallestFace, budget: Int = 64_000_000) {
        doublings = 1
        while (2 * FaceDetector.smallestFace) >> doublings > smallest { doublings += 1 }
        while doublings > 0, width * height > budget >> (2 * doublings) { doublings -= 1 }
        reduction = 1
        while (width / reduction) * (height / reduction) > budget { reduction += 1 }
    }

    func reduced(_ picture: Picture) throws(AlignmentError) -> Picture {
        try picture.shrunk(
            width: max(1, picture.width / reduction), height: max(1, picture.height / reduction))
    }
}
