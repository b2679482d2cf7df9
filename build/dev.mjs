/**
 * `npm run dev`: compiles on every change and runs the server anew, on the demo model unless LLAMAHOME_MODEL says
 * otherwise. What stands behind `--` goes to `llamahome serve`.
 */
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const env = { LLAMAHOME_MODEL: 'demo', ...process.env };
/** An editor saves in several steps, and a formatter after it. */
const settleMs = 50;

function run(command, args, options = {}) {
  return spawn(command, args, { cwd: root, env, stdio: 'inherit', ...options });
}

function ended(child) {
  return new Promise((resolve) => child.once('exit', resolve));
}

let server;
let isLeaving = false;

async function stop() {
  if (server === undefined) return;
  const end = ended(server);
  server.kill('SIGTERM');
  await end;
}

function start() {
  const started = run(process.execPath, ['dist/cli/main.js', 'serve', ...process.argv.slice(2)]);
  server = started;
  started.once('exit', () => {
    if (server === started) server = undefined;
  });
}

/** What runs goes on until its successor is compiled. */
async function rebuild() {
  if ((await ended(run(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'tsconfig.build.json']))) !== 0)
    return;
  await stop();
  if (!isLeaving) start();
}

let timer;
let building = Promise.resolve();
watch(fileURLToPath(new URL('../src', import.meta.url)), { recursive: true }, () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    building = building.then(rebuild);
  }, settleMs);
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    isLeaving = true;
    await stop();
    process.exit();
  });
}
start();
