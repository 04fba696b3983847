import FaceAlignment
import Generators
import Imaging

/// What a photograph shows that can be restored: its mosaics and the faces under them, and the other faces.
public struct Survey: Sendable {
    /// A face, with the regions that hide it.
    public struct Face: Sendable {
        public var place: LocatedFace
        /// Of `regions`; none where nothing hides it.
        public var regions: [Int]
    }

    public var regions: [MosaicRegion]
    /// Those under mosaics first, from left to right.
    public var faces: [Face]
    /// Regions under which no face was found.
    public var faceless: [Int]

    let photo: Picture
    let smooth: SmoothPhoto

    /// - Parameters:
    ///   - detector: nil where there is none.
    ///   - given: where mosaics are, in place of those found.
    public init(
        of photo: Picture, detector: FaceDetector?, encoder: FaceEncoder?,
        regions given: [PixelRectangle] = []
    ) throws(AlignmentError) {
        let regions = MosaicFinder().regions(in: photo, given: given)
        let smooth = SmoothPhoto(photo, regions)
        let locator = FaceLocator(encoder: encoder)
        var faces = try detector?.faces(in: smooth.picture).compactMap { Face(landmarksOf: $0) } ?? []
        var faceless: [Int] = []
        for (index, region) in regions.enumerated() {
            let near = faces.indices.filter { faces[$0].place.contains(region.box.centre) }
            if let nearest = near.min(by: {
                faces[$0].place.distance(to: region) < faces[$1].place.distance(to: region)
            }) {
                faces[nearest].regions.append(index)
                continue
            }
            let place = locator.face(under: region.box, in: smooth.picture)
            if !given.isEmpty || place.likeness ?? 1 >= FaceLikeness.limit {
                faces.append(Face(place: place, regions: [index]))
            } else {
                faceless.append(index)
            }
        }
        faces = faces.map { face in
            guard !face.regions.isEmpty, face.place.origin == .landmarks else { return face }
            return face.refined(regions, smooth.picture, locator)
        }
        faces.sort { first, second in
            first.regions.isEmpty == second.regions.isEmpty
                ? first.place.place(0.5, 0.5).x < second.place.place(0.5, 0.5).x : !first.regions.isEmpty
        }
        (self.photo, self.smooth, self.regions, self.faces, self.faceless) = (
            photo, smooth, regions, faces, faceless
        )
    }

    /// The faces that a mosaic hides.
    public var hidden: [Face] { faces.filter { !$0.regions.isEmpty } }
}

extension Survey.Face {
    /// - Returns: nil where the landmarks describe no face.
    fileprivate init?(landmarksOf face: DetectedFace) {
        let corners = face.quad.map { SIMD2($0[0] + 0.5, $0[1] + 0.5) }
        guard corners.count == 4 else { return nil }
        let side = Double(LocatedFace.side)
        let transform = PhotoTransform(
            right: (corners[3] - corners[0]) / side, down: (corners[1] - corners[0]) / side,
            origin: corners[0])
        self.init(place: LocatedFace(transform: transform, origin: .landmarks, detected: face), regions: [])
    }

    /// Where blocks cover most of the face, its landmarks are guesses: the network's answer, if it looks more like a face.
    fileprivate func refined(_ all: [MosaicRegion], _ photo: Picture, _ locator: FaceLocator) -> Survey.Face {
        var face = self
        face.place.likeness = locator.likeness(of: place.transform, in: photo)
        let covered = regions.reduce(0.0) { sum, index in
            sum + Double(all[index].cells.count) * all[index].grid.width * all[index].grid.height
        }
        guard covered > 0.25 * place.size * place.size, let region = regions.first else { return face }
        let other = locator.face(under: all[region].box, in: photo, from: place)
        if (other.likeness ?? 0) > (face.place.likeness ?? 1) {
            face.place.transform = other.transform
            (face.place.origin, face.place.likeness) = (.pattern, other.likeness)
        }
        return face
    }
}

extension LocatedFace {
    /// From the middle of its square to that of a region, in sides of the square.
    func distance(to region: MosaicRegion) -> Double {
        let offset = place(0.5, 0.5) - region.box.centre
        return (offset * offset).sum().squareRoot() / size
    }
}
