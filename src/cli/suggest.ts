import { distance } from 'fastest-levenshtein';

/** What people type who know other programs of this kind. */
const otherWords: Readonly<Record<string, string>> = {
  alias: 'cp',
  ask: 'run',
  copy: 'cp',
  delete: 'rm',
  download: 'pull',
  fetch: 'pull',
  generate: 'run',
  get: 'pull',
  info: 'show',
  install: 'pull',
  ls: 'list',
  remove: 'rm',
  server: 'serve',
  start: 'serve',
  status: 'ps',
  talk: 'chat',
  uninstall: 'rm',
  unload: 'stop',
};

/** The name that somebody who wrote `word` may have meant; undefined when none is near. */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  const written = word.toLowerCase().slice(0, 40);
  const meant = otherWords[written];
  if (meant !== undefined && names.includes(meant)) return meant;
  const most = Math.max(1, Math.floor(written.length / 2));
  const words = [...names, ...Object.keys(otherWords)];
  const [near] = words
    .map((known) => ({
      name: names.includes(known) ? known : otherWords[known],
      length: known.length,
      edits: known.startsWith(written) ? 0 : distance(written, known),
    }))
    .filter(({ name, length, edits }) => name !== undefined && names.includes(name) && edits <= most && edits < length)
    .sort((a, b) => a.edits - b.edits);
  return near?.name;
}
