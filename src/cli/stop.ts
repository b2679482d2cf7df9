import { Command } from 'commander';
import { formatByteSize } from '../config/byteSize.js';
import { type ServerFlags, withServer, withServerFlags } from './findServer.js';
import { printJson } from './table.js';

interface Found {
  model: { slug: string; state: string; performance: { memoryRequired: number } };
}

/** `llamahome stop <model>` */
export function stopCommand(): Command {
  return withServerFlags(new Command('stop'))
    .description(
      'take a model out of the memory of the running server; its file stays, and the next prompt loads it again',
    )
    .argument('<model>', 'id or alias, as `llamahome ps` lists them')
    .option('--json', 'as JSON')
    .action(async (name: string, { json, ...flags }: ServerFlags & { json?: boolean }) =>
      withServer(flags, ['models:read', 'models:manage'], async (client) => {
        const question = 'query ($id: String!) { model(id: $id) { slug state performance { memoryRequired } } }';
        const { model } = await client.graphql<Found>(question, { id: name });
        const loaded = model.state === 'READY' || model.state === 'LOADING';
        const unload = 'mutation ($id: String!) { unloadModel(id: $id) { model { slug } } }';
        await client.graphql(unload, { id: model.slug });
        if (json) return printJson({ id: model.slug, stopped: loaded });
        const free = formatByteSize(model.performance.memoryRequired);
        const said = loaded ? `is stopped: ${free} of memory are free again` : 'was not in memory';
        process.stderr.write(`${model.slug} ${said}.\n`);
      }),
    );
}
