import { Command } from 'commander';
import { formatByteSize } from '../config/byteSize.js';
import { loadEnvironment } from '../config/environment.js';
import { type ServerFlags, withServer, withServerFlags } from './findServer.js';
import { HomeModels, type ShownModel, showOnServer } from './ListedModel.js';
import { harmless } from './TextOutput.js';
import { printJson, table } from './table.js';

async function find(name: string, flags: ServerFlags): Promise<ShownModel> {
  if (!(flags.url ?? process.env.LLAMAHOME_URL))
    return (await HomeModels.open(loadEnvironment(process.env))).show(name);
  return withServer(flags, ['models:read'], (client) => showOnServer(client, name));
}

function describe(model: ShownModel): string {
  const facts = [
    ['Model', `${model.id} (${model.name}, version ${model.version})`],
    ['State', model.installed ? 'installed' : `available: llamahome pull ${model.id}`],
    ['Parameters', model.parameters],
    ['Size', formatByteSize(model.size_bytes)],
    ['Context', `${model.context_length} tokens`],
    ['Capabilities', model.capabilities.join(', ')],
    ['Licence', model.licence ?? 'unknown'],
    ['Also', model.aliases.join(', ') || 'no other name'],
  ];
  const none = model.installed ? 'none: prompts go to the model as they are' : 'known when it is installed';
  const template = model.chat_template === null ? none : `\n\n${model.chat_template.trimEnd()}`;
  const [first = [], ...rest] = facts;
  return `${table(first, rest)}Template${model.chat_template === null ? '      ' : ''}${template}\n`;
}

/** `llamahome show <model>` */
export function showCommand(): Command {
  return withServerFlags(new Command('show'))
    .description('tell what a model is: parameters, context, licence, chat template')
    .argument('<model>', 'id or alias, as `llamahome models` lists them')
    .option('--json', 'as JSON')
    .action(async (name: string, { json, ...flags }: ServerFlags & { json?: boolean }) => {
      const model = await find(name, flags);
      if (json) return printJson(model);
      const text = describe(model);
      process.stdout.write(process.stdout.isTTY ? harmless(text) : text);
    });
}
