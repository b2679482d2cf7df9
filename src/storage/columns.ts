/** A time as it is stored: milliseconds since 1970, UTC. */
export function fromDate(date: Date | null): number | null {
  return date === null ? null : date.getTime();
}

export function toDate(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}

/**
 * A name from outside as it is stored and looked for. SQLite cuts a text at a NUL character and PostgreSQL refuses it,
 * so it becomes the replacement character, as a lone surrogate does.
 */
export function toName(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** JSON that this program wrote itself, so its form is known. */
export function fromJson<T>(json: string): T {
  return JSON.parse(json);
}
