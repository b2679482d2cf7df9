import { open } from 'node:fs/promises';
import { type GgufTensor, type GgufValue, writeGguf } from './GgufWriter.js';

/** Sizes of a demo model; larger ones are slower, which tests of cancelling and queueing want. */
export interface DemoModelOptions {
  /** Tokens; default 2048. */
  contextLength?: number;
  /** Default 2. */
  layers?: number;
  /** Width, a multiple of 8; default 64. Work per token grows with its square. */
  embedding?: number;
  /** Default: ChatML. */
  chatTemplate?: string;
  /** Default: the one that it is. */
  architecture?: string;
}

const heads = 4;
const special = ['<s>', '</s>', '<|im_start|>', '<|im_end|>'];
const [bos, eos, , endOfTurn] = [256, 257, 258, 259];
const vocabularySize = 256 + special.length;
const tokenTypes = { normal: 1, control: 3 };

const chatMl =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** Every byte as a token in the GPT-2 alphabet (`bytes_to_unicode` of its encoder): any UTF-8 text has tokens. */
function byteTokens(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(printable ? byte : next++);
  });
}

/** Fixed-seed random numbers, uniform with mean 0 and the given standard deviation (mulberry32). */
function noise(seed: number): (length: number, deviation: number) => Float32Array {
  let state = seed;
  return (length, deviation) => {
    const values = new Float32Array(length);
    const width = deviation * Math.sqrt(12);
    for (let index = 0; index < length; index++) {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      values[index] = (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 - 0.5) * width;
    }
    return values;
  };
}

/**
 * The weights. Component 0 of the residual stream is a constant: every token's embedding sets it, and no layer reads
 * or writes it. What the layers add is bounded, as their inputs are normalised; so it is still well above zero after the last
 * RMSNorm, and a row of the output matrix can use it as a bias: a huge negative one for all that is not printable ASCII.
 */
function weights(layers: number, width: number): GgufTensor[] {
  const random = noise(7);
  const hidden = 2 * width;
  const constant = Math.sqrt(width);
  const forbidden = -4000;

  const ones = (first: number) => () => new Float32Array(width).fill(1).fill(first, 0, 1);
  const matrix = (inputs: number, outputs: number, gain: number) => () =>
    random(inputs * outputs, gain / Math.sqrt(inputs));
  // What is added to the residual stream leaves component 0, the first output, alone.
  const adding = (inputs: number, gain: number) => () => matrix(inputs, width, gain)().fill(0, 0, inputs);

  const embedding = () => {
    const values = random(width * vocabularySize, 1);
    for (let token = 0; token < vocabularySize; token++) values[token * width] = constant;
    return values;
  };
  const output = () => {
    const values = random(width * vocabularySize, 4 / constant);
    for (let token = 0; token < vocabularySize; token++) {
      const row = token * width;
      const allowed = token >= 0x20 && token <= 0x7e;
      if (allowed) values[row] = 0;
      else values.fill(0, row, row + width)[row] = forbidden;
    }
    return values;
  };

  const tensors: GgufTensor[] = [{ name: 'token_embd.weight', shape: [width, vocabularySize], values: embedding }];
  for (let layer = 0; layer < layers; layer++) {
    const add = (name: string, shape: number[], values: () => Float32Array) =>
      tensors.push({ name: `blk.${layer}.${name}.weight`, shape, values });
    add('attn_norm', [width], ones(0));
    // Queries are steep, so that attention picks single tokens and the text depends on all of the prompt.
    add('attn_q', [width, width], matrix(width, width, 4));
    add('attn_k', [width, width], matrix(width, width, 1));
    add('attn_v', [width, width], matrix(width, width, 1));
    add('attn_output', [width, width], adding(width, 1));
    add('ffn_norm', [width], ones(0));
    add('ffn_gate', [width, hidden], matrix(width, hidden, 1));
    add('ffn_up', [width, hidden], matrix(width, hidden, 1));
    add('ffn_down', [hidden, width], adding(hidden, 1));
  }
  tensors.push({ name: 'output_norm.weight', shape: [width], values: ones(1) });
  tensors.push({ name: 'output.weight', shape: [width, vocabularySize], values: output });
  return tensors;
}

export interface DemoModel {
  metadata: Record<string, GgufValue>;
  tensors: GgufTensor[];
}

/** What the file of a demo model holds. */
export function demoModel(options: DemoModelOptions = {}): DemoModel {
  const { contextLength = 2048, layers = 2, embedding = 64, chatTemplate = chatMl, architecture = 'llama' } = options;
  const metadata: Record<string, GgufValue> = {
    'general.architecture': { string: architecture },
    'general.name': { string: 'LlamaHome demo' },
    'general.license': { string: 'mit' },
    'general.file_type': { u32: 0 },
    'llama.vocab_size': { u32: vocabularySize },
    'llama.context_length': { u32: contextLength },
    'llama.embedding_length': { u32: embedding },
    'llama.block_count': { u32: layers },
    'llama.feed_forward_length': { u32: 2 * embedding },
    'llama.attention.head_count': { u32: heads },
    'llama.attention.head_count_kv': { u32: heads },
    'llama.attention.layer_norm_rms_epsilon': { f32: 1e-5 },
    'llama.rope.dimension_count': { u32: embedding / heads },
    'llama.rope.freq_base': { f32: 10000 },
    'tokenizer.ggml.model': { string: 'gpt2' },
    'tokenizer.ggml.pre': { string: 'default' },
    'tokenizer.ggml.tokens': { strings: [...byteTokens(), ...special] },
    'tokenizer.ggml.token_type': {
      i32s: Array.from({ length: vocabularySize }, (_, token) =>
        token < 256 ? tokenTypes.normal : tokenTypes.control,
      ),
    },
    'tokenizer.ggml.merges': { strings: [] },
    'tokenizer.ggml.bos_token_id': { u32: bos },
    'tokenizer.ggml.eos_token_id': { u32: eos },
    'tokenizer.ggml.eot_token_id': { u32: endOfTurn },
    'tokenizer.ggml.add_bos_token': { bool: false },
    'tokenizer.ggml.add_eos_token': { bool: false },
    'tokenizer.chat_template': { string: chatTemplate },
  };
  return { metadata, tensors: weights(layers, embedding) };
}

/**
 * Writes a tiny Llama-architecture GGUF with random weights, the same each time, under 1 MB unless asked for more. Its text is
 * printable ASCII noise at any temperature and never ends by itself; it needs no download and shows every feature.
 */
export async function writeDemoModel(path: string, options: DemoModelOptions = {}): Promise<void> {
  const { metadata, tensors } = demoModel(options);
  const file = await open(path, 'w');
  try {
    await writeGguf(file, metadata, tensors);
  } finally {
    await file.close();
  }
}
