import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../../src/errors/index.js';
import { restRoutes } from '../../../src/rest/routes/index.js';
import { processPrompt } from '../../support/documents.js';
import { startTestServer, type TestServer } from '../../support/startTestServer.js';
import { all, over } from '../../support/streams.js';
import { readMetrics } from './prometheus.js';

/** A request as it stands, whatever its method and path; gives the status. */
function raw(server: TestServer, method: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${server.adminKey}`, 'x-request-id': path.slice(0, 50) };
    const asked = request({ host: '127.0.0.1', port: server.port, method, path, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    asked.once('error', reject).end();
  });
}

describe('labels', () => {
  it('hold only what the server itself names, and a bounded number of operation names', async () => {
    await using server = await startTestServer();
    await server.data(processPrompt, { input: { prompt: 'load', maxTokens: 2 } });
    const names = Array.from({ length: 150 }, (_, index) => `Hostile${index}`);
    for (const name of ['__proto__', 'constructor', 'x'.repeat(500), ...names]) {
      await server.graphql(`query ${name} { viewer { id } }`);
    }
    const client = server.ws();
    for (const name of names.slice(0, 20)) {
      await all(over(client, `query Ws${name} { mine: viewer { id } }`));
      await expect(all(over(client, `query Bad${name} { ${name} }`))).rejects.toThrow();
    }
    await client.dispose();
    for (const [index, method] of ['GET', 'PROPFIND', 'PURGE', 'SEARCH', 'HEAD'].entries()) {
      for (const path of [
        `/made/up/${index}`,
        `/api/v1/made/up/${index}`,
        `/graphql/${index}`,
        `/status/${index}`,
        `/api/v1/prompts/prm_${index}`,
        `/api/v1/models/%ff${index}`,
        `/metrics?x=${index}`,
        `//api//v1//prompts/${index}%2f..%2f${index}/`,
      ]) {
        await raw(server, method, path);
      }
    }
    await server.rest('/process', { json: { prompt: 'a', model: 'made-up-model' } });
    await server.rest('/batch', { json: { prompts: ['a', { prompt: 'b', model: 'made-up-too' }], max_tokens: 1 } });
    await server.graphql(`mutation { installModel(id: "made-up") { model { id } } }`);

    const metrics = await readMetrics(server);
    const allowed: Record<string, string[]> = {
      route: ['/', '/healthz', '/readyz', '/metrics', '/status', '/graphql', 'other'].concat(
        restRoutes.map(({ path }) => path),
      ),
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other'],
      code: ['ok', ...Object.keys(errorCatalogue)],
      type: ['query', 'mutation', 'subscription', 'unknown'],
      transport: ['http', 'ws', 'rest'],
      model: ['demo'],
      outcome: ['stop', 'length', 'cancelled', 'error', 'ok'],
      process: ['server', 'engine'],
    };
    const families = [...new Set([...metrics.text.matchAll(/^(llamahome_\w+)\{/gm)].map(([, name = '']) => name))];
    for (const family of families) {
      for (const [label, known] of Object.entries(allowed)) {
        const strange = metrics.values(family, label).filter((value) => !known.includes(value));
        expect([family, label, strange]).toEqual([family, label, []]);
      }
    }
    const operations = metrics.values('llamahome_graphql_operations_total', 'operation');
    expect(operations.filter((name) => /Hostile/.test(name)).length).toBeLessThanOrEqual(100);
    expect(operations).toContain('other');
    for (const name of operations) expect(name.length).toBeLessThanOrEqual(100);
    expect(metrics.values('llamahome_graphql_operation_duration_seconds_count', 'field').join()).not.toMatch(/Hostile/);
    expect(metrics.text).not.toContain('made');
  });
});
