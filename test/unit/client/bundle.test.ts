import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';

/** Bytes, minified and gzipped, that a page pays. What is measured stands in the README; this leaves some room. */
const bounds = {
  client: { minified: 69_500, gzipped: 22_000 },
  error: { minified: 17_500, gzipped: 5_600 },
} as const;

async function bundle(entry: string) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const text = result.outputFiles[0]?.text ?? '';
  return {
    text,
    inputs: Object.keys(result.metafile.inputs),
    imports: Object.values(result.metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path)),
    minified: text.length,
    gzipped: gzipSync(text).length,
  };
}

describe.each([
  ['client', 'src/client/index.ts'],
  ['error', 'src/client/error.ts'],
] as const)('llamahome/%s in a browser', (name, entry) => {
  test('is one file of a known size with nothing of Node or of the server in it', async () => {
    const { text, inputs, imports, minified, gzipped } = await bundle(entry);
    console.info(`llamahome/${name}: ${minified} bytes minified, ${gzipped} gzipped`);
    const ours = inputs.filter((path) => !path.startsWith('node_modules/'));
    expect(ours.filter((path) => !path.startsWith('src/client/'))).toEqual([]);
    const packages = new Set(inputs.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
    const allowed = name === 'client' ? ['cockatiel', 'graphql', 'graphql-ws'] : ['cockatiel'];
    expect([...packages].sort()).toEqual(allowed);
    expect(imports).toEqual([]);
    expect(text).not.toMatch(/["']node:|\brequire\(/);
    expect(minified).toBeLessThan(bounds[name].minified);
    expect(gzipped).toBeLessThan(bounds[name].gzipped);
  });
});
