import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, testEnvironment } from '../support/startTestServer.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
let server: TestServer;
let own: string;
beforeAll(async () => {
  server = await startTestServer({ env: { LLAMAHOME_THREADS: '1' } });
  own = await mkdtemp(join(tmpdir(), 'llamahome-chat-'));
});
afterAll(async () => {
  await server.stop();
  await rm(own, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Settings of a client of the test server; its home is another one. */
function clientEnv(env: Record<string, string> = {}): Record<string, string> {
  return testEnvironment(own, {
    LLAMAHOME_THREADS: '1',
    LLAMAHOME_URL: server.url,
    LLAMAHOME_API_KEY: server.adminKey,
    ...env,
  });
}

/** A program whose output is read as it comes. */
class Session {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  private isOver = false;
  private wake = () => {};

  constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
      this.wake();
    });
    child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.ended = once(child, 'close').then(([code]) => {
      this.isOver = true;
      this.wake();
      return { code, stdout: this.stdout, stderr: this.stderr };
    });
  }

  write(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Waits until standard output holds something behind what was waited for before, and takes it off. */
  async take(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) {
        const end = match.index + match[0].length;
        const taken = this.stdout.slice(0, end);
        this.stdout = this.stdout.slice(end);
        return taken;
      }
      if (this.isOver) throw new Error(`never came: ${pattern}, but ${this.stdout}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

function start(args: string[], env = clientEnv()): Session {
  return new Session(spawn(process.execPath, [program, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] }));
}

function run(args: string[], { input, env }: { input?: string; env?: Record<string, string> } = {}): Promise<Ended> {
  const session = start(args, env);
  session.child.stdin?.end(input);
  return session.ended;
}

/** Runs a line of shell, in which `llamahome` is the program. */
function shell(line: string, env = clientEnv()): Promise<Ended> {
  const child = spawn(
    'bash',
    ['-c', `llamahome() { '${process.execPath}' '${program}' "$@"; }; set -o pipefail; ${line}`],
    {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  return new Session(child).ended;
}

/** The prompts of the test server, newest first. */
async function prompts(): Promise<{ input: string; status: string }[]> {
  const { data } = await server.graphql<{ prompts: { nodes: { input: string; status: string }[] } }, never>(
    '{ prompts(first: 5) { nodes { input status } } }',
  );
  return data?.prompts.nodes ?? [];
}

it.each([
  [['--choice', 'red', '--choice', 'blue'], /^(red|blue)$/],
  [['--regex', '\\d{3}'], /^\d{3}$/],
  [['--json-schema', '{"const": {"a": [1, 2]}}'], /^\{\s*"a":\s*\[\s*1,\s*2\s*\]\s*\}$/],
])('llamahome run holds the answer to what %j says', async (flags, shape) => {
  const { code, stdout } = await run(['run', 'x', '--max-tokens', '100', ...flags]);
  expect([code, stdout.trim()]).toEqual([0, expect.stringMatching(shape)]);
});

it.each([
  [['--schema', '/nowhere.json'], /--schema <file>.*\/nowhere\.json can not/],
  [['--json-schema', '[1]'], /--json-schema <schema>.*must be a JSON object/],
  [['--regex', 'a', '--choice', 'b'], /--regex.*cannot be used with.*--choice/],
  [['--regex', '('], /regular expression|regex/i],
])('llamahome run refuses %j', async (flags, said) => {
  const { code, stderr } = await run(['run', 'x', ...flags]);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(said);
});

it.each(['run', 'chat'])('llamahome %s explains itself', async (command) => {
  const { code, stdout } = await run([command, '--help']);
  expect([code, stdout]).toEqual([0, expect.stringContaining(`Usage: llamahome ${command}`)]);
});

describe('llamahome run', () => {
  it('writes the text, and nothing else, to standard output', async () => {
    const { code, stdout, stderr } = await run(['run', 'Say', 'hello', '--max-tokens', '6', '--seed', '5']);
    expect([code, stdout, stderr]).toEqual([0, expect.stringMatching(/^.{6}\n$/), '']);
    expect((await prompts())[0]?.input).toBe('Say hello');
  });

  it('takes what is piped in, with what is asked about it', async () => {
    const { code, stdout } = await shell('printf "one\\ntwo\\n" | llamahome run "Count these:" --max-tokens 3 | cat');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^.{3}\n$/)]);
    expect((await prompts())[0]?.input).toBe('Count these:\n\none\ntwo');
    expect((await run(['run', '--max-tokens', '2'], { input: 'only piped' })).code).toBe(0);
    expect((await prompts())[0]?.input).toBe('only piped');
  });

  it('finds a server by an address without a scheme, and stops at a text', async () => {
    const env = clientEnv({ LLAMAHOME_URL: '' });
    const ask = ['run', 'x', '--max-tokens', '12', '--temperature', '0', '--url', new URL(server.url).host];
    const whole = await run(ask, { env });
    expect([whole.code, whole.stdout]).toEqual([0, expect.stringMatching(/^.{12}\n$/)]);
    const [stop = ''] = whole.stdout.slice(5);
    const cut = await run([...ask, '--stop', 'not in it', '--stop', stop, '--top-p', '0.9'], { env });
    expect(cut.stdout).toBe(`${whole.stdout.slice(0, whole.stdout.indexOf(stop))}\n`);
  });

  it('does not wait for a parent that pipes nothing', async () => {
    const session = start(['run', 'hi', '--max-tokens', '2']);
    expect(await session.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^..\n$/) });
  });

  it('tells JSON with all that is known', async () => {
    const { stdout } = await run(['run', 'x', '--max-tokens', '3', '--temperature', '0', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      text: expect.stringMatching(/^...$/),
      usage: { prompt_tokens: expect.any(Number), completion_tokens: 3, total_tokens: expect.any(Number) },
      model: 'demo',
      created: expect.any(String),
      id: expect.stringMatching(/^prm_/),
      finish_reason: 'length',
    });
  });

  it('stops when nobody reads any more, and on Ctrl-C, and cancels the prompt', async () => {
    const { code, stdout, stderr } = await shell('llamahome run long --max-tokens 1900 | head -c 5');
    expect([code, stdout, stderr]).toEqual([0, expect.stringMatching(/^.{5}$/), '']);
    await expect.poll(async () => (await prompts())[0]).toEqual({ input: 'long', status: 'CANCELLED' });

    const session = start(['run', 'longer', '--max-tokens', '1900']);
    await session.take(/./);
    session.child.kill('SIGINT');
    expect(await session.ended).toMatchObject({ code: 130, stderr: '' });
    await expect.poll(async () => (await prompts())[0]).toEqual({ input: 'longer', status: 'CANCELLED' });
  });

  it.each<[string, string[], Record<string, string>, RegExp, number]>([
    ['no prompt', [], {}, /^There is no prompt: write llamahome run/, 1],
    ['a wrong key', ['x', '--key', 'lh_wrong'], {}, /^There is no such API key here\.$/, 1],
    ['no such model', ['x', '--model', 'dem'], {}, /^There is no model "dem": did you mean demo\?$/, 1],
    ['a wrong address', ['x'], { LLAMAHOME_URL: 'localhost' }, /^LLAMAHOME_URL is "localhost": write the address/, 1],
    [
      'a prompt that is too long',
      ['x', '--max-tokens', '9999'],
      {},
      /--max-tokens: .*with 9999 tokens of answer .* 2048\. .*ask for fewer tokens\.$/,
      1,
    ],
    ['a flag out of its range', ['x', '--temperature', '3'], {}, /--temperature.*Write a number from 0 to 2\./, 2],
    ['another one', ['x', '--max-tokens', '0'], {}, /--max-tokens.*Write a whole number from 1/, 2],
    ['and another', ['x', '--top-p', '7'], {}, /--top-p.*Write a number from 0 to 1\./, 2],
    ['an address that is none', ['x', '--url', 'ftp://here'], {}, /--url.*Write the address of a server/, 2],
    [
      'a model that is not installed',
      ['x', '--model', 'qwen2.5'],
      {},
      /^The model qwen2\.5-\S+ is not installed: --pull fetches it first \(.+B\), and so does llamahome pull qwen2\.5-\S+\.$/,
      1,
    ],
    ['a word for a number', ['x', '--max-tokens', 'many'], {}, /Write a whole number/, 2],
  ])('says in one line what is wrong: %s', async (_what, args, env, message, exit) => {
    const { code, stdout, stderr } = await run(['run', ...args], { env: clientEnv(env), input: '' });
    expect([code, stdout]).toEqual([exit, '']);
    expect(stderr.trim()).toMatch(message);
    expect(stderr).not.toMatch(/ at .*\.js/);
  });

  it('asks the server that serves from its home, with a token of its own', async () => {
    const { code, stdout } = await run(['run', 'at home', '--max-tokens', '2'], { env: testEnvironment(server.home) });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^..\n$/)]);
    expect((await prompts())[0]?.input).toBe('at home');
  });

  it('starts a server for itself when there is none, and leaves nothing running', async () => {
    const env = testEnvironment(own, { LLAMAHOME_THREADS: '1' });
    const { code, stdout, stderr } = await run(['run', 'alone', '--max-tokens', '4'], { env });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^.{4}\n$/)]);
    expect(stderr).not.toContain('lh_');
    const file = join(own, 'none.gguf');
    await writeFile(file, 'no model');
    const broken = await run(['run', 'x', '--model', file], { env });
    expect([broken.code, broken.stdout]).toEqual([1, '']);
    expect(broken.stderr).toMatch(/can not be used/);
  });
});

describe('llamahome chat', () => {
  it('remembers what was said before', async () => {
    const { code, stdout } = await run(['chat', '--max-tokens', '4', '--system', 'Be brief.'], {
      input: 'first\nsecond \\\ngoes on\n\n/clear\nthird\n/exit\nnever\n',
    });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^(.{4}\n){3}$/)]);
    const [one, two] = stdout.split('\n');
    const inputs = (await prompts()).slice(0, 3).map(({ input }) => input);
    expect(inputs).toEqual([
      'system: Be brief.\nuser: third',
      `system: Be brief.\nuser: first\nassistant: ${one}\nuser: second \ngoes on`,
      'system: Be brief.\nuser: first',
    ]);
    expect(two).toHaveLength(4);
  });

  it('forgets the oldest turns when the conversation grows too long, and says so', async () => {
    const long = 'x'.repeat(1500);
    const { code, stdout, stderr } = await run(['chat', '--max-tokens', '3'], {
      input: `${long}\n${long}\n${long}\nlast\n`,
    });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^(.{3}\n){4}$/)]);
    expect(stderr).toContain('oldest turns are forgotten');
    expect((await prompts())[0]?.input).toMatch(/^user: x+\nassistant: ...\nuser: last$/);
  });

  it('goes on after an error', async () => {
    const { code, stdout, stderr } = await run(['chat', '--max-tokens', '3'], {
      input: `${'x'.repeat(3000)}\nhello\n`,
    });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^...\n$/)]);
    expect(stderr).toMatch(/2048/);
    expect((await prompts())[0]?.input).toBe('user: hello');
  });

  it('sets instructions, tells and changes the model, and ends with /bye', async () => {
    const { code, stdout, stderr } = await run(['chat', '--max-tokens', '2'], {
      input: '/system Be kind.\none\n/model\n/model dem\n/model demo\n/system -\n/clear\ntwo\n/bye\nnever\n',
    });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^(..\n){2}$/)]);
    expect(stderr.trim().split('\n')).toEqual([
      'Instructions: Be kind.',
      'demo answers.',
      'There is no model "dem": did you mean demo?',
      'demo answers from now on.',
      '(No instructions.)',
    ]);
    const inputs = (await prompts()).slice(0, 2).map(({ input }) => input);
    expect(inputs).toEqual(['user: two', 'system: Be kind.\nuser: one']);
  });

  it('refuses at once to begin with a model that is not installed', async () => {
    const { code, stdout, stderr } = await run(['chat', '--model', 'smollm2-360m-instruct'], { input: 'hello\n' });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^The model smollm2-360m-instruct is not installed: --pull fetches it first/);
  });

  it('stops the answer on Ctrl-C, and not the program', async () => {
    const session = start(['chat', '--max-tokens', '1900']);
    session.write('tell me all\n');
    await session.take(/.{5}/);
    session.child.kill('SIGINT');
    await session.take(/\n/);
    await expect.poll(async () => (await prompts())[0]?.status).toBe('CANCELLED');
    session.write('and now?\n');
    await session.take(/.{5}/);
    session.child.kill('SIGINT');
    await session.take(/\n/);
    expect((await prompts())[0]?.input).toMatch(/^user: tell me all\nassistant: .+\nuser: and now\?$/s);
    session.child.stdin?.end();
    expect(await session.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('edits lines and obeys Ctrl-C on a terminal', async () => {
    const command = `'${process.execPath}' '${program}' chat --max-tokens 1900`;
    const terminal = new Session(
      spawn('script', ['-qfec', command, '/dev/null'], { env: clientEnv({ TERM: 'xterm' }), stdio: 'pipe' }),
    );
    const prompt = /\[0J> /;
    expect(await terminal.take(prompt)).toContain(`You speak with LlamaHome demo at the server at ${server.url}`);
    terminal.write('hello\r');
    await terminal.take(/\n.{5}/);
    terminal.write('\x03');
    await terminal.take(prompt);
    await expect.poll(async () => (await prompts())[0]).toEqual({ input: 'user: hello', status: 'CANCELLED' });
    terminal.write('\x03');
    await terminal.take(/Ctrl-D or \/bye ends/);
    terminal.write('/nonsense\r');
    await terminal.take(/There is no \/nonsense/);
    terminal.write('/sytem\r');
    await terminal.take(/did you mean \/system\?/);
    terminal.write('\x04');
    expect((await terminal.ended).code).toBe(0);
  });
});
