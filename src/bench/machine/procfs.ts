import { readdir, readFile, readlink } from 'node:fs/promises';

/** Kernel clock ticks a second: 100 on every Linux that Node.js runs on (USER_HZ is part of its interface). */
const ticksPerSecond = 100;

export interface ProcessUse {
  /** User and system time since the process started. */
  cpuSeconds: number;
  memoryBytes: number;
}

async function read(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

/** Processor time of a process from the text of /proc/PID/stat (proc(5): fields 14 and 15); its name may hold spaces. */
export function cpuSecondsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Time in which any core was busy, from the text of /proc/stat: all but idle and iowait. */
export function busySecondsOf(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (stat.split('\n')[0] ?? '')
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond;
}

/** What a process has used; null when it is gone, or where there is no /proc. */
export async function processUse(pid: number): Promise<ProcessUse | null> {
  const [stat, status] = await Promise.all([read(`/proc/${pid}/stat`), read(`/proc/${pid}/status`)]);
  const resident = /^VmRSS:\s+(\d+) kB/m.exec(status ?? '')?.[1];
  if (stat === null || resident === undefined) return null;
  return { cpuSeconds: cpuSecondsOf(stat), memoryBytes: Number(resident) * 1024 };
}

/** Busy time of the whole machine in seconds of one core; null where there is no /proc. */
export async function machineBusySeconds(): Promise<number | null> {
  const stat = await read('/proc/stat');
  return stat === null ? null : busySecondsOf(stat);
}

/** Processes that a process has started. */
export async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(tasks.map((task) => read(`/proc/${pid}/task/${task}/children`)));
  return lists.flatMap((list) => (list ?? '').split(' ').map(Number)).filter((child) => child > 0);
}

/** The inode of the socket that listens on a port, from the text of /proc/net/tcp or tcp6. */
export function listeningInode(table: string, port: number): string | undefined {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .find(([, local, , state]) => local?.endsWith(wanted) === true && state === '0A')?.[9];
}

/** The process of this machine that listens on a port; null when it can't be told. */
export async function listenerOf(port: number): Promise<number | null> {
  const tables = await Promise.all([read('/proc/net/tcp'), read('/proc/net/tcp6')]);
  const inode = tables.map((table) => listeningInode(table ?? '', port)).find((found) => found !== undefined);
  if (inode === undefined) return null;
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const handles = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const handle of handles) {
      const link = await readlink(`/proc/${pid}/fd/${handle}`).catch(() => '');
      if (link === `socket:[${inode}]`) return Number(pid);
    }
  }
  return null;
}
