"""Text of others on a page."""

from monitor_dashboard.words import plain, when


def test_markdown_of_others_stays_text() -> None:
    assert plain("[x](http://e.g) *a* $b$ :red[c]") == r"\[x\]\(http\://e.g\) \*a\* \$b\$ \:red\[c\]"


def test_a_moment_is_told_to_the_minute() -> None:
    assert when(0.0).count(":") == 1
