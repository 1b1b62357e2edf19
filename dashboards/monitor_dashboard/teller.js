// Tells the page what a reader does. What was told is told again with what comes after it, until the page has said, by
// the number in `data.done`, that it carried it out (component.py).
function teller({ place, data, setStateValue }) {
  place.told = (place.told ?? []).filter((action) => action.number > data.done);
  place.number = Math.max(place.number ?? 0, data.done);
  return (name, value) => {
    place.told.push({ number: ++place.number, name, value });
    setStateValue("told", place.told);
  };
}
