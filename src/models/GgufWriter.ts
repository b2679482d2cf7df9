import type { FileHandle } from 'node:fs/promises';

/** A metadata value. */
export type GgufValue =
  | { u16: number }
  | { u32: number }
  | { i32: number }
  | { f32: number }
  | { bool: boolean }
  | { string: string }
  | { strings: string[] }
  | { i32s: number[] }
  | { f32s: number[] };

/** A tensor of 32-bit floats; `shape` begins with the length of a row. */
export interface GgufTensor {
  name: string;
  shape: number[];
  values: () => Float32Array;
}

// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, version 3, little-endian.
const alignment = 32;
const types = { u16: 2, u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const tensorTypeF32 = 0;

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}

function encode(value: GgufValue): Buffer {
  if ('u32' in value) return Buffer.concat([u32(types.u32), u32(value.u32)]);
  if ('u16' in value) return Buffer.concat([u32(types.u16), u32(value.u16).subarray(0, 2)]);
  if ('i32' in value) return Buffer.concat([u32(types.i32), u32(value.i32)]);
  if ('bool' in value) return Buffer.concat([u32(types.bool), Buffer.of(value.bool ? 1 : 0)]);
  if ('string' in value) return Buffer.concat([u32(types.string), text(value.string)]);
  if ('f32' in value) {
    const number = Buffer.alloc(4);
    number.writeFloatLE(value.f32);
    return Buffer.concat([u32(types.f32), number]);
  }
  if ('strings' in value) {
    return Buffer.concat([
      u32(types.array),
      u32(types.string),
      u64(value.strings.length),
      ...value.strings.map((item) => text(item)),
    ]);
  }
  const numbers = 'i32s' in value ? value.i32s : value.f32s;
  const items = Buffer.alloc(4 * numbers.length);
  for (const [index, item] of numbers.entries()) {
    if ('i32s' in value) items.writeInt32LE(item, 4 * index);
    else items.writeFloatLE(item, 4 * index);
  }
  const type = 'i32s' in value ? types.i32 : types.f32;
  return Buffer.concat([u32(types.array), u32(type), u64(numbers.length), items]);
}

function padding(length: number): Buffer {
  return Buffer.alloc((alignment - (length % alignment)) % alignment);
}

/** Writes a GGUF file; tensors are made and written one by one, so that memory holds one of them. */
export async function writeGguf(
  file: FileHandle,
  metadata: Record<string, GgufValue>,
  tensors: readonly GgufTensor[],
): Promise<void> {
  const entries = Object.entries(metadata);
  const parts = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(entries.length)];
  for (const [key, value] of entries) parts.push(text(key), encode(value));
  let offset = 0;
  for (const { name, shape } of tensors) {
    parts.push(text(name), u32(shape.length), ...shape.map(u64), u32(tensorTypeF32), u64(offset));
    const length = 4 * shape.reduce((product, side) => product * side, 1);
    offset += length + padding(length).length;
  }
  const head = Buffer.concat(parts);
  await file.writeFile(Buffer.concat([head, padding(head.length)]));
  for (const { values } of tensors) {
    const floats = values();
    const bytes = Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength);
    await file.writeFile(Buffer.concat([bytes, padding(bytes.length)]));
  }
}
