import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

const program = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
];

/** Whether there is a browser on this machine. */
export const hasBrowser = program !== undefined;

export interface Screen {
  width: number;
  height: number;
  colours?: 'light' | 'dark';
}

type Params = Record<string, unknown>;
interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Params;
  result?: Params;
  error?: { message: string };
}

/** A headless Chromium, driven by its DevTools protocol. */
export class Browser {
  private calls = 0;
  private readonly pending = new Map<number, (message: Message) => void>();
  private readonly listeners = new Set<(message: Message) => void>();

  private constructor(
    private readonly child: ChildProcess,
    private readonly socket: WebSocket,
    private readonly profile: string,
  ) {
    socket.on('message', (data) => {
      const message: Message = JSON.parse(String(data));
      if (message.id === undefined) for (const listener of this.listeners) listener(message);
      else this.pending.get(message.id)?.(message);
    });
  }

  static async start(): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), 'llamahome-browser-'));
    const child = spawn(program ?? '', [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    const url = await new Promise<string>((resolve, reject) => {
      child.stderr.on('data', (text) => {
        said += text;
        const found = /^DevTools listening on (ws:\S+)$/m.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', () => reject(new Error(`the browser ended: ${said}`)));
    });
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new Browser(child, socket, profile);
  }

  /** Opens an address in a tab of its own. */
  async open(url: string, screen: Screen = { width: 1280, height: 800 }): Promise<Page> {
    const { targetId } = await this.call('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.call('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page((method, params) => this.call(method, params, String(sessionId)));
    this.listeners.add(({ sessionId: of, method, params }) => {
      if (of === sessionId) page.heard(method, params);
    });
    await page.begin(url, screen);
    return page;
  }

  private async call(method: string, params: Params = {}, sessionId?: string): Promise<Params> {
    const id = ++this.calls;
    const answer = new Promise<Message>((resolve) => this.pending.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    const { result, error } = await answer;
    this.pending.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.child, 'exit');
    this.socket.terminate();
    this.child.kill('SIGKILL');
    await ended;
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** One tab. */
export class Page {
  /** Errors that the page's scripts threw, and what its policy or the network kept from it. */
  readonly errors: string[] = [];
  /** Every address that something was asked from. */
  readonly requests: string[] = [];

  constructor(private readonly call: (method: string, params?: Params) => Promise<Params>) {}

  async begin(url: string, { width, height, colours = 'light' }: Screen): Promise<void> {
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await this.call(`${domain}.enable`);
    await this.call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    const features = [{ name: 'prefers-color-scheme', value: colours }];
    await this.call('Emulation.setEmulatedMedia', { features });
    await this.call('Page.navigate', { url });
  }

  heard(method = '', params: Params = {}): void {
    const { entry, exceptionDetails, request } = params;
    if (method === 'Runtime.exceptionThrown') this.errors.push(JSON.stringify(exceptionDetails));
    if (method === 'Log.entryAdded' && isLevel(entry, 'error')) this.errors.push(JSON.stringify(entry));
    if (method === 'Network.requestWillBeSent' && typeof request === 'object' && request !== null && 'url' in request)
      this.requests.push(String(request.url));
  }

  /** What an expression of JavaScript gives, in the page; a promise is awaited there. */
  async read(expression: string): Promise<unknown> {
    const params = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await this.call('Runtime.evaluate', params);
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return typeof result === 'object' && result !== null && 'value' in result ? result.value : undefined;
  }

  /** Looks again until an expression gives something that counts as true; gives that. */
  async until(expression: string): Promise<unknown> {
    const deadline = Date.now() + 15_000;
    for (;;) {
      // While it navigates there is nothing to evaluate in.
      const value = await this.read(expression).catch(() => undefined);
      if (value) return value;
      if (Date.now() > deadline) {
        throw new Error(
          `${expression} did not come about; the page says: ${await this.read('document.body.innerText')}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function isLevel(entry: unknown, level: string): boolean {
  return typeof entry === 'object' && entry !== null && 'level' in entry && entry.level === level;
}
