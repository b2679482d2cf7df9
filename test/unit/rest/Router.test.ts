import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LlamaHomeError } from '../../../src/errors/index.js';
import { Router } from '../../../src/rest/Router.js';
import { routes } from '../../../src/rest/routes.js';

const router = new Router(routes);

describe('Router', () => {
  it.each([
    ['/process', '/process', {}],
    ['/process/', '/process', {}],
    ['//prompts///prm_1//stream/', '/prompts/:id/stream', { id: 'prm_1' }],
    ['/models/llama3.3', '/models/:id', { id: 'llama3.3' }],
    ['/models/a%2Fb%20c', '/models/:id', { id: 'a/b c' }],
  ])('finds %s', (path, route, params) => {
    const match = router.match(path);
    expect(match.route.path).toBe(route);
    expect(match.params).toEqual(params);
  });

  it.each(['', '/', '/nothing', '/prompts/1/2/3', '/process/x'])('does not find "%s"', (path) => {
    expect(() => router.match(path)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('refuses broken percent-encoding', () => {
    expect(() => router.match('/models/%E0%A4%A')).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('finds or refuses any path with a typed error', () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        try {
          router.match(`/${path}`);
        } catch (error) {
          expect(error).toBeInstanceOf(LlamaHomeError);
        }
      }),
    );
  });

  it('hands an encoded id back as it was', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
        expect(router.match(`/models/${encodeURIComponent(id)}`).params.id).toBe(id);
      }),
    );
  });
});
