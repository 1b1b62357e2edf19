"""Colour mood: an analyzer, a sink, a page and a command, as a third party would ship them."""

from monitor.plugin import Page, Register, hookimpl


@hookimpl
def register_analyzers(register: Register) -> None:
    from monitor_colour_mood.analyzer import ColourMood, ColourMoodOptions

    register("colour-mood", ColourMood, options=ColourMoodOptions)


@hookimpl
def register_sinks(register: Register) -> None:
    from monitor_colour_mood.palette import Palette, PaletteOptions

    register("palette", Palette, options=PaletteOptions)


@hookimpl
def register_pages(register: Register) -> None:
    from monitor_colour_mood.page import draw

    register("colour-mood", Page("Colour mood", draw))


@hookimpl
def register_commands(register: Register) -> None:
    from monitor_colour_mood.command import colour_mood

    register("colour-mood", colour_mood)
