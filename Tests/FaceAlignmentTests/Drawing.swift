import FaceAlignment
import Imaging

/// The picture that `Tools/goldens/align.py` draws: waves with straight flanks, in whole numbers only.
func waves(width: Int, height: Int) -> Picture {
    func wave(_ value: Int) -> UInt8 { UInt8(abs(value % 510 - 255)) }
    func modulo(_ value: Int) -> Int { (value % 510 + 510) % 510 }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * 3)
    for y in 0..<height {
        for x in 0..<width {
            pixels.append(wave(3 * x + 2 * y))
            pixels.append(wave(modulo(5 * x - 4 * y + x * y / 64)))
            pixels.append(wave(x * y / 16 + 7 * x))
        }
    }
    return Picture(width: width, height: height, pixels: pixels)
}

func plain(width: Int, height: Int, level: UInt8 = 128) -> Picture {
    Picture(width: width, height: height, pixels: [UInt8](repeating: level, count: width * height * 3))
}

/// 68 landmarks whose eyes and mouth corners are those of an upright face, `scale` pixels from eye to eye.
func landmarks(centre: SIMD2<Double>, scale: Double) -> [[Double]] {
    var points = [SIMD2<Double>](repeating: .zero, count: 68)
    for index in 36..<42 { points[index] = SIMD2(-0.5, -0.4) }
    for index in 42..<48 { points[index] = SIMD2(0.5, -0.4) }
    for index in 48..<68 { points[index] = SIMD2(0, 0.6) }
    points[48] = SIMD2(-0.4, 0.6)
    points[54] = SIMD2(0.4, 0.6)
    return points.map { [$0.x * scale + centre.x, $0.y * scale + centre.y] }
}

func face(_ landmarks: [[Double]]) -> DetectedFace {
    DetectedFace(box: FaceBox(left: 0, top: 0, right: 1, bottom: 1), score: nil, landmarks: landmarks)
}
