// One plot. It is drawn once and then changed in place, so that zoom, hidden traces and hover survive a refresh.
// It follows a player on the same page: a click makes it jump ("monitor-seek"), and a line marks where it is
// ("monitor-time"); both events of the window carry seconds of stream time.

const STILL_PIXELS = 4; // a mouse that moved no further between down and up has clicked, not dragged

let plotly; // the one promise of plotly.js, for all plots of all pages

// The script is on its way since the page began (page_head.py); where that failed, the next refresh tries again.
function load(address) {
  plotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    let script = document.querySelector(`script[src="${address}"]`);
    if (!script) {
      script = Object.assign(document.createElement("script"), { src: address });
      document.head.append(script);
    }
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => {
      plotly = undefined;
      script.remove();
      reject(new Error(`${address} cannot be loaded`));
    });
  });
  return plotly;
}

// The layout in the colours and letters of the page, be it light or dark.
function inPageColours(layout, place) {
  const page = getComputedStyle(place);
  const variable = (name) => page.getPropertyValue(name).trim() || undefined;
  return {
    ...layout,
    font: { family: page.fontFamily, color: page.color, ...layout.font },
    hoverlabel: {
      bgcolor: variable("--st-secondary-background-color"),
      bordercolor: variable("--st-border-color"),
      font: { family: page.fontFamily, color: page.color },
      ...layout.hoverlabel,
    },
  };
}

// Both below read what plotly knows of a drawn plot; it has no public way from pixels to an axis and back.
function secondsAt(plot, clientX) {
  const { xaxis, _size } = plot._fullLayout;
  return xaxis.p2l(clientX - plot.getBoundingClientRect().left - _size.l) / 1000;
}

function mark(plot, line, seconds) {
  const { xaxis, _size } = plot._fullLayout;
  const pixels = xaxis.type === "date" ? xaxis.l2p(1000 * seconds) : NaN;
  const inside = pixels >= 0 && pixels <= _size.w;
  Object.assign(line.style, {
    display: inside ? "block" : "none",
    left: `${_size.l + pixels}px`,
    top: `${_size.t}px`,
    height: `${_size.h}px`,
  });
}

// What is dragged over, while it is.
function cover(place) {
  return place.appendChild(Object.assign(document.createElement("div"), { className: "stretch" }));
}

function span(plot, stretch, from, to) {
  const { _size } = plot._fullLayout;
  const edge = plot.getBoundingClientRect().left;
  const [left, right] = [from, to].map((x) => Math.min(Math.max(x - edge, _size.l), _size.l + _size.w)).sort((a, b) => a - b);
  Object.assign(stretch.style, {
    left: `${left}px`,
    width: `${right - left}px`,
    top: `${_size.t}px`,
    height: `${_size.h}px`,
  });
}

// Plotly lets a new range of the axis go before the reader's zoom, and a live axis gets one at each refresh. So what
// the reader zoomed to, that is any range but the one given last, takes the place of the new one.
function keepZoom(place, layout, zoom) {
  const given = layout.xaxis?.range;
  const drawn = place.querySelector(".js-plotly-plot")?.layout.xaxis?.range;
  const zoomed = drawn && place.whole && zoom === place.zoom && String(drawn) !== String(place.whole);
  Object.assign(place, { whole: given && [...given], zoom });
  if (zoomed && given) layout.xaxis.range = [...drawn];
}

function showWhole(place, plot, Plotly) {
  if (place.whole) Plotly.relayout(plot, { "xaxis.range": [...place.whole] });
}

function config(tools, onWhole, Plotly) {
  if (!tools) return { displayModeBar: false, doubleClick: false };
  return {
    displaylogo: false,
    doubleClick: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "resetScale2d"],
    modeBarButtonsToAdd: [{ name: "whole", title: "Show the whole", icon: Plotly.Icons.home, click: onWhole }],
  };
}

function watch(place, plot, Plotly) {
  const line = document.createElement("div");
  line.className = "moment";
  place.append(line);
  const over = new AbortController();
  const signal = over.signal;

  plot.addEventListener("pointerdown", (down) => {
    if (!down.target.classList.contains("nsewdrag") || plot._fullLayout.xaxis.type !== "date") return;
    const stretch = place.dragged && cover(place);
    const move = (event) => stretch && span(plot, stretch, down.clientX, event.clientX);
    window.addEventListener("pointermove", move, { signal });
    const up = (event) => {
      window.removeEventListener("pointermove", move);
      stretch?.remove();
      const seconds = secondsAt(plot, down.clientX);
      if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) >= STILL_PIXELS) {
        place.dragged?.([seconds, secondsAt(plot, event.clientX)].sort((one, other) => one - other));
        return;
      }
      window.dispatchEvent(new CustomEvent("monitor-seek", { detail: { seconds } }));
      place.clicked?.(seconds);
    };
    window.addEventListener("pointerup", up, { once: true, capture: true, signal });
  }, { capture: true, signal });

  let playing; // seconds of the player
  const follow = () => playing !== undefined && plot._fullLayout?.xaxis && mark(plot, line, playing);
  window.addEventListener("monitor-time", (event) => { playing = event.detail.seconds; follow(); }, { signal });
  plot.on("plotly_afterplot", follow);
  plot.on("plotly_relayouting", follow);

  plot.on("plotly_doubleclick", () => showWhole(place, plot, Plotly));

  const resized = new ResizeObserver(() => plot.isConnected && plot.offsetWidth && Plotly.Plots.resize(plot));
  resized.observe(place);
  const onPaper = (ink) => plot.isConnected && Plotly.relayout(plot, { "font.color": ink });
  window.addEventListener("beforeprint", () => onPaper("#14171d"), { signal }); // as style.py has it on paper
  window.addEventListener("afterprint", () => onPaper(getComputedStyle(place).color), { signal });

  place.end = () => {
    over.abort();
    resized.disconnect();
    Plotly.purge(plot);
  };
}

export default async function ({ data, parentElement, setStateValue }) {
  const place = parentElement.querySelector(".monitor-plot");
  const tell = data.done && teller({ place, data, setStateValue });
  place.clicked = data.tellsClicks ? (seconds) => tell("click", [seconds]) : undefined;
  place.dragged = data.tellsDrags ? (seconds) => tell("drag", seconds) : undefined;
  const figure = JSON.parse(data.figure);
  place.style.minHeight = `${figure.layout.height}px`; // so that nothing below moves once it is drawn
  const Plotly = await load(data.plotly);
  Plotly.registerFor?.(figure.data); // kinds of traces other than the usual (plotly_script.py)
  const drawn = place.querySelector(".js-plotly-plot");
  const plot = drawn ?? place.appendChild(document.createElement("div"));
  keepZoom(place, figure.layout, data.zoom);
  place.config ??= config(data.tools, () => showWhole(place, plot, Plotly), Plotly); // another one would draw it anew
  await Plotly.react(plot, figure.data, inPageColours(figure.layout, place), place.config);
  if (!drawn) watch(place, plot, Plotly);
  return () => place.end();
}
