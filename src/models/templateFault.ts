import { ChatRenderer } from '../engine/llama/ChatRenderer.js';

/** What is wrong with the chat template of a model's file; undefined when it can be read, or there is none. */
export async function templateFault(path: string): Promise<string | undefined> {
  // As in describeGguf: a large library, for those who ask.
  const { readGgufFileInfo } = await import('node-llama-cpp');
  const info = await readGgufFileInfo(path, {
    sourceType: 'filesystem',
    readTensorInfo: false,
    logWarnings: false,
    ignoreKeys: [
      'tokenizer.ggml.tokens',
      'tokenizer.ggml.merges',
      'tokenizer.ggml.scores',
      'tokenizer.ggml.token_type',
    ],
  }).catch(() => undefined);
  try {
    new ChatRenderer(info?.metadata.tokenizer?.chat_template, { bos: '', eos: '' });
    return undefined;
  } catch (error) {
    return `its chat template can not be read: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}
