// The board of people: a card for everybody, with a picture of each of their tracks. Either people are chosen (joined,
// left out) or tracks (parted, given to somebody else). What is done is told to the page, which answers with new data.

function element(name, className, properties = {}, children = []) {
  const made = Object.assign(document.createElement(name), { className }, properties);
  made.append(...children.filter(Boolean));
  return made;
}

function button(words, onclick, { className = "", ...more } = {}) {
  return element("button", className, { type: "button", textContent: words, onclick, ...more });
}

function face(address, words) {
  if (address === null) return element("span", "faceless");
  return element("img", "", { src: address, alt: words, draggable: false });
}

function toggle(set, value) {
  if (!set.delete(value)) set.add(value);
}

function counted(count, one, many) {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}

// What is done is said in the toolbar, which stays in sight.
function toolbar({ data, chosen, edit, editChosen, chooseNothing }) {
  const people = data.people.filter((person) => chosen.people.has(person.number));
  const owners = data.people.filter((person) => person.tracks.some((track) => chosen.tracks.has(track.number)));
  const tracks = [...chosen.tracks];
  const owner = owners.length === 1 ? owners[0] : undefined;
  const some = owner && (tracks.length < owner.tracks.length || owner.more > 0);
  const later = some && tracks.length === 1 && owner.tracks[0].number !== tracks[0];
  const numbers = people.map((person) => person.number);
  const out = people.length > 0 && people.every((person) => person.ignored);
  let words = "Nothing chosen";
  if (people.length) words = people.map((person) => person.title).join(", ");
  if (tracks.length) words = counted(tracks.length, "track", "tracks");
  return element("div", "toolbar", {}, [
    element("span", "chosen", { textContent: words, title: words }),
    people.length > 1 && button(`Join ${people.length} people`, () => editChosen({ do: "merge", people: numbers })),
    people.length > 0 &&
      button(out ? "Count in" : "Leave out of all shares", () =>
        editChosen({ do: "ignore", people: numbers, ignored: !out })),
    some && button("Somebody else", () => editChosen({ do: "split", person: owner.number, tracks }), {
      title: "Make another person of these tracks",
    }),
    later && button("Somebody else from here on", () =>
      editChosen({ do: "split_from", person: owner.number, track: tracks[0] }), {
      title: "Make another person of this track and of those that begin later",
    }),
    (people.length > 0 || tracks.length > 0) &&
      button("Choose nothing", chooseNothing, { className: "quiet" }),
    button("Undo", () => edit({ do: "undo" }), {
      id: "monitor-undo",
      className: "undo",
      disabled: data.undo === null,
      title: data.undo === null ? "Nothing to undo" : `Undo: ${data.undo}`,
    }),
  ]);
}

function suggestion(pair, edit) {
  return element("div", "pair", {}, [
    face(pair.faces[0], ""),
    face(pair.faces[1], ""),
    element("span", "", { textContent: pair.sentence }),
    button("Join", () => edit({ do: "merge", people: pair.numbers })),
  ]);
}

function proposal(proposed, edit) {
  return element("div", "pair", {}, [
    face(proposed.face, ""),
    element("span", "", { textContent: proposed.sentence }),
    button(`Call them ${proposed.name}`, () => edit({ do: "name", person: proposed.number, name: proposed.name })),
  ]);
}

