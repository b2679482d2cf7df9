import { open } from 'node:fs/promises';
import { type GgufValue, writeGguf } from '../../src/models/GgufWriter.js';

/** `llama_token_type` of llama.cpp. */
const types = { normal: 1, unknown: 2, control: 3, userDefined: 4, byte: 6 };

type Piece = [text: string, type: keyof typeof types];

const bytes: Piece[] = Array.from({ length: 256 }, (_, byte) => [
  `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  'byte',
]);

/** Words of a SentencePiece vocabulary with all their beginnings, so that merging finds its way to them. */
function grown(words: readonly string[]): Piece[] {
  const pieces = words.flatMap((word) =>
    Array.from(word, (_, index) =>
      Array.from(word)
        .slice(0, index + 1)
        .join(''),
    ),
  );
  const letters = words.flatMap((word) => Array.from(word));
  return [...new Set([...letters, ...pieces])].map((text) => [text, 'normal']);
}

const words = [
  '▁What',
  '▁is',
  '▁a',
  '▁llama',
  '?',
  'What',
  'user',
  '▁Hello',
  'Hello',
  '▁[',
  '[',
  ']',
  '/',
  'INST',
  '\n',
  'he',
  'hey',
];

/** The GPT-2 alphabet: every byte is a token. */
function byteAlphabet(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(printable ? byte : next++);
  });
}

const merges = ['h e', 'l l', 'Ġ W', 'ĠW h', 'a t', 'ĠWh at', 'W h', 'Wh at', 'Ċ Ċ', 'l o', '| >', '< |', '. Ċ'];

const specials: Record<string, Piece[]> = {
  chatMl: [
    ['<|im_start|>', 'control'],
    ['<|im_end|>', 'control'],
    ['<|user|>', 'userDefined'],
    ['<tool>', 'userDefined'],
  ],
  gemma: [
    ['<start_of_turn>', 'control'],
    ['<end_of_turn>', 'control'],
    ['▁▁', 'userDefined'],
    ['\n\n', 'userDefined'],
    ['<b>', 'userDefined'],
  ],
};

const sentencePiece = (before: Piece[], more: Piece[], addSpace: boolean): Record<string, GgufValue> => {
  const pieces: Piece[] = [['<unk>', 'unknown'], ['<s>', 'control'], ['</s>', 'control'], ...before, ...bytes, ...more];
  return {
    'tokenizer.ggml.model': { string: 'llama' },
    'tokenizer.ggml.tokens': { strings: pieces.map(([text]) => text) },
    // Longer pieces are merged first.
    'tokenizer.ggml.scores': { f32s: pieces.map(([text]) => Array.from(text).length) },
    'tokenizer.ggml.token_type': { i32s: pieces.map(([, type]) => types[type]) },
    'tokenizer.ggml.bos_token_id': { u32: 1 },
    'tokenizer.ggml.eos_token_id': { u32: 2 },
    'tokenizer.ggml.unknown_token_id': { u32: 0 },
    'tokenizer.ggml.add_bos_token': { bool: true },
    'tokenizer.ggml.add_space_prefix': { bool: addSpace },
  };
};

const bytePair = (more: Piece[]): Record<string, GgufValue> => {
  const pieces: Piece[] = [
    ...byteAlphabet().map((text): Piece => [text, 'normal']),
    ...merges.map((merge): Piece => [merge.replace(' ', ''), 'normal']),
    ...more,
  ];
  return {
    'tokenizer.ggml.model': { string: 'gpt2' },
    'tokenizer.ggml.pre': { string: 'default' },
    'tokenizer.ggml.tokens': { strings: pieces.map(([text]) => text) },
    'tokenizer.ggml.token_type': { i32s: pieces.map(([, type]) => types[type]) },
    'tokenizer.ggml.merges': { strings: merges },
    'tokenizer.ggml.bos_token_id': { u32: pieces.findIndex(([text]) => text === '<|im_start|>') },
    'tokenizer.ggml.eos_token_id': { u32: pieces.findIndex(([text]) => text === '<|im_end|>') },
    'tokenizer.ggml.add_bos_token': { bool: false },
  };
};

/** One vocabulary of each kind, small ones with what makes the kind special. */
export const vocabularies: Record<string, Record<string, GgufValue>> = {
  'byte-pair': bytePair(specials.chatMl ?? []),
  SentencePiece: sentencePiece([], [...grown(words), ...(specials.chatMl ?? [])], true),
  'like that of Gemma': sentencePiece(specials.gemma ?? [], grown(words), false),
};

/** Writes a file that holds a vocabulary and no weights. */
export async function writeVocabulary(path: string, metadata: Record<string, GgufValue>): Promise<void> {
  const file = await open(path, 'w');
  try {
    await writeGguf(file, { 'general.architecture': { string: 'llama' }, ...metadata }, []);
  } finally {
    await file.close();
  }
}
