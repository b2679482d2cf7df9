import { distance } from 'fastest-levenshtein';

/**
 * The ids that somebody who wrote `name` may have meant, best first: those that begin with it, then those that differ
 * in at most a third of its characters.
 */
export function similarIds(name: string, ids: readonly string[], most = 5): string[] {
  const wanted = name.toLowerCase().slice(0, 100);
  const score = (id: string) => (wanted !== '' && id.startsWith(wanted) ? 0 : distance(wanted, id));
  return ids
    .map((id) => ({ id, score: score(id) }))
    .filter((near) => near.score <= Math.max(1, wanted.length / 3))
    .sort((a, b) => a.score - b.score || (a.id < b.id ? -1 : 1))
    .slice(0, most)
    .map(({ id }) => id);
}
