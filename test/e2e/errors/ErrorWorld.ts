import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { TokenGenerator } from '../../../src/access/auth.js';
import {
  cancelPrompt,
  createApiKey,
  manyPrompts,
  runBatch,
  submitPrompt,
  updateConfig,
} from '../../support/documents.js';
import type { CreateApiKeyMutationVariables } from '../../support/generated/graphql.js';
import { makeSlowModel, type SlowModel } from '../../support/slowModel.js';
import { startTestServer, type TestServer } from '../../support/startTestServer.js';

const secret = 'a secret that only this test knows';

/** A server in which every error of the catalogue can be brought about, with those who call it. */
export class ErrorWorld {
  private constructor(
    readonly server: TestServer,
    private readonly slow: SlowModel,
    readonly keys: {
      /** May read models, and nothing else. */
      stranger: string;
      /** Has nothing left of its allowance. */
      spent: string;
      /** A token whose time is over. */
      expired: string;
    },
  ) {}

  /** One slow sequence, and one place to wait for it. */
  static async open(): Promise<ErrorWorld> {
    const slow = await makeSlowModel();
    const home = await mkdtemp(join(tmpdir(), 'llamahome-errors-'));
    const server = await startTestServer({
      home,
      env: { LLAMAHOME_MODEL: slow.path, LLAMAHOME_SLOTS: '1', LLAMAHOME_QUEUE: '1', LLAMAHOME_SECRET: secret },
    });
    sabotage(join(home, 'llamahome.db'));
    const makeKey = async (userId: string, scopes: CreateApiKeyMutationVariables['input']['scopes']) =>
      (await server.data(createApiKey, { input: { name: userId, userId, tier: 'BASIC', scopes } })).createApiKey.key ??
      '';
    const keys = {
      stranger: await makeKey('stranger', ['models:read']),
      spent: await makeKey('spent', ['prompts:run']),
      expired: await new TokenGenerator({ secretKey: secret, now: () => 0 }).createToken({
        userId: 'late',
        expiresIn: 60,
      }),
    };
    // So slow that nothing comes back while the test runs; what fails for itself in a batch has its cost like any other.
    await server.data(updateConfig, { input: { systemSettings: { maxRequestsPerMinute: 1 } } });
    const prompts = Array.from({ length: 10 }, () => ({ prompt: 'x', temperature: 5 }));
    await server.graphql(runBatch, { input: { prompts } }, { key: keys.spent });
    return new ErrorWorld(server, slow, keys);
  }

  /** Does something to the prompt that a caller waits for, as soon as it runs. */
  async whileRuns<Answer>(ask: () => Promise<Answer>, act: (id: string) => Promise<unknown>): Promise<Answer> {
    const answer = ask();
    const id = await this.server.until(
      'a running prompt',
      async () => {
        const { prompts } = await this.server.data(manyPrompts, { first: 1 });
        return prompts.edges.find(({ node }) => node.status === 'RUNNING')?.node.id;
      },
      (found) => found !== undefined,
    );
    await act(id ?? '');
    return answer;
  }

  cancel(id: string): Promise<unknown> {
    return this.server.data(cancelPrompt, { id });
  }

  async killEngines(): Promise<void> {
    for (const pid of await this.server.enginePids()) process.kill(pid, 'SIGKILL');
  }

  /** Asks while the sequence and the place to wait are taken. */
  async whileFull<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const ids: string[] = [];
    await this.server.until(
      'a full queue',
      async () => {
        const input = { prompt: 'Takes up room', maxTokens: 3500 };
        const { data, errors } = await this.server.graphql(submitPrompt, { input });
        if (data !== null) ids.push(data.submit.prompt.id);
        return errors;
      },
      (errors) => errors.some(({ extensions }) => extensions.code === 'OVERLOADED'),
    );
    const answer = await ask();
    for (const id of ids) await this.cancel(id);
    return answer;
  }

  async close(): Promise<void> {
    await this.server.kill();
    await this.slow.remove();
    await rm(this.server.home, { recursive: true, force: true });
  }
}

/**
 * Makes the database fail for prompts with certain idempotency keys: "rival…" is taken at the last moment by another
 * writer, "broken…" can not be stored at all.
 */
function sabotage(file: string): void {
  const database = new Database(file);
  const columns = database
    .prepare('select name from pragma_table_info(?)')
    .all('prompts')
    .map((row) => String(Object(row).name));
  const copied = columns.map((name) => (name === 'id' ? "'prm_rival_' || new.id" : `new.${name}`));
  database.exec(`
    create trigger rival before insert on prompts when new.idempotency_key like 'rival%'
      begin insert into prompts (${columns}) values (${copied}); end;
    create trigger broken before insert on prompts when new.idempotency_key like 'broken%'
      begin select raise(abort, 'secret words of the database'); end;
  `);
  database.close();
}
