import { Command } from 'commander';
import { formatByteSize } from '../config/byteSize.js';
import { loadEnvironment } from '../config/environment.js';
import { ModelLibrary } from '../models/ModelLibrary.js';

/** `llamahome models [--json]` */
export function modelsCommand(): Command {
  return new Command('models')
    .description('list the models of the catalogue and which of them are installed')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const library = await ModelLibrary.open(loadEnvironment(process.env).home);
      const models = library.entries.map(({ sources: _, contextLength, sizeBytes, ...entry }) => {
        const file = library.file(entry.id);
        return {
          ...entry,
          context_length: contextLength,
          size_bytes: file?.size ?? sizeBytes,
          installed: file !== undefined,
        };
      });
      process.stdout.write(json ? `${JSON.stringify({ models }, undefined, 2)}\n` : table(models.map(rowOf)));
    });
}

interface Listed {
  id: string;
  parameters: string;
  licence: string;
  aliases: string[];
  context_length: number;
  size_bytes: number;
  installed: boolean;
}

const head = ['MODEL', 'STATE', 'PARAMETERS', 'SIZE', 'CONTEXT', 'LICENCE', 'ALSO'];

function rowOf(model: Listed): string[] {
  return [
    model.id,
    model.installed ? 'installed' : 'available',
    model.parameters,
    formatByteSize(model.size_bytes),
    String(model.context_length),
    model.licence,
    model.aliases.join(', '),
  ];
}

function table(rows: string[][]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
