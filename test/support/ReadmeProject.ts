import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { commandsOf, isLeftOut, type ReadmeBlock } from './readme.js';
import { type TestServer, testEnvironment } from './startTestServer.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** What a reader has installed beside the package itself. */
const installed = ['graphql', '@graphql-codegen', '@graphql-typed-document-node', '@types', 'undici-types'];

/** The project of a reader who pastes the blocks of the README one after the other, beside a server that runs. */
export class ReadmeProject {
  private promptId = '';

  private constructor(
    private readonly server: TestServer,
    private readonly folder: string,
  ) {}

  static async create(server: TestServer): Promise<ReadmeProject> {
    const folder = await mkdtemp(join(tmpdir(), 'llamahome-readme-'));
    const modules = join(folder, 'node_modules');
    for (const name of installed) {
      await mkdir(dirname(join(modules, name)), { recursive: true });
      await symlink(join(repository, 'node_modules', name), join(modules, name));
    }
    await symlink(repository, join(modules, 'llamahome'));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'reader', type: 'module', private: true }));
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2024', 'esnext.disposable'],
      types: ['node'],
      strict: true,
      noEmit: true,
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    return new ReadmeProject(server, folder);
  }

  /**
   * Does with a block what a reader does, apart from the commands that are left out; gives what it printed.
   * @throws what it wrote to standard error, when it fails
   */
  async paste(block: ReadmeBlock): Promise<string> {
    const printed = block.language === 'ts' ? await this.runTypeScript(block) : await this.runShell(block);
    const [id = this.promptId] = /prm_[\da-f-]{36}/.exec(printed) ?? [];
    this.promptId = id;
    return printed;
  }

  /** What the README says, with the address of this server. */
  here(text: string): string {
    return text.replaceAll('http://127.0.0.1:4000', this.server.url);
  }

  /** Checks the types of all that was pasted. @throws what the compiler says */
  async checkTypes(): Promise<void> {
    await this.execute(join(repository, 'node_modules/.bin/tsc'), ['-p', this.folder]);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  private async runShell({ code }: ReadmeBlock): Promise<string> {
    const commands = commandsOf(code).filter((command) => !isLeftOut(command));
    const script = this.here(commands.join('\n'))
      .replaceAll('KEY=lh_...', `KEY=${this.server.adminKey}`)
      .replaceAll('ID=prm_...', `ID=${this.promptId}`);
    return this.runShellScript(script);
  }

  /** With what npx would find in the project or fetch: the built program, the tools of this repository, and tsx. */
  private runShellScript(script: string): Promise<string> {
    const tools = join(repository, 'node_modules/.bin');
    const esbuild = `"${tools}/esbuild" --bundle --platform=node --format=esm --packages=external --log-level=warning`;
    const npx = `npx() { local name=$1; shift
      case $name in
        llamahome) "${process.execPath}" "${join(repository, 'dist/cli/main.js')}" "$@" ;;
        tsx) ${esbuild} "$1" --outfile="$1.mjs" && "${process.execPath}" "$1.mjs" ;;
        *) "${tools}/$name" "$@" ;;
      esac
    }`;
    return this.execute('bash', ['-c', `set -eo pipefail\n${npx}\n${script}`]);
  }

  /** A block that begins with the name of a file is that file; any other is a program. */
  private async runTypeScript({ code, file: page, line }: ReadmeBlock): Promise<string> {
    const [, name] = /^\/\/ (\w+\.ts)\n/.exec(code) ?? [];
    const file = name ?? `${page.replaceAll(/\W+/g, '-')}-${line}.ts`;
    const atServer = code.replaceAll('apiKey: process.env.KEY', `$&, endpoint: '${this.server.url}'`);
    await writeFile(join(this.folder, file), atServer);
    return name === undefined ? this.runShellScript(`npx tsx ${file}`) : '';
  }

  private async execute(file: string, args: string[]): Promise<string> {
    const env = { ...testEnvironment(this.server.home), KEY: this.server.adminKey };
    const running = run(file, args, { cwd: this.folder, env, maxBuffer: 10_000_000 });
    // Whoever pastes a command has nothing more to say.
    running.child.stdin?.end();
    try {
      return (await running).stdout;
    } catch (error) {
      const { stdout = '', stderr = '', code } = error as { stdout?: string; stderr?: string; code?: unknown };
      throw new Error(`ended with ${String(code)}:\n${stdout}${stderr}`);
    }
  }
}
