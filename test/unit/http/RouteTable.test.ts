import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainPath } from '../../../src/http/paths.js';
import { allowedMethods, RouteTable, routeFor } from '../../../src/http/RouteTable.js';
import { restRoutes } from '../../../src/rest/routes/index.js';

const table = new RouteTable(restRoutes);
const find = (path: string) => table.find(plainPath(`/api/v1${path}`));

describe('RouteTable', () => {
  it.each([
    ['/process', '/process', {}],
    ['/process/', '/process', {}],
    ['//prompts///prm_1//stream/', '/prompts/:id/stream', { id: 'prm_1' }],
    ['/models/llama3.3', '/models/:id', { id: 'llama3.3' }],
    ['/models/a%2Fb%20c', '/models/:id', { id: 'a/b c' }],
    [`/models/${'m'.repeat(5000)}`, '/models/:id', { id: 'm'.repeat(5000) }],
  ])('finds %s', (path, pattern, params) => {
    expect(find(path)).toMatchObject({ path: `/api/v1${pattern}`, params });
  });

  it.each(['', '/', '/nothing', '/prompts/1/2/3', '/process/x', '/PROCESS', '/models/%E0%A4%A'])(
    'does not find "%s"',
    (path) => expect(find(path)).toBeUndefined(),
  );

  it.each(['*', '', 'http:', '%'])('does not find the target "%s"', (path) => expect(table.find(path)).toBeUndefined());

  it('finds or does not find any path', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (path) => void find(`/${path}`)));
  });

  it('hands an encoded id back as it was', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
        expect(find(`/models/${encodeURIComponent(id)}`)?.params.id).toBe(id);
      }),
    );
  });
});

describe('routeFor', () => {
  const routes = [
    { method: 'GET', path: '/', authentication: 'none', isPage: true, handle: () => new Response('page') },
    { method: 'GET', path: '/', authentication: 'required', handle: () => new Response('data') },
  ] as const;

  it('gives the page to browsers, and HEAD what GET has', () => {
    expect(routeFor(routes, { method: 'GET', isPage: true })).toBe(routes[0]);
    expect(routeFor(routes, { method: 'HEAD', isPage: false })).toBe(routes[1]);
    expect(routeFor(routes, { method: 'POST', isPage: false })).toBeUndefined();
  });

  it('says which methods there are', () => {
    expect(allowedMethods(routes)).toEqual(['GET', 'HEAD', 'OPTIONS']);
    expect(allowedMethods(restRoutes.filter(({ path }) => path.endsWith('/process')))).toEqual(['POST', 'OPTIONS']);
  });
});
