/** Prints docs/errors.md, made from the catalogue of errors. Part of `npm run schema`; a test fails when it differs. */
import { errorCatalogue, errorMeanings } from '../dist/errors/catalogue.js';

const rows = Object.entries(errorCatalogue).map(
  ([code, status]) => `| \`${code}\` | ${status} | ${errorMeanings[code]} |`,
);

process.stdout.write(`<!-- Made from src/errors/catalogue.ts by \`npm run schema\`. -->

# Errors

One catalogue for all transports. REST answers \`{"error": {"code", "message", "details"}}\` with the status; GraphQL has the code
in upper case as \`extensions.code\`, and \`extensions.details\`. Keys of details are in snake_case. A stream that fails after its first
byte tells the same error as its last line or event.

| code | status | what it means |
| --- | --- | --- |
${rows.join('\n')}
`);
