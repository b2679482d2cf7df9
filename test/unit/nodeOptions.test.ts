import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeOptions } from '../../src/nodeOptions.js';

test('the command and npm start run Node as engines are run', () => {
  const options = nodeOptions.join(' ');
  const [firstLine] = readFileSync('bin/llamahome.js', 'utf8').split('\n');
  expect(firstLine).toBe(`#!/usr/bin/env -S node ${options}`);
  expect(JSON.parse(readFileSync('package.json', 'utf8')).scripts.start).toContain(`node ${options} dist/cli/main.js`);
});
