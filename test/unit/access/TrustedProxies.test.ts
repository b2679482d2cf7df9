import { describe, expect, it } from 'vitest';
import { TrustedProxies } from '../../../src/access/TrustedProxies.js';

const proxies = new TrustedProxies(['10.0.0.0/8', '::1']);
const from = (address: string, headers: Record<string, string>) => proxies.callerOf({ address, headers });

describe('TrustedProxies', () => {
  it.each([
    ['a stranger, who may write what it likes', '203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['one proxy', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['one proxy that says nothing', '10.0.0.1', '', '10.0.0.1'],
    ['two proxies', '10.0.0.1', '203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['a proxy behind what the caller made up', '10.0.0.1', '1.2.3.4, 203.0.113.9', '203.0.113.9'],
    ['a proxy that IPv4 is mapped for', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['a proxy by IPv6', '::1', '2001:db8::7', '2001:db8::7'],
    ['a proxy that writes ports', '10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['a proxy that writes ports to IPv6', '10.0.0.1', '[2001:db8::7]:4711', '2001:db8::7'],
    ['a proxy that does not know', '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
    ['proxies only', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ])('finds the caller behind %s', (_what, address, list, caller) => {
    expect(from(address, { 'x-forwarded-for': list }).address).toBe(caller);
  });

  it('tells host and scheme that a trusted proxy was called by, those of the nearest one, and of nobody else', () => {
    const headers = { 'x-forwarded-host': 'evil.example, llama.example.com', 'x-forwarded-proto': 'http, HTTPS' };
    expect(from('10.0.0.1', headers).forwarded).toEqual({ host: 'llama.example.com', protocol: 'https' });
    expect(from('203.0.113.9', headers).forwarded).toBeUndefined();
    expect(from('10.0.0.1', { 'x-forwarded-proto': 'gopher' }).forwarded).toEqual({
      host: undefined,
      protocol: undefined,
    });
  });

  it('trusts nobody by default', () => {
    const caller = new TrustedProxies([]).callerOf({ address: '127.0.0.1', headers: { 'x-forwarded-for': '1.2.3.4' } });
    expect(caller).toEqual({ address: '127.0.0.1', forwarded: undefined });
  });
});
