// Runs the schemas of a MaskBench file through the matcher of answers: lines of {name, schema, tests: [{valid, data}]}.
import { existsSync, readFileSync } from 'node:fs';
import { compileAnswer } from '../dist/engine/answers/compileAnswer.js';

const usual = ['../shared/data/json-schemas.jsonl', '../../shared/data/json-schemas.jsonl'].find((path) =>
  existsSync(path),
);
const file = process.argv[2] ?? usual;
if (file === undefined) {
  console.error('Usage: npm run bench:schemas FILE');
  process.exit(2);
}
const details = process.env.DETAILS !== undefined;

const counts = { schemas: 0, passed: 0, refused: 0, wronglyRefused: 0, wronglyAccepted: 0, failed: 0 };
const refusedBy = new Map();
const compileMs = [];
const firstByteUs = [];
const againByteUs = [];

/** Feeds the text and says whether it is accepted, and how long a byte took on average. */
function feed(start, bytes) {
  const began = performance.now();
  let state = start;
  for (let i = 0; i < bytes.length && state !== undefined; i++) {
    state = state.advance(bytes[i]);
  }
  const us = ((performance.now() - began) * 1000) / bytes.length;
  return { accepted: state?.isComplete === true, us };
}

function compile(name, schema) {
  const began = performance.now();
  try {
    return compileAnswer({ kind: 'jsonSchema', schema });
  } catch (error) {
    if (error.name === 'SchemaError') {
      counts.refused++;
      refusedBy.set(error.keyword, (refusedBy.get(error.keyword) ?? 0) + 1);
    } else {
      counts.failed++;
    }
    if (details) {
      console.log(name, error.keyword ?? error.stack, error.path, error.message);
    }
    return undefined;
  } finally {
    compileMs.push(performance.now() - began);
  }
}

for (const line of readFileSync(file, 'utf8').split('\n')) {
  if (line === '') {
    continue;
  }
  const { name, schema, tests } = JSON.parse(line);
  counts.schemas++;
  const start = compile(name, schema);
  if (start === undefined) {
    continue;
  }
  let passed = true;
  for (const { valid, data } of tests) {
    const bytes = Buffer.from(JSON.stringify(data));
    const { accepted, us } = feed(start, bytes);
    firstByteUs.push(us);
    againByteUs.push(feed(start, bytes).us);
    if (accepted !== valid) {
      passed = false;
      counts[valid ? 'wronglyRefused' : 'wronglyAccepted']++;
      if (details) {
        console.log(name, valid ? 'wrongly refused' : 'wrongly accepted', bytes.toString().slice(0, 200));
      }
    }
  }
  counts.passed += passed ? 1 : 0;
}

function quantiles(values) {
  values.sort((a, b) => a - b);
  const at = (share) =>
    Number((values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0).toFixed(3));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

console.log({
  ...counts,
  rate: Number((counts.passed / counts.schemas).toFixed(4)),
  refusedBy: Object.fromEntries(refusedBy),
});
console.log('Compile, ms:', quantiles(compileMs));
console.log('A byte, µs, the first time:', quantiles(firstByteUs));
console.log('A byte, µs, the second time:', quantiles(againByteUs));
