/** A Model's global id is this and its catalogue id. */
export const modelPrefix = 'mdl_';

/** The catalogue id or alias meant by either a global id or the name itself. */
export function slugOf(idOrName: string): string {
  return idOrName.startsWith(modelPrefix) ? idOrName.slice(modelPrefix.length) : idOrName;
}
