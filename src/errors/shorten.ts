/** A text, cut where it is longer than `most` characters: what a client sent may be a megabyte long. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half of a character outside the basic plane can't be shown.
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
