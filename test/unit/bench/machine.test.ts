import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import {
  busySecondsOf,
  cpuSecondsOf,
  listenerOf,
  listeningInode,
  processUse,
} from '../../../src/bench/machine/procfs.js';
import { readDecodes } from '../../../src/bench/targets/watchMetrics.js';

const linux = process.platform === 'linux';

test('the time of a process is read past a name with spaces and brackets', () => {
  const stat = '42 (a (strange) name) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 11 0 100 1000 10';
  expect(cpuSecondsOf(stat)).toBe(2);
});

test('a machine is busy in all but idle and waiting for disks', () => {
  expect(busySecondsOf('cpu  100 200 300 99999 88888 1 2 3 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n')).toBe(6.06);
});

test('a listening socket is found by its port, others of that port are not', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:0FA0 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 111 1',
    '   1: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1',
  ].join('\n');
  expect(listeningInode(table, 4000)).toBe('222');
  expect(listeningInode(table, 4001)).toBeUndefined();
});

test.runIf(linux)('this process is found by the port that it listens on', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  expect(await listenerOf(address.port)).toBe(process.pid);
  server.close();
});

test.runIf(linux)('a process tells its time and memory until it is gone', async () => {
  const use = await processUse(process.pid);
  expect(use?.cpuSeconds).toBeGreaterThan(0);
  expect(use?.memoryBytes).toBeGreaterThan(10_000_000);
  expect(await processUse(2 ** 22 + 1)).toBeNull();
});

test('the occupancy of the batch is read from the metrics of either server', () => {
  const theirs = [
    '# TYPE llamacpp:n_decode_total counter',
    'llamacpp:n_decode_total 10',
    'llamacpp:n_busy_slots_per_decode 3.5',
  ].join('\n');
  expect(readDecodes(theirs)).toEqual({ decodes: 10, sequences: 35 });
  const ours = [
    'llamahome_step_sequences_bucket{le="1",model="a"} 5',
    'llamahome_step_sequences_sum{model="a"} 12',
    'llamahome_step_sequences_count{model="a"} 6',
    'llamahome_step_sequences_sum{model="b"} 3',
    'llamahome_step_sequences_count{model="b"} 1',
  ].join('\n');
  expect(readDecodes(ours)).toEqual({ decodes: 7, sequences: 15 });
  expect(readDecodes('other_metric 1')).toBeNull();
});
