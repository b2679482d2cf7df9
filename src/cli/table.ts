import Table from 'cli-table3';

const sides = ['top', 'bottom', 'left', 'right', 'mid', 'middle'];
const corners = [
  'top-mid',
  'top-left',
  'top-right',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left-mid',
  'mid-mid',
  'right-mid',
];
const plain = {
  chars: Object.fromEntries([...sides, ...corners].map((name) => [name, ''])),
  style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
};

/** Columns without lines, as programs of a shell show them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = new Table(plain);
  shown.push([...head], ...rows.map((row) => [...row]));
  return shown
    .toString()
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** For programs. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
