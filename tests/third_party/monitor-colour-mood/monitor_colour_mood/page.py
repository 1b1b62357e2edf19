"""The positive share of the newest session that this plugin's analyzer took part in, window by window."""


def draw() -> None:
    import streamlit

    from monitor.settings import load_settings
    from monitor.store import Store

    with Store(load_settings().store) as store:
        session = next((each for each in store.sessions() if "colour-mood" in each.analyzers), None)
        if session is None:
            streamlit.info("No session with the analyzer colour-mood yet.")
            return
        windows = store.windows(session, "colour-mood")
    streamlit.title("Colour mood")
    share = windows["positive"] / windows["samples"]
    streamlit.line_chart(share.set_axis(windows["start_seconds"]), x_label="seconds", y_label="positive share")
