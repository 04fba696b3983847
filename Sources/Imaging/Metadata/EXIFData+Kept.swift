extension EXIFData {
    /// What stays true of a picture whose pixels are others.
    ///
    /// Of the main directory, which in a TIFF file also says how its pixels are stored, only what is known to be about the
    /// photograph stays. Thumbnails are in a directory of their own, which is not read. Makers' notes go: nobody knows
    /// all that they hold, and previews and places are among it.
    /// - Parameters:
    ///   - location: whether the place stays.
    ///   - movesPixels: whether pixels are elsewhere than in the file, so that places in the picture are others.
    ///   - isConverted: whether samples are in another colour space than in the file.
    func kept(location: Bool, movesPixels: Bool, isConverted: Bool) -> EXIFData? {
        var result = EXIFData()
        result.main = main.filter { EXIFData.ofPhotograph.contains($0.tag) }
        result.exif = exif.filter { entry in
            !EXIFData.untrue.contains(entry.tag)
                && !(movesPixels && EXIFData.placesInPicture.contains(entry.tag))
                && !(isConverted && entry.tag == EXIFData.colourSpace)
        }
        if !isConverted { result.interoperability = interoperability }
        if location { result.gps = gps }
        return result.isEmpty ? nil : result
    }

    private static let ofPhotograph: Set<Int> = [
        // Processing software, document name, description, make, model.
        11, 269, 270, 271, 272,
        // Resolution and its unit, software, time, artist, computer.
        282, 283, 296, 305, 306, 315, 316,
        // Rating, rating in per cent, copyright.
        18246, 18249, 33432,
        // Title, comment, author, keywords and subject, as Windows writes them.
        40091, 40092, 40093, 40094, 40095,
    ]

    /// Components and their compression, the maker's note, width and height, sound, padding of Windows and its offset.
    private static let untrue: Set<Int> = [37121, 37122, 37500, 40962, 40963, 40964, 59932, 59933]

    /// Area and place of the subject.
    private static let placesInPicture: Set<Int> = [37396, 41492]

    private static let colourSpace = 40961
}
