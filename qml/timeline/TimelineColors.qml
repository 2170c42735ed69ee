import Tidemark.App
import Tidemark.Ui

// The colours of both pictures, as the theme has them.
TimelinePalette {
    window: Theme.window
    lane: Theme.lane
    raised: Theme.raised
    well: Theme.well
    line: Theme.line
    lineSoft: Theme.lineSoft
    control: Theme.control
    ink: Theme.ink
    ink2: Theme.ink2
    ink3: Theme.ink3
    accent: Theme.accent
    inkOnAccent: Theme.inkOnAccent
    flow: Theme.flow
    hatch: Theme.hatch
    ok: Theme.ok
}
