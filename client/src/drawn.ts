/** Whether this phone has a drawing for a picture, or would show an empty box in its place. */

const SIZE = 16;
const NO_CHARACTER = "\u{10ffff}";
const known = new Map<string, boolean>();
let box: string | undefined;

/** What comes of a character on the screen; "" where a browser does not let that be looked at. */
function pixels(character: string): string {
  const place = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE }).getContext("2d");
  if (!place) return "";
  place.textBaseline = "top";
  place.font = `${SIZE - 2}px sans-serif`;
  place.fillText(character, 0, 0);
  return String(place.getImageData(0, 0, SIZE, SIZE).data);
}

export function drawn(picture: string): boolean {
  box ??= pixels(NO_CHARACTER);
  if (!known.has(picture)) known.set(picture, pixels(picture) !== box);
  return known.get(picture)!;
}
