import Files
import Restoration

extension RestoreError: Worded {
    var wording: String {
        switch self {
        case .noResult(let folder):
            "\(folder): there is no result of this version to paste again. Restore the photograph first."
        case .otherPhoto(let photo, let result):
            "\(photo): the result in \(result) is of another photograph. Name the one that was restored."
        case .noSuchCandidate(let face, let candidate, let result):
            "\(result): there is no candidate \(candidate) of face \(face). Look at its overview.png for the numbers."
        }
    }
}

/// Why a photograph is left as it is, and what helps.
func nothingToRestore(_ survey: Survey) -> String {
    let seen = survey.faces.count
    let faces =
        seen == 0
        ? ""
        : seen == 1
            ? " One face that nothing hides is in it." : " \(seen) faces that nothing hides are in it."
    if survey.regions.isEmpty {
        return "no mosaic was found.\(faces) Where there is one, point at it with --region x,y,width,height."
    }
    let mosaics = survey.regions.count == 1 ? "a mosaic was" : "\(survey.regions.count) mosaics were"
    return "\(mosaics) found, but what is under it does not look like a face.\(faces) "
        + "If it is one, point at it with --region x,y,width,height."
}

/// What was found in a photograph, line by line.
func surveyLines(_ survey: Survey) -> [String] {
    var lines: [String] = []
    for (index, face) in survey.faces.enumerated() {
        let centre = face.place.centre
        let place =
            "face \(index + 1) at \(whole(centre.x)),\(whole(centre.y)), \(whole(face.place.size)) px across"
        guard let region = face.regions.first.map({ survey.regions[$0] }) else {
            lines.append("\(place): nothing hides it")
            continue
        }
        lines.append(
            "\(place), under \(mosaicWording(region.grid.width, region.grid.height, region.cells.count, region.confidence))"
        )
    }
    for index in survey.faceless {
        let region = survey.regions[index]
        lines.append(
            "a mosaic at \(whole(region.box.left)),\(whole(region.box.top)) without a face that could be found: "
                + mosaicWording(region.grid.width, region.grid.height, region.cells.count, region.confidence))
    }
    return lines
}

/// Where a restored face lies, and under what.
func placeWording(_ face: RestoreReport.Face, _ report: RestoreReport) -> String {
    let mosaics = face.regions.map { number in
        let region = report.regions[number - 1]
        return mosaicWording(region.blockWidth, region.blockHeight, region.blocks, region.confidence)
    }
    let origin =
        switch face.origin {
        case .landmarks: "found by its landmarks"
        case .pattern: "found by how the blocks look"
        case .region: "placed by the mosaic's extent alone"
        }
    return "under \(mosaics.joined(separator: " and ")), \(origin)"
}

/// How well a candidate agrees with what was given.
func candidateWording(_ candidate: RestoreReport.Candidate) -> String {
    let left =
        candidate.certificate.blocksLeft == 0
        ? "" : "; \(candidate.certificate.blocksLeft) blocks far from the face stay as they were"
    let verdict: String =
        if candidate.accepted {
            "accepted"
        } else if let judgement = candidate.judgement, !judgement.isConvincing {
            "not accepted: \(judgement.wording)"
        } else {
            "not accepted"
        }
    return "pixelated again off by rms \(decimals(candidate.certificate.rms, 2)) grey levels"
        + (candidate.judgement.map { " (\(decimals($0.searchedFaceRMS, 1)) before it was fitted)" } ?? "")
        + ", \(verdict)\(left)"
}

private func mosaicWording(_ width: Double, _ height: Double, _ count: Int, _ confidence: Double) -> String {
    let size =
        abs(width - height) < 0.005
        ? "\(decimals(width, 2)) px" : "\(decimals(width, 2))×\(decimals(height, 2)) px"
    return "a mosaic of \(count) blocks of \(size) (confidence \(decimals(confidence, 2)))"
}

private func whole(_ value: Double) -> String { decimals(value, 0) }
