import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const options = "{ home: process.env.LLAMAHOME_HOME, model: 'demo', threads: 1, slots: 1, gpu: false }";

/** TypeScript as it is now, and as it was before it knew that CommonJS can require ES modules. */
const latest = join(repository, 'node_modules/typescript/bin/tsc');
const older = join(repository, 'node_modules/@arethetypeswrong/core/node_modules/typescript/bin/tsc');

let folder: string;
let tarball: string;
let files: string[];

/** A new project with the packed package and what it depends on, and nothing of what only its developers need. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: repository,
  });
  const [packed] = JSON.parse(stdout);
  tarball = join(folder, packed.filename);
  files = packed.files.map(({ path }: { path: string }) => path);
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, 'llamahome'), { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', join(modules, 'llamahome'), '--strip-components=1']);
  const { packages } = JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8'));
  const wanted = ['node_modules/@types/node', 'node_modules/undici-types'];
  for (const [path, { dev }] of Object.entries<{ dev?: boolean }>(packages)) {
    const isDirect = /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path);
    if (!isDirect || (dev === true && !wanted.includes(path))) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    // Packages for other machines are in the lock and not on the disk.
    await symlink(join(repository, path), join(folder, path));
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'new-project', version: '1.0.0' }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function node(name: string, code: string): Promise<{ stdout: string; stderr: string }> {
  await writeFile(join(folder, name), code);
  const env = { PATH: process.env.PATH, LLAMAHOME_HOME: join(folder, `home-${name}`), TMPDIR: folder };
  return run(process.execPath, [name], { cwd: folder, env });
}

describe('the package', () => {
  it('holds what is needed and nothing else', () => {
    const unexpected = files.filter(
      (path) =>
        path !== 'bin/llamahome.js' &&
        !/^dist\/[\w./-]+(?<!\.test)\.(js|d\.ts)$/.test(path) &&
        !/^(package\.json|dist\/commonjs\/package\.json|README\.md|LICENSE|schema\/schema\.graphql|src\/models\/catalogue\.json)$/.test(
          path,
        ) &&
        !path.startsWith('dashboards/') &&
        !/^src\/pages\/assets\/[\w/]+\.(html|css|js|graphql)$/.test(path),
    );
    expect(unexpected).toEqual([]);
    expect(files).toContain('dist/cli/main.js');
    expect(files).toContain('dist/engine/llama/process.js');
    expect(files).toContain('src/pages/assets/status.html');
  });

  it('is found right by publint, and its types by attw', async () => {
    const bin = join(repository, 'node_modules/.bin');
    expect((await run(join(bin, 'publint'), ['run', tarball, '--strict'], { cwd: folder })).stdout).toContain(
      'All good!',
    );
    // For every way of looking modules up, old ones too. It exits with an error when it finds a problem.
    const flags = ['--profile', 'strict', '--exclude-entrypoints', 'schema.graphql'];
    expect((await run(join(bin, 'attw'), [tarball, ...flags], { cwd: folder })).stdout).toContain('llamahome/error');
  });

  it('brings nothing that this Node is too old for', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    for (const name of ['package.json', 'package-lock.json']) await copyFile(join(repository, name), join(empty, name));
    const { stderr } = await run('npm', ['ci', '--dry-run', '--offline', '--no-audit'], { cwd: empty });
    expect(stderr).not.toContain('EBADENGINE');

    // Overrides are for this repository alone: whoever installs the package gets what its dependencies ask for.
    const { overrides } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'));
    const { packages } = JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8'));
    expect(Object.keys(overrides).filter((name) => packages[`node_modules/${name}`].dev !== true)).toEqual([]);
  });

  const scripts: [string, string, string][] = [
    [
      'an ES module',
      'use.mjs',
      "import { LlamaServer } from 'llamahome';\nimport { LlamaClient } from 'llamahome/client';\n",
    ],
    [
      'CommonJS',
      'use.cjs',
      "const { LlamaServer } = require('llamahome');\nconst { LlamaClient } = require('llamahome/client');\n",
    ],
  ];
  it.each(scripts)('is used from %s', async (_kind, name, imports) => {
    const { stdout, stderr } = await node(
      name,
      `${imports}
(async () => {
  const llama = new LlamaServer(${options});
  const { text } = await llama.process('hi', { maxTokens: 4 });
  const endpoint = await llama.listen(0);
  const { token } = await llama.createToken({ userId: 'ann', expiresIn: 60 });
  const client = new LlamaClient({ endpoint, apiKey: token });
  const result = await client.process('hi', { maxTokens: 3 });
  console.log(JSON.stringify([text.length, result.text.length, result.model]));
  await llama.close();
})();
`,
    );
    expect([JSON.parse(stdout), stderr]).toEqual([[4, 3, 'demo'], '']);
  });

  it('offers every entry to both, and hides the rest', async () => {
    const code = `
const names = ['', '/client', '/server', '/auth', '/security', '/monitoring', '/error'];
const fs = require('node:fs');
(async () => {
  const same = [];
  for (const name of names) {
    const required = require('llamahome' + name);
    const imported = await import('llamahome' + name);
    same.push(Object.keys(required).length > 0 && Object.keys(required).every((key) => required[key] === imported[key]));
  }
  const schema = fs.readFileSync(require.resolve('llamahome/schema.graphql'), 'utf8');
  const { version } = require('llamahome/package.json');
  let hidden = '';
  try { require('llamahome/dist/index.js'); } catch (error) { hidden = error.code; }
  console.log(JSON.stringify([same, schema.includes('type Query'), version === require('llamahome').version, hidden]));
})();`;
    const { stdout } = await node('entries.cjs', code);
    expect(JSON.parse(stdout)).toEqual([Array(7).fill(true), true, true, 'ERR_PACKAGE_PATH_NOT_EXPORTED']);
  });

  it("measures somebody else's service, compiled from TypeScript", async () => {
    const source = `
import { AdvancedMetrics, MetricsCollector, PerformanceMonitor, ResourceMonitor } from 'llamahome/monitoring';

const collector = new MetricsCollector();
const monitor = new PerformanceMonitor();
const resources = new ResourceMonitor();
async function work(fail: boolean): Promise<void> {
  using operation = monitor.trackOperation('block');
  if (fail) operation.fail();
}
{
  using _tracking = resources.trackResources({ interval: 60, metrics: ['cpu', 'memory'] });
  await monitor.trackOperation('whole', () => work(true));
  collector.recordRequest({ endpoint: '/work', duration: 0.25, status: 'success' });
  new AdvancedMetrics({ enableTracing: true }).recordRequest({ endpoint: '/work', duration: 0.25, status: 200 });
  await resources.read();
}
console.log(await collector.metrics());
`;
    const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'node20' });
    expect(code).not.toMatch(/^\s*using /m);
    const { stdout, stderr } = await node('service.mjs', code);
    expect(stderr).toBe('');
    for (const line of [
      'llamahome_operation_duration_seconds_count{operation="block",outcome="error"} 1',
      'llamahome_operation_duration_seconds_count{operation="whole",outcome="ok"} 1',
      'llamahome_http_requests_total{route="/work",method="GET",status="success"} 1',
      'llamahome_http_request_duration_seconds_sum{route="/work",method="GET"} 0.5',
      'llamahome_memory_bytes{process="server"} ',
    ]) {
      expect(stdout).toContain(`\n${line}`);
    }
  });

  const commonJs = { module: 'commonjs', moduleResolution: 'node10', esModuleInterop: true };
  it.each([
    ['an ES module', 'use.mts', { module: 'nodenext' }, latest],
    ['CommonJS', 'use.cts', { module: 'nodenext' }, latest],
    ['what a bundler takes', 'use.ts', { module: 'esnext', moduleResolution: 'bundler' }, latest],
    ['an ES module, checked strictly', 'use.mts', { module: 'node16' }, older],
    ['CommonJS, checked strictly', 'use.cts', { module: 'node16' }, older],
    ['CommonJS of a project that knows no exports', 'use.ts', commonJs, older],
    ['what a bundler takes', 'use.ts', { module: 'esnext', moduleResolution: 'bundler' }, older],
  ])('has types for %s (%s, %o)', async (_kind, file, settings, compiler) => {
    const code = `
import { APIError as SameError, LlamaClient, LlamaServer, LlamaHomeError, type LlamaServerOptions } from 'llamahome';
import { APIClient, type GenerationResult } from 'llamahome/client';
import { TokenGenerator } from 'llamahome/auth';
import { RateLimiter } from 'llamahome/security';
import { PerformanceMonitor } from 'llamahome/monitoring';
import { APIError, RetryHandler } from 'llamahome/error';
import type { LlamaHandler, TokenClaims } from 'llamahome/server';

const options: LlamaServerOptions = { model: 'demo', slots: 2 };
export async function use(): Promise<string> {
  const llama = new LlamaServer(options);
  const handler: LlamaHandler = llama.handler;
  const answer: Response = await handler(new Request('http://localhost/healthz'));
  const result: GenerationResult = await llama.process('hi', { maxTokens: 4 });
  const items = await llama.batch(['a', { prompt: 'b', temperature: 0 }]);
  for (const item of items) if (item instanceof LlamaHomeError) console.log(item.code);
  for await (const { text, index } of llama.stream('hi')) console.log(text.length + index);
  const claims: TokenClaims = { userId: 'ann', expiresIn: 60 };
  const { token }: { token: string } = await llama.createToken(claims);
  // @ts-expect-error there is no such option
  await new APIClient('key').process('hi', { colour: 'red' });
  // @ts-expect-error a number is wanted
  new LlamaServer({ slots: 'two' });
  return [answer.status, result.text, token, TokenGenerator.name, RateLimiter.name, PerformanceMonitor.name, SameError.name, LlamaClient.name, APIError.name, RetryHandler.name].join();
}
`;
    await writeFile(join(folder, file), code);
    const compilerOptions = {
      ...settings,
      target: 'es2022',
      lib: ['esnext'],
      types: ['node'],
      strict: true,
      noEmit: true,
    };
    const config = `tsconfig.${Object.values(settings).join('.')}.${file}.json`;
    await writeFile(join(folder, config), JSON.stringify({ compilerOptions, files: [file] }));
    const checked = run(process.execPath, [compiler, '-p', config], { cwd: folder });
    expect(
      await checked.then(
        ({ stdout }) => stdout,
        ({ stdout }) => stdout,
      ),
    ).toBe('');
  });

  it('brings its program', async () => {
    const { stdout } = await run(process.execPath, ['node_modules/llamahome/dist/cli/main.js', 'models', '--json'], {
      cwd: folder,
      env: { PATH: process.env.PATH, LLAMAHOME_HOME: join(folder, 'program') },
    });
    expect(JSON.parse(stdout).models.map(({ id }: { id: string }) => id)).toContain('demo');
    expect(await readdir(join(folder, 'program'))).toEqual(['models']);
  });
});
