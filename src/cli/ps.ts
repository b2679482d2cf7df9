import { Command } from 'commander';
import { formatByteSize } from '../config/byteSize.js';
import { type ServerFlags, withServer, withServerFlags } from './findServer.js';
import { printJson, table } from './table.js';

interface Loaded {
  server: {
    models: {
      slug: string;
      contextLength: number;
      performance: { memoryRequired: number; tokensPerSecond: number | null };
      idleSince: string | null;
    }[];
  };
}

const question = `{
  server { models { slug contextLength performance { memoryRequired tokensPerSecond } idleSince } }
}`;

const units = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const;

/** How long ago something was, in its largest unit. */
function since(time: string): string {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000));
  const [length, unit] = units.find(([least]) => seconds >= least) ?? [1, 's'];
  return `${Math.floor(seconds / length)} ${unit}`;
}

/** `llamahome ps [--json]` */
export function psCommand(): Command {
  return withServerFlags(new Command('ps'))
    .description('list the models that the running server has in memory, and how long each has been idle')
    .option('--json', 'as JSON')
    .action(async ({ json, ...flags }: ServerFlags & { json?: boolean }) => {
      const { server } = await withServer(flags, ['metrics:read'], (client) => client.graphql<Loaded>(question));
      const models = server.models.map(({ slug, contextLength, performance, idleSince }) => ({
        id: slug,
        memory_bytes: performance.memoryRequired,
        context_length: contextLength,
        tokens_per_second: performance.tokensPerSecond,
        idle_since: idleSince,
      }));
      if (json) return printJson({ models });
      if (models.length === 0) return void process.stderr.write('No model is in memory.\n');
      const rows = models.map(({ id, memory_bytes, context_length, tokens_per_second, idle_since }) => [
        id,
        formatByteSize(memory_bytes),
        String(context_length),
        tokens_per_second === null ? '' : String(Number(tokens_per_second.toPrecision(3))),
        idle_since === null ? 'at work' : since(idle_since),
      ]);
      process.stdout.write(table(['MODEL', 'MEMORY', 'CONTEXT', 'TOKENS/S', 'IDLE'], rows));
    });
}
