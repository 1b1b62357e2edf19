"""Text of others on a page."""

from monitor_dashboard.words import plain, when


def test_markdown_of_others_stays_text() -> None:
    assert plain("[x](y) *a* $b$ :red[c]") == r"\[x\]\(y\) \*a\* \$b\$ \:red\[c\]"


def test_an_address_is_parted_where_streamlit_would_make_a_link_of_it() -> None:
    part = "\N{WORD JOINER}"
    assert plain("http://e.g HTTPS://e.g") == rf"http\:{part}//e.g HTTPS\:{part}//e.g"
    assert plain("www.e.g me@e.g") == f"www{part}.e.g me{part}@e.g"
    assert plain("rtsp://e.g/door.mp4") == r"rtsp\://e.g/door.mp4"


def test_a_moment_is_told_to_the_minute() -> None:
    assert when(0.0).count(":") == 1