function card(person, { chosen, edit, editChosen, redraw }) {
  const own = person.tracks.some((track) => chosen.tracks.has(track.number));
  const choose = element("input", "choose", {
    id: `monitor-choose-${person.number}`,
    type: "checkbox",
    checked: chosen.people.has(person.number),
    ariaLabel: `Choose ${person.title}`,
    onchange: () => { chosen.tracks.clear(); toggle(chosen.people, person.number); redraw(); },
  });
  const name = element("input", "name", {
    id: `monitor-name-${person.number}`,
    type: "text",
    defaultValue: person.name,
    placeholder: person.title,
    ariaLabel: `Name of ${person.title}`,
    maxLength: 200,
    spellcheck: false,
    onkeydown: (event) => event.key === "Enter" && name.blur(),
    onblur: () => {
      const given = name.value.trim();
      if (!name.isConnected || given === person.name) return;
      if (given) {
        person.name = given; // until the page answers
        edit({ do: "name", person: person.number, name: given });
      } else name.value = person.name; // names are taken back by undo
    },
  });
  return element("article", `person${person.ignored ? " ignored" : ""}`, {}, [
    element("header", "", {}, [choose, name]),
    element("div", "seen", { textContent: person.ignored ? `Left out · ${person.seen}` : person.seen }),
    element("div", "tracks", {}, [
      ...person.tracks.map((track) => element("button", "track", {
        id: `monitor-track-${track.number}`,
        type: "button",
        title: track.words,
        ariaLabel: track.words,
        ariaPressed: String(chosen.tracks.has(track.number)),
        onclick: () => { chosen.people.clear(); toggle(chosen.tracks, track.number); redraw(); },
      }, [face(track.face, ""), element("span", "", { textContent: track.at })])),
      person.more > 0 && element("span", "more", { textContent: `and ${counted(person.more, "shorter track", "shorter tracks")}` }),
    ]),
    chosen.tracks.size > 0 && !own &&
      button(`Give to ${person.title}`, () =>
        editChosen({ do: "move", tracks: [...chosen.tracks], to: person.number }), { className: "give" }),
  ]);
}

// Draws the board anew and leaves the reader where they were: at the same element, in the word that they type. Nothing is
// drawn while something is pressed: it must still be there when it is let go, or the click is lost.
class Board {
  constructor(place) {
    this.place = place;
    this.chosen = { people: new Set(), tracks: new Set() };
    this.over = new AbortController();
    const { signal } = this.over;
    const press = () => { this.pressed = true; };
    const release = () => setTimeout(() => this.release()); // after the click itself
    place.addEventListener("pointerdown", (event) => event.button === 0 && press(), { signal });
    place.addEventListener("keydown", (event) => event.key === " " && press(), { signal });
    for (const name of ["pointerup", "pointercancel", "keyup", "blur"]) window.addEventListener(name, release, { signal });
  }

  take(data, tell) {
    keepThose(this.chosen.people, data.people);
    keepThose(this.chosen.tracks, data.people.flatMap((person) => person.tracks));
    this.data = data;
    this.edit = (what) => tell("edit", what);
    this.draw();
  }

  redraw = () => this.draw();

  chooseNothing = () => {
    this.chosen.people.clear();
    this.chosen.tracks.clear();
    this.draw();
  };

  editChosen = (what) => {
    this.edit(what);
    this.chooseNothing();
  };

  release() {
    this.pressed = false;
    if (this.late) this.draw();
  }

  draw() {
    this.late = this.pressed;
    if (this.late) return;
    const { data, place, edit } = this;
    const at = place.contains(document.activeElement) ? document.activeElement : undefined;
    const { id, type, value, defaultValue, selectionStart } = at ?? {};
    if (at) at.onblur = null; // it only gives way to its like
    place.replaceChildren(...[
      toolbar(this),
      data.pairs.length + data.proposed.length > 0 && element("div", "pairs", {}, [
        ...data.proposed.map((each) => proposal(each, edit)),
        ...data.pairs.map((pair) => suggestion(pair, edit)),
      ]),
      element("div", "people-cards", {}, data.people.map((person) => card(person, this))),
    ].filter(Boolean));
    const again = id && document.getElementById(id);
    if (!again) return;
    again.focus({ preventScroll: true });
    if (type !== "text" || value === defaultValue) return;
    again.value = value;
    again.setSelectionRange(selectionStart, selectionStart);
  }
}

function keepThose(numbers, things) {
  const there = new Set(things.map((thing) => thing.number));
  for (const number of numbers) if (!there.has(number)) numbers.delete(number);
}

export default function ({ data, parentElement, setStateValue }) {
  const place = parentElement.querySelector(".monitor-board");
  place.board ??= new Board(place);
  place.board.take(data, teller({ place, data, setStateValue }));
  return () => place.board.over.abort();
}
