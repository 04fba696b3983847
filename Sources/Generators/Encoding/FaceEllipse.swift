/// Where an aligned face is from brow to chin: an ellipse, in shares of the picture's sides.
package enum FaceEllipse {
    package static let centreX = 0.50
    package static let centreY = 0.53
    package static let radiusX = 0.33
    package static let radiusY = 0.42
}
