import ArgumentParser
import Imaging

/// As `--format` has it.
extension OutputFormat: ExpressibleByArgument {}

/// As `--animation` has it.
extension AnimationFormat: ExpressibleByArgument {}
