"""The few rules that Streamlit's theme lacks; they inherit colours, so they fit the light and the dark theme."""

from __future__ import annotations

from monitor.views import people_table

STYLE = (
    people_table.STYLE
    + """
.stMainBlockContainer { padding-top: 4.2rem; padding-bottom: 3rem; max-width: 1600px; }
.live-picture { width: 100%; max-height: 62vh; object-fit: contain; border-radius: 10px; display: block;
  background: rgba(0, 0, 0, 0.85); }
.no-picture { display: flex; align-items: center; justify-content: center; text-align: center; min-height: 260px;
  padding: 2rem; border-radius: 10px; border: 1px dashed rgba(128, 128, 128, 0.5); opacity: 0.85; }
.headline { line-height: 1.15; container-type: inline-size; }
.headline .title { opacity: 0.85; margin-bottom: 0.35rem; }
.headline .label, .headline .share, .headline .dot { font-size: clamp(1.3rem, 10cqw, 2.3rem); }
.headline .label { font-weight: 700; }
.headline .share { font-weight: 300; margin-left: 0.5rem; }
.headline .dot { display: inline-block; width: 0.65em; height: 0.65em; border-radius: 50%; margin-right: 0.6rem; }
.headline .detail { opacity: 0.7; font-size: 0.9rem; margin-top: 0.25rem; }
.fault-list { font-size: 0.9rem; width: 100%; border-collapse: collapse; }
.fault-list td, .fault-list th { text-align: left; padding: 0.25rem 0.8rem 0.25rem 0; border: 0; vertical-align: top;
  border-top: 1px solid rgba(128, 128, 128, 0.25); overflow-wrap: anywhere; }
.st-key-live [data-stale="true"] { opacity: 1 !important; }
@media print {
  body { print-color-adjust: exact; }
  html, body, #root > div, .stApp, .stApp :is(header, section, .stAppViewContainer, [data-baseweb="select"] > div) {
    background: #ffffff !important; }
  .stApp :is(h1, h2, h3, h4, p, label, span, td, th, a, div) { color: #14171d !important; }
}
"""
)


def sheet() -> str:
    """The rules as an HTML element."""
    return f"<style>{STYLE}</style>"
