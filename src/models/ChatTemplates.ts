import { ggufFault } from './ggufFile.js';

/** What fills most of a file's header, and is not asked for here. */
const vocabulary = ['tokens', 'merges', 'scores', 'token_type'].map((name) => `tokenizer.ggml.${name}`);
/** Files whose templates are kept: each may be large. */
const mostKept = 64;

/** The chat templates of model files, each file read once. */
export class ChatTemplates {
  private readonly kept = new Map<string, Promise<string | null>>();

  /**
   * The template in a file's header; null when it has none or can't be read.
   * @param signature tells one state of the file from another
   */
  read(path: string, signature: string): Promise<string | null> {
    const key = `${path}\n${signature}`;
    const kept = this.kept.get(key);
    if (kept !== undefined) return kept;
    const template = readTemplate(path);
    this.kept.set(key, template);
    const [oldest] = this.kept.keys();
    if (this.kept.size > mostKept && oldest !== undefined) this.kept.delete(oldest);
    return template;
  }
}

async function readTemplate(path: string): Promise<string | null> {
  if ((await ggufFault(path)) !== undefined) return null;
  // A large library, which a server that nobody asks for a template does not carry in memory.
  const { readGgufFileInfo } = await import('node-llama-cpp');
  const options = {
    sourceType: 'filesystem',
    logWarnings: false,
    readTensorInfo: false,
    ignoreKeys: vocabulary,
  } as const;
  const info = await readGgufFileInfo(path, options).catch(() => undefined);
  return info?.metadata.tokenizer?.chat_template ?? null;
}
