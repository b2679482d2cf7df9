import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChatMessage } from '../../src/engine/Engine.js';
import { ChatRenderer } from '../../src/engine/llama/ChatRenderer.js';
import { NativeVocabulary } from '../../src/engine/llama/NativeVocabulary.js';
import { PromptTokenizer } from '../../src/engine/llama/PromptTokenizer.js';
import { TokenText } from '../../src/engine/llama/TokenText.js';
import { vocabularies, writeVocabulary } from '../support/vocabularies.js';

/** A folder of further vocabularies to test with, as llama.cpp's `models/ggml-vocab-*.gguf`. */
const more = process.env.LLAMAHOME_TEST_VOCABULARIES;
// Those of BERT are for embeddings only: they lower-case what they read.
const isGenerative = (name: string) => /^ggml-vocab.*\.gguf$/.test(name) && !name.includes('bert');
const moreFiles = more === undefined ? [] : (await readdir(more)).filter(isGenerative);

const chatMl =
  "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}{{ '<|im_start|>assistant\\n' }}";
const templates = {
  chatMl,
  llama2:
    "{% for m in messages %}{% if m['role'] == 'user' %}{{ bos_token + '[INST] ' + m['content'] + ' [/INST]' }}{% else %}{{ m['content'] + eos_token }}{% endif %}{% endfor %}",
  gemma:
    "{{ bos_token }}{% for m in messages %}{{ '<start_of_turn>' + m['role'] + '\\n' + m['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}",
  plain: '{% for m in messages %}{{ m.content }}{% endfor %}',
};

const contents = [
  ['What is a llama?'],
  ['Hello'],
  [' Hello ', 'What', '\nhey'],
  ['\n\nWhat  is\n\n a', ' ', 'llama?\n'],
  ['Zoë 🦙 漢字 <b>bold</b> <tool> {{ x }}', '', '[INST] in words'],
];

function conversation(texts: readonly string[]): ChatMessage[] {
  return texts.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
}

let folder: string;
let llama: Llama;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamahome-vocabularies-'));
  llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: LlamaLogLevel.disabled });
});
afterAll(async () => {
  await llama.dispose();
  await rm(folder, { recursive: true });
});

const names = [...Object.keys(vocabularies), ...moreFiles];

describe.each(names)('with the vocabulary %s', (name) => {
  let model: LlamaModel;
  let vocabulary: NativeVocabulary;
  beforeAll(async () => {
    const own = vocabularies[name];
    const modelPath =
      own === undefined ? join(more ?? '', basename(name)) : join(folder, `${names.indexOf(name)}.gguf`);
    if (own !== undefined) await writeVocabulary(modelPath, own);
    model = await llama.loadModel({ modelPath, vocabOnly: true });
    vocabulary = new NativeVocabulary(model);
  });
  afterAll(() => model.dispose());

  const tokenizerOf = (template: string | undefined) =>
    new PromptTokenizer(vocabulary, new ChatRenderer(template, vocabulary.boundaryTexts));

  /** The whole text with its special tokens, and the first token that the vocabulary wants. */
  function reference(text: string): number[] {
    const tokens: number[] = model.tokenize(text, true);
    const first = vocabulary.requiredFirstToken;
    return first === undefined || tokens[0] === first ? tokens : [first, ...tokens];
  }

  test.each(Object.entries(templates))(
    'a prompt of the template %s has the tokens of its whole text',
    (_, template) => {
      for (const texts of contents) {
        const messages = conversation(texts);
        const rendered = new ChatRenderer(template, vocabulary.boundaryTexts).render(messages).value;
        if (rendered.includes('[INST] in words') && specialTexts().includes('[INST]')) continue;
        expect(tokenizerOf(template).tokenize(messages)).toEqual(reference(rendered));
      }
    },
  );

  test('the text of a special token stays text wherever somebody writes it', () => {
    for (const special of specialTexts().slice(0, 20)) {
      for (const content of [special, `a${special}b`, `${special}\nx`, `${special}${special}`]) {
        const tokens = tokenizerOf(undefined).tokenize([{ role: 'user', content }]);
        const first = vocabulary.requiredFirstToken;
        const own = tokens[0] === first ? tokens.slice(1) : tokens;
        expect(own.filter((token) => vocabulary.spellingOf(token) === special)).toEqual([]);
        expect(bytesOf(own).trim()).toBe(content.trim());
      }
    }
  });

  function bytesOf(tokens: number[]): string {
    const text = new TokenText(vocabulary);
    return Buffer.concat(tokens.map((token) => text.bytesOf(token))).toString();
  }

  /** Those of the turns' marks too that a vocabulary has among its ordinary words. */
  function specialTexts(): string[] {
    return [...model.iterateAllTokens()]
      .filter((token) => model.getTokenAttributes(token).control || vocabulary.spellingOf(token) === '<|user|>')
      .map((token) => vocabulary.spellingOf(token))
      .filter((text) => /^[!-~]{3,}$/.test(text));
  }
});
