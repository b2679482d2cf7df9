/*
 * Makes client-package, the package llamahome-client: the files of `llamahome/client` and `llamahome/error` as they were
 * built, with only what they import, for programs that need no server. Pack or publish that folder.
 */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const target = new URL('client-package/', root);
const own = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));

/** The packages that the client imports, types included. */
async function importedPackages() {
  const folder = new URL('dist/client/', root);
  const names = new Set();
  for (const file of await readdir(folder)) {
    if (!/\.(js|d\.ts)$/.test(file)) continue;
    const text = await readFile(new URL(file, folder), 'utf8');
    for (const [, path] of text.matchAll(/(?:from|import)[ (]*["']([^."'][^"']*)["']/g)) {
      const name = path
        .split('/')
        .slice(0, path.startsWith('@') ? 2 : 1)
        .join('/');
      if (!path.startsWith('node:')) names.add(name);
    }
    if (/["']\.\.\//.test(text)) throw new Error(`client/${file} imports something of the server.`);
  }
  return [...names].filter((name) => name in own.dependencies).sort();
}

const entry = (name) => {
  const of = (folder) => ({ types: `./dist/${folder}${name}.d.ts`, default: `./dist/${folder}${name}.js` });
  return { import: of('client/'), require: of('commonjs/client/') };
};

const { version, license, type, engines, dependencies } = own;
const manifest = {
  name: 'llamahome-client',
  version,
  description:
    'The client of LlamaHome, which serves local large language models: typed, streaming, resuming by itself.',
  license,
  type,
  engines,
  files: ['dist'],
  main: './dist/commonjs/client/index.js',
  types: './dist/commonjs/client/index.d.ts',
  typesVersions: { '*': { error: ['./dist/commonjs/client/error.d.ts'] } },
  exports: { '.': entry('index'), './error': entry('error'), './package.json': './package.json' },
  dependencies: Object.fromEntries((await importedPackages()).map((name) => [name, dependencies[name]])),
};

await rm(target, { recursive: true, force: true });
await mkdir(target);
const filter = (path) => !path.endsWith('.map');
for (const folder of ['dist/client', 'dist/commonjs/client', 'dist/commonjs/package.json']) {
  await cp(fileURLToPath(new URL(folder, root)), fileURLToPath(new URL(folder, target)), { recursive: true, filter });
}
await cp(new URL('LICENSE', root), new URL('LICENSE', target));
await writeFile(new URL('package.json', target), `${JSON.stringify(manifest, undefined, 2)}\n`);
