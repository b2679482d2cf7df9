import { execFile } from 'node:child_process';
import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem } from 'node:os';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { formatByteSize, parseByteSize } from '../config/byteSize.js';
import { initialConfig } from '../config/Config.js';
import { type Environment, loadEnvironment } from '../config/environment.js';
import { ModelLibrary } from '../models/ModelLibrary.js';
import { estimateMemory, estimateServed, machineMemory, roundUp } from '../models/memory.js';
import { templateFault } from '../models/templateFault.js';
import { leastNode } from '../version.js';

const run = promisify(execFile);

function isAtLeast(version: string, least: string): boolean {
  return version.localeCompare(least, 'en', { numeric: true }) >= 0;
}

interface GpuReport {
  /** The backend that engines will use, false for the CPU. */
  backend: string | false;
  devices: string[];
  memory_bytes: number;
  free_bytes: number;
  /** Why the backend that was asked for can't be used. */
  problem: string | null;
}

interface ModelReport {
  id: string;
  installed: boolean;
  runs: boolean;
  /** What it takes as the server loads it, in bytes: `memoryRequired` of the API, before its Config was changed. */
  memory_bytes: number;
  /** What it takes when there is not that much: with room for one prompt at a time. */
  least_memory_bytes: number;
  /** Why it would not run. */
  reason: string | null;
}

/** Asks the native library, in a way that can neither compile nor download anything. */
async function gpuReport(gpu: Environment['gpu']): Promise<GpuReport> {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
  try {
    const llama = await getLlama({
      gpu,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.disabled,
    });
    const { total, free } = await llama.getVramState();
    const devices = llama.gpu === false ? [] : await llama.getGpuDeviceNames();
    const backend = llama.gpu;
    await llama.dispose();
    return { backend, devices, memory_bytes: total, free_bytes: free, problem: null };
  } catch {
    const problem = `the ${gpu} backend can not be used on this machine: set LLAMAHOME_GPU=auto or false`;
    return { backend: false, devices: [], memory_bytes: 0, free_bytes: 0, problem };
  }
}

/** The version of python3's pip, null when it can't be run. */
async function pipVersion(): Promise<string | null> {
  return run('python3', ['-m', 'pip', '--version'], { timeout: 10_000 }).then(
    ({ stdout }) => /^pip (\S+)/.exec(stdout)?.[1] ?? 'unknown',
    () => null,
  );
}

async function modelReports(library: ModelLibrary, environment: Environment, gpu: GpuReport): Promise<ModelReport[]> {
  const memory = machineMemory() + gpu.memory_bytes;
  const cacheBytes = parseByteSize(initialConfig.systemSettings.cacheSize) ?? memory;
  return Promise.all(
    library.entries.map(async ({ id, contextLength, sizeBytes }) => {
      const file = library.file(id);
      const question = {
        sizeBytes: file?.size ?? sizeBytes,
        trainContextLength: contextLength,
        contextLength: environment.context,
      };
      const need = estimateMemory(question, environment.slots === 'auto' ? 1 : environment.slots);
      const fault =
        file === undefined ? undefined : ((await library.fault(id)) ?? (await templateFault(library.weightsPath(id))));
      const reason =
        fault ?? (need > memory ? `it needs ${formatByteSize(need)}, there are ${formatByteSize(memory)}` : null);
      const report = { id, installed: file !== undefined, runs: reason === null, reason };
      return {
        ...report,
        memory_bytes: estimateServed(question, environment.slots, cacheBytes),
        least_memory_bytes: roundUp(need),
      };
    }),
  );
}

async function examine(environment: Environment) {
  const { home } = environment;
  const writable = await mkdir(home, { recursive: true, mode: 0o700 })
    .then(() => access(home, constants.W_OK))
    .then(
      () => true,
      () => false,
    );
  const disk = await statfs(home).catch(() => undefined);
  const gpu = await gpuReport(environment.gpu);
  const library = writable ? await ModelLibrary.open(home) : undefined;
  return {
    node: { version: process.versions.node, least: leastNode, supported: isAtLeast(process.versions.node, leastNode) },
    cpu: { model: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism() },
    memory: { total_bytes: machineMemory(), free_bytes: freemem() },
    gpu,
    home: { path: home, writable, free_bytes: disk === undefined ? null : disk.bavail * disk.bsize },
    pip: await pipVersion(),
    models: library === undefined ? [] : await modelReports(library, environment, gpu),
    unusable_files: library?.unusable ?? [],
  };
}

type Examination = Awaited<ReturnType<typeof examine>>;

function describe({ node, cpu, memory, gpu, home, pip, models, unusable_files }: Examination): string {
  const gpuText =
    gpu.backend === false
      ? `none in use${gpu.problem === null ? ', the CPU does the work' : `: ${gpu.problem}`}`
      : `${gpu.devices.join(', ')} (${gpu.backend}), ${formatByteSize(gpu.memory_bytes)}, ${formatByteSize(gpu.free_bytes)} free`;
  const free = home.free_bytes === null ? 'unknown' : formatByteSize(home.free_bytes);
  const lines = [
    `Node.js  ${node.version}${node.supported ? '' : `, and ${leastNode} or later is needed`}`,
    `CPU      ${cpu.model}, ${cpu.cores} cores`,
    `Memory   ${formatByteSize(memory.total_bytes)}, ${formatByteSize(memory.free_bytes)} free`,
    `GPU      ${gpuText}`,
    `Home     ${home.path}, ${home.writable ? `${free} free` : 'which can not be written: set LLAMAHOME_HOME'}`,
    `pip      ${pip ?? 'none: models from Python packages can not be fetched, others can'}`,
    '',
    ...models.map(
      ({ id, installed, runs, memory_bytes, least_memory_bytes, reason }) =>
        `${runs ? 'runs' : 'no  '}  ${id}${installed ? ' (installed)' : ''}: ${reason ?? `takes ${formatByteSize(memory_bytes)}, at least ${formatByteSize(least_memory_bytes)}`}`,
    ),
    ...unusable_files.map(({ file, reason }) => `no    ${file} in the models folder: ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** `llamahome doctor [--json]` */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('what this machine has, and which models would run on it')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const found = await examine(loadEnvironment(process.env));
      process.stdout.write(json ? `${JSON.stringify(found, undefined, 2)}\n` : describe(found));
    });
}
