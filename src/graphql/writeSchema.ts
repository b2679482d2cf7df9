import { mkdirSync, writeFileSync } from 'node:fs';
import { printSortedSchema } from './printSchema.js';

const folder = new URL('../../schema/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('schema.graphql', folder), printSortedSchema());
