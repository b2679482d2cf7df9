import { access, readdir, readFile } from 'node:fs/promises';

const repository = new URL('../../', import.meta.url);

/** A fenced block of the README or of a page in `docs/` that a reader would paste. */
export interface ReadmeBlock {
  file: string;
  /** Where it begins. */
  line: number;
  /** The heading it stands under. */
  section: string;
  /** What the fence says: `sh`, `ts` … */
  language: string;
  code: string;
  /** What the page shows as its output: the block right behind it that is JSON or has no language. */
  output: string | undefined;
}

/** Blocks that are nothing to run: a picture, and a part of another program's settings. */
const notRun = ['mermaid', 'nginx'];

/** The blocks of the README and of all pages in `docs/`, in their order. @throws Error for an output that belongs to nothing */
export async function readBlocks(): Promise<ReadmeBlock[]> {
  return (await Promise.all((await pages()).map(readBlocksOf))).flat();
}

/** Follows the links of these pages to other files of the repository. */
export async function followLinks(): Promise<{ links: number; missing: string[] }> {
  let links = 0;
  const missing: string[] = [];
  for (const file of [...(await pages()), 'CONTRIBUTING.md', 'SECURITY.md']) {
    const at = new URL(file, repository);
    const text = await readFile(at, 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      links++;
      await access(new URL(target, at)).catch(() => missing.push(`${file}: ${target}`));
    }
  }
  return { links, missing };
}

async function pages(): Promise<string[]> {
  const names = (await readdir(new URL('docs/', repository))).filter((name) => name.endsWith('.md')).sort();
  return ['README.md', ...names.map((name) => `docs/${name}`)];
}

async function readBlocksOf(file: string): Promise<ReadmeBlock[]> {
  const text = await readFile(new URL(file, repository), 'utf8');
  const blocks: ReadmeBlock[] = [];
  let section = '';
  let last: ReadmeBlock | undefined;
  for (const found of text.matchAll(/^## (?<heading>.*)$|^```(?<language>\w*)\n(?<code>[\s\S]*?)^```$/gm)) {
    const { heading, language = '', code = '' } = found.groups ?? {};
    const line = text.slice(0, found.index).split('\n').length;
    if (heading !== undefined) {
      section = heading;
      last = undefined;
    } else if (language === '' || language === 'json') {
      if (last === undefined || last.output !== undefined) throw new Error(`${file}:${line} is an output of nothing.`);
      last.output = code;
    } else if (!notRun.includes(language)) {
      last = { file, line, section, language, code, output: undefined };
      blocks.push(last);
    }
  }
  return blocks;
}

/** The commands of a `sh` block: lines that end with a backslash go on in the next. */
export function commandsOf(code: string): string[] {
  return code
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/\s+# .*$/, '').trim())
    .filter((line) => line !== '');
}

/** Commands that only a person runs: they install, download, take minutes, or are the server itself, which runs already. */
export const leftOut: readonly string[] = [
  'npm ci',
  'npm start',
  'LLAMAHOME_MODEL=demo npm start',
  'npx llamahome pull smollm2-1.7b-instruct',
  'npx llamahome stop smollm2-1.7b-instruct',
  'npx llamahome cp smollm2-1.7b-instruct mine',
  'npx llamahome rm smollm2-1.7b-instruct',
  'npm ci && npm test',
  'npm run dev',
];

/** Measuring takes minutes; the bench has its own tests. */
export function isLeftOut(command: string): boolean {
  return leftOut.includes(command) || /\bnpx llamahome bench\b/.test(command);
}

/** Values that say more than their type. */
function kindOf(text: string): string {
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return 'time';
  return /^prm_[\da-f-]{36}$/.test(text) ? 'prompt id' : 'string';
}

/** Keys in their order, and types; of a list what kinds of items it has. */
function shapeOf(value: unknown, exact: readonly string[]): unknown {
  if (Array.isArray(value)) return withoutRepetitions(value.map((item) => JSON.stringify(shapeOf(item, exact))));
  if (typeof value === 'string') return kindOf(value);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, exact.includes(key) ? item : shapeOf(item, exact)]),
  );
}

function withoutRepetitions(items: string[]): string[] {
  return items.filter((item, index) => item !== items[index - 1]);
}

function lineShape(line: string, exact: readonly string[]): string {
  const [, name = '', rest = ''] = /^(data: )?(.*)$/.exec(line) ?? [];
  return /^[[{]/.test(rest) ? `${name}${JSON.stringify(shapeOf(JSON.parse(rest), exact))}` : line;
}

/**
 * What an output looks like, apart from its texts and numbers: lines and paragraphs of one shape that follow each other
 * count once, for how a text is cut into chunks is nobody's promise.
 * @param exact keys whose values count
 */
export function outputShape(output: string, exact: readonly string[] = []): string[][] {
  const paragraphs = output
    .trim()
    .split(/\n\n+/)
    .map((paragraph) =>
      JSON.stringify(withoutRepetitions(paragraph.split('\n').map((line) => lineShape(line, exact)))),
    );
  return withoutRepetitions(paragraphs).map((paragraph) => JSON.parse(paragraph));
}
