/*
 * Makes dist/commonjs, so that `require` has an entry and types of its own in TypeScript: there, a file that is CommonJS
 * may not require what its types call an ES module. There is no second build. Each entry requires the ES module, which
 * every Node that is supported can, so that both see the same classes; and the types are copies, which mean CommonJS
 * because the package.json beside them says so.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const target = join(dist, 'commonjs');
const { exports } = JSON.parse(await readFile(join(dist, '../package.json'), 'utf8'));

/** Of every entry: its ES module, from `dist`. */
const entries = Object.values(exports).flatMap((entry) =>
  typeof entry === 'string' ? [] : [relative(dist, resolve(dist, '..', entry.import.default))],
);

async function write(path, content) {
  await mkdir(dirname(join(target, path)), { recursive: true });
  await writeFile(join(target, path), content);
}

const copied = new Set();

/** Copies declarations and all that they name. */
async function copyTypes(path) {
  if (copied.has(path)) return;
  copied.add(path);
  const content = await readFile(join(dist, path), 'utf8');
  await write(path, content);
  for (const [, named] of content.matchAll(/(?:from|import)[ (]["'](\.{1,2}\/[^"']+)\.js["']/g)) {
    await copyTypes(join(dirname(path), `${named}.d.ts`));
  }
}

await rm(target, { recursive: true, force: true });
await write('package.json', '{ "type": "commonjs" }\n');
for (const entry of entries) {
  const module = relative(dirname(join(target, entry)), join(dist, entry)).replaceAll('\\', '/');
  await write(entry, `module.exports = require('${module}');\n`);
  await copyTypes(entry.replace(/\.js$/, '.d.ts'));
}
