import { homedir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadEnvironment } from '../../../src/config/environment.js';
import { isLoopbackHost } from '../../../src/config/loopback.js';
import { environmentSchema } from '../../../src/config/variables.js';
import { LlamaHomeError } from '../../../src/errors/index.js';

const secret = 'a secret that has more than thirty-two bytes';

/** The message of the refusal. */
function refusal(env: NodeJS.ProcessEnv): string {
  try {
    loadEnvironment(env);
  } catch (error) {
    if (error instanceof LlamaHomeError && error.code === 'invalid_request') return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the environment', () => {
  it('has the defaults of the contract', () => {
    const defaults = {
      host: '127.0.0.1',
      port: 4000,
      home: join(homedir(), '.llamahome'),
      model: undefined,
      slots: 'auto',
      context: 'auto',
      threads: 'auto',
      gpu: 'auto',
      queue: 256,
      secret: undefined,
      auth: true,
      database: 'sqlite',
      cors: [],
      trustProxy: [],
      introspection: true,
      traceContent: false,
      graceMs: 10_000,
      log: 'info',
      otlpEndpoint: undefined,
    };
    expect(loadEnvironment({})).toEqual(defaults);
    expect(loadEnvironment({ PATH: '/bin', LLAMAHOME_PORT: '', LLAMAHOME_SECRET: '', LLAMAHOME_CORS: '' })).toEqual(
      defaults,
    );
  });

  it('takes everything that is set', () => {
    expect(
      loadEnvironment({
        LLAMAHOME_HOST: '0.0.0.0',
        LLAMAHOME_PORT: '0',
        LLAMAHOME_HOME: '~/llamas',
        LLAMAHOME_MODEL: './models/my model.gguf',
        LLAMAHOME_SLOTS: '8',
        LLAMAHOME_CONTEXT: '2048',
        LLAMAHOME_THREADS: '2',
        LLAMAHOME_GPU: 'off',
        LLAMAHOME_QUEUE: '10',
        LLAMAHOME_SECRET: secret,
        LLAMAHOME_AUTH: 'on',
        LLAMAHOME_DATABASE: 'postgres://ada:pw@db.example.com:5432/llamahome?sslmode=require',
        LLAMAHOME_CORS: 'https://App.example.com/, http://localhost:3000,https://app.example.com:443',
        LLAMAHOME_TRUST_PROXY: ' 10.0.0.0/8, ::1,192.168.1.7 ',
        LLAMAHOME_INTROSPECTION: 'off',
        LLAMAHOME_TRACE_CONTENT: 'on',
        LLAMAHOME_GRACE_MS: '0',
        LLAMAHOME_LOG: 'silent',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
      }),
    ).toEqual({
      host: '0.0.0.0',
      port: 0,
      home: join(homedir(), 'llamas'),
      model: './models/my model.gguf',
      slots: 8,
      context: 2048,
      threads: 2,
      gpu: false,
      queue: 10,
      secret,
      auth: true,
      database: 'postgres://ada:pw@db.example.com:5432/llamahome?sslmode=require',
      cors: ['https://app.example.com', 'http://localhost:3000'],
      trustProxy: ['10.0.0.0/8', '::1', '192.168.1.7'],
      introspection: false,
      traceContent: true,
      graceMs: 0,
      log: 'silent',
      otlpEndpoint: 'http://localhost:4318',
    });
  });

  it('makes a relative home absolute', () => {
    expect(loadEnvironment({ LLAMAHOME_HOME: 'here' }).home).toBe(join(process.cwd(), 'here'));
  });

  it.each([
    [{ LLAMAHOME_PORT: 'http' }, 'LLAMAHOME_PORT is "http": write a whole number from 0 to 65535.'],
    [{ LLAMAHOME_PORT: '65536' }, 'LLAMAHOME_PORT is "65536": write a whole number from 0 to 65535.'],
    [{ LLAMAHOME_PORT: '-1' }, 'LLAMAHOME_PORT is "-1": write a whole number from 0 to 65535.'],
    [{ LLAMAHOME_PORT: '1e3' }, 'LLAMAHOME_PORT is "1e3": write a whole number from 0 to 65535.'],
    [{ LLAMAHOME_SLOTS: '0' }, 'LLAMAHOME_SLOTS is "0": write a whole number from 1 to 256.'],
    [{ LLAMAHOME_SLOTS: '2.5' }, 'LLAMAHOME_SLOTS is "2.5": write a whole number from 1 to 256.'],
    [{ LLAMAHOME_CONTEXT: '63' }, 'LLAMAHOME_CONTEXT is "63": write a whole number from 64 to 100000000.'],
    [{ LLAMAHOME_QUEUE: '0' }, 'LLAMAHOME_QUEUE is "0": write a whole number from 1 to 1000000.'],
    [{ LLAMAHOME_GPU: 'amd' }, 'LLAMAHOME_GPU is "amd": write auto, cuda, vulkan, metal or off.'],
    [{ LLAMAHOME_AUTH: 'no' }, 'LLAMAHOME_AUTH is "no": write on or off.'],
    [
      { LLAMAHOME_LOG: 'loud' },
      'LLAMAHOME_LOG is "loud": write one of fatal, error, warn, info, debug, trace, silent.',
    ],
    [
      { LLAMAHOME_HOST: 'http://localhost:4000' },
      'LLAMAHOME_HOST is "http://localhost:4000": write a host name or address without scheme and port, like 127.0.0.1.',
    ],
    [
      { LLAMAHOME_HOST: 'a\nb' },
      'LLAMAHOME_HOST is "a\\nb": write a host name or address without scheme and port, like 127.0.0.1.',
    ],
    [
      { LLAMAHOME_CORS: 'app.example.com' },
      'LLAMAHOME_CORS is "app.example.com": write origins like https://app.example.com, separated by commas.',
    ],
    [
      { LLAMAHOME_CORS: 'https://a.example.com/path' },
      'LLAMAHOME_CORS is "https://a.example.com/path": write origins like https://app.example.com, separated by commas.',
    ],
    [
      { LLAMAHOME_CORS: '*' },
      'LLAMAHOME_CORS is "*": write origins like https://app.example.com, separated by commas; "*" would let every page on the web use this server.',
    ],
    [
      { LLAMAHOME_TRUST_PROXY: '10.0.0.1, 10.0.0.0/33' },
      'LLAMAHOME_TRUST_PROXY is "10.0.0.1, 10.0.0.0/33": write addresses or ranges of reverse proxies like 10.0.0.7 or 10.0.0.0/8, separated by commas.',
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' },
      'OTEL_EXPORTER_OTLP_ENDPOINT has a value that can not be used: write an address like http://localhost:4318.',
    ],
    [{ LLAMAHOME_PROT: '4000' }, 'LLAMAHOME_PROT is not a setting of LlamaHome: write LLAMAHOME_PORT.'],
    [{ LLAMAHOME_MODELS: 'demo' }, 'LLAMAHOME_MODELS is not a setting of LlamaHome: write LLAMAHOME_MODEL.'],
    [{ llamahome_port: '4000' }, 'llamahome_port is not a setting of LlamaHome: write LLAMAHOME_PORT.'],
  ])('refuses %j in one line that says what to write', (env, message) => {
    expect(refusal(env)).toBe(message);
  });

  it('lists the settings when none is near', () => {
    for (const name of [
      'LLAMAHOME_ZZZZZZZZZZZZZZZ',
      'LLAMAHOME_X',
      'LLAMAHOME_',
      'LLAMAHOME_FOO',
      'LLAMAHOME_TIMEOUT',
    ]) {
      expect(refusal({ [name]: '1' })).toMatch(/write one of LLAMAHOME_HOST, LLAMAHOME_PORT, .*\.$/);
    }
  });

  it('never repeats a secret', () => {
    expect(refusal({ LLAMAHOME_SECRET: 'hunter2' })).toMatch(/^LLAMAHOME_SECRET has .* at least 32 bytes/);
    for (const env of [
      { LLAMAHOME_SECRET: 'hunter2' },
      { LLAMAHOME_SECERT: 'hunter2' },
      { LLAMAHOME_DATABASE: 'mysql://ada:hunter2@host/db' },
      { LLAMAHOME_DATABASE: 'postgres://ada:hunter2@ho st/db' },
    ]) {
      expect(refusal(env)).not.toContain('hunter2');
    }
    expect(loadEnvironment({ LLAMAHOME_SECRET: 'ü'.repeat(16) }).secret).toHaveLength(16);
  });

  it.each(['127.0.0.1', '127.8.9.10', '::1', '[::1]', 'localhost', 'LOCALHOST'])(
    'lets authentication be off on %s',
    (host) => {
      expect(loadEnvironment({ LLAMAHOME_AUTH: 'off', LLAMAHOME_HOST: host }).auth).toBe(false);
    },
  );

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.com', 'localhost.example.com', '127.0.0.1.example.com'])(
    'refuses to have authentication off on %s',
    (host) => {
      const message = refusal({ LLAMAHOME_AUTH: 'off', LLAMAHOME_HOST: host });
      expect(message).toContain(`LLAMAHOME_HOST is "${host}"`);
      expect(message).toContain('write LLAMAHOME_AUTH=on, or LLAMAHOME_HOST=127.0.0.1.');
    },
  );

  it('is accepted or refused in one line, whatever is set', () => {
    const names = Object.keys(environmentSchema.shape);
    const values = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('on', 'off', '0', '1', 'auto', 'https://a.b', '*'),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names, 'LLAMAHOME_X', '__proto__'), values), (env) => {
        try {
          const { auth, host } = loadEnvironment(env);
          expect(auth || isLoopbackHost(host)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(LlamaHomeError);
          expect(String(error)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        }
      }),
    );
  });
});
