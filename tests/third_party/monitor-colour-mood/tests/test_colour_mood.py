from monitor_colour_mood.analyzer import ColourMood, ColourMoodOptions

from monitor.testing import check_analyzer


def test_it_keeps_the_contract():
    check_analyzer(ColourMood(ColourMoodOptions()))
