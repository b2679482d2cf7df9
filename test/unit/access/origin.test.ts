import { describe, expect, test } from 'vitest';
import { checkOrigin, corsHeaders, isLoopback, type OriginHeaders } from '../../../src/access/origin.js';

const local: { host: string; cors: string[] } = { host: '127.0.0.1', cors: [] };
const open = { host: '0.0.0.0', cors: ['https://app.example', 'http://localhost:3000'] };
const refused = expect.objectContaining({ code: 'permission_denied' });
const check =
  (headers: OriginHeaders, environment = local) =>
  () =>
    checkOrigin(headers, environment);

describe('a server on loopback', () => {
  test.each([
    'localhost:4000',
    '127.0.0.1:4000',
    '[::1]:4000',
    'LOCALHOST',
    '127.0.0.1',
    'my.localhost:1',
    '127.1.2.3:80',
  ])('answers to the host %s', (host) => expect(check({ host })).not.toThrow());

  test.each([
    '',
    'evil.example',
    'evil.example:4000',
    '192.168.1.5:4000',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    'user@localhost',
    'localhost/evil',
    'localhost:99999',
    'localhost#evil.example',
    '[::2]:4000',
    '127.0.0.1:4000, evil.example',
  ])('refuses the host %j', (host) => expect(check({ host })).toThrow(refused));

  test('refuses a request without a host', () => expect(check({})).toThrow(refused));

  test('refuses every page but its own', () => {
    const host = 'localhost:4000';
    expect(check({ host, origin: 'http://localhost:4000' })).not.toThrow();
    for (const origin of [
      'http://evil.example',
      'http://localhost:3000',
      'http://localhost',
      'http://127.0.0.1:4000',
      'null',
      '',
      'file://',
      'nonsense',
    ]) {
      expect(check({ host, origin }), origin).toThrow(refused);
    }
  });

  test('refuses a page whose name was bound to this machine', () => {
    expect(check({ host: 'evil.example:4000', origin: 'http://evil.example:4000' })).toThrow(refused);
  });

  test('refuses what a browser sends for another site without an origin, but lets people follow links', () => {
    const host = 'localhost:4000';
    for (const site of ['cross-site', 'same-site']) {
      expect(check({ host, 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' })).toThrow(refused);
      expect(check({ host, 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' })).not.toThrow();
    }
    for (const site of ['same-origin', 'none']) expect(check({ host, 'sec-fetch-site': site })).not.toThrow();
  });
});

describe('a server on the network', () => {
  test('answers to any host, and to pages of its own or of the listed origins', () => {
    expect(check({ host: 'llm.example' }, open)).not.toThrow();
    expect(check({ host: 'llm.example', origin: 'https://llm.example' }, open)).not.toThrow();
    expect(check({ host: 'llm.example:443', origin: 'https://llm.example' }, open)).not.toThrow();
    expect(check({ host: 'llm.example', origin: 'https://app.example' }, open)).not.toThrow();
    expect(
      check({ host: 'llm.example', origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' }, open),
    ).not.toThrow();
    for (const origin of ['https://other.example', 'http://app.example', 'https://app.example.evil', 'null']) {
      expect(check({ host: 'llm.example', origin }, open), origin).toThrow(refused);
    }
  });
});

test.each(['localhost', '::1', '[::1]', '127.0.0.1', '127.255.0.1', 'LocalHost'])('%s is this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});
test.each(['0.0.0.0', '::', '10.0.0.1', 'example.com', '1270.0.1', ''])('%j is not', (host) => {
  expect(isLoopback(host)).toBe(false);
});

describe('CORS', () => {
  test('is closed by default', () => {
    expect(corsHeaders('https://app.example', local)).toEqual({});
  });

  test('opens to the listed origins and names no other', () => {
    expect(corsHeaders('https://app.example', open)).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      vary: 'Origin',
    });
    for (const origin of ['https://evil.example', 'null', null, undefined]) {
      expect(corsHeaders(origin, open)).toEqual({ vary: 'Origin' });
    }
  });

  test('never allows credentials of the browser', () => {
    expect(corsHeaders('https://app.example', open)).not.toHaveProperty('access-control-allow-credentials');
  });
});
