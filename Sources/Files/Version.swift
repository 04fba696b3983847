/// The version of this package, as reports and pictures carry it.
public let pulseVersion = "0.1.0"
