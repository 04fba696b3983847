import FaceAlignment
import Imaging
import Search

/// What to say of a picture in which no face was found: what a face must be like, and what can help in a picture of
/// its size.
func noFaceMessage(for picture: Picture) -> String {
    let (width, height) = (picture.width, picture.height)
    let least = FaceDetector.smallestFace(in: picture)
    let needs =
        "no face found. A face must be sharp, look towards the camera and be at least \(least) pixels "
        + "across (the picture is \(width)×\(height))."
    return [needs, remedy(for: picture, least: least), adviceOnPixelated(picture)].joined(separator: " ")
}

private func remedy(for picture: Picture, least: Int) -> String {
    if least > FaceDetector.smallestFace {
        return "Cut out the part around it: in up to 16 megapixels \(FaceDetector.smallestFace) are enough."
    }
    // A face takes up about a quarter of a portrait.
    let (side, enough) = (min(picture.width, picture.height), 4 * least)
    if side < enough {
        let factor = max(3, (enough + side - 1) / side)
        return "In so small a picture it can hardly be: enlarge the picture, \(factor) times or more."
    }
    return
        "Smaller ones are looked for with --smallest \(least / 2), in a picture of that size as far as memory goes."
}

/// The search takes what the detector cannot find.
private func adviceOnPixelated(_ picture: Picture) -> String {
    let sides = Target.sides
    if picture.width == picture.height && sides.contains(picture.width) {
        return
            "If the picture is an aligned face already, 'pulse upsample' takes it as it is, or, where it is "
            + "pixelated, reduced to one pixel for each block."
    }
    return
        "A pixelated face cannot be found here: 'pulse restore' finds it and fills it in. If the picture is cropped to it "
        + "already, 'pulse upsample' takes it without this step, \(sides.lowerBound) to \(sides.upperBound) blocks a side."
}
