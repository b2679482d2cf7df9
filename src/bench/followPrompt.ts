import { WebSocket } from 'ws';
import type { Job, JobResult, Target, Usage } from './Job.js';
import {
  dataOf,
  type EventAnswer,
  followDocument,
  type GraphQLAnswer,
  inputOf,
  promptDocument,
  submitDocument,
} from './transports/documents.js';
import { HttpClient } from './transports/HttpClient.js';
import { AnswerError } from './transports/Transport.js';

/** Below the server's limit of operations on one socket. */
const followersPerSocket = 50;

interface StoredPrompt {
  status: string;
  text: string;
  timings: { tokensPerSecond: number | null } | null;
  usage: Usage | null;
}

/**
 * Lets many follow one prompt and checks afterwards what each got. Messages are kept as they came and read only when all
 * is over: a thousand readers in one process would take the cores from the server that they measure.
 */
export async function followPrompt(
  { url, key }: Extract<Target, { kind: 'llamahome' }>,
  { prompt, followers }: Extract<Job, { kind: 'followers' }>,
): Promise<Omit<JobResult, 'driverCpuSeconds'>> {
  const http = new HttpClient(url, key, 1);
  const sockets = await Promise.all(
    Array.from({ length: Math.ceil(followers / followersPerSocket) }, (_, index) =>
      FollowerSocket.open(url, key, Math.min(followersPerSocket, followers - index * followersPerSocket)),
    ),
  );
  try {
    const begun = performance.now();
    const submitted = await http.json<GraphQLAnswer<{ submit: { prompt: { id: string } } }>>('/graphql', {
      query: submitDocument,
      variables: { input: inputOf(prompt) },
    });
    const { id } = dataOf(submitted).submit.prompt;
    await Promise.all(sockets.map((socket) => socket.follow(id)));
    const endedAt = performance.now();
    const stored = dataOf(
      await http.json<GraphQLAnswer<{ prompt: StoredPrompt }>>('/graphql', {
        query: promptDocument,
        variables: { id },
      }),
    ).prompt;
    const received = sockets.flatMap((socket) => socket.received());
    const missed = received.filter(({ text, whole }) => !whole || text !== stored.text).length;
    const usage = stored.usage ?? { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
    const error = stored.status === 'COMPLETED' ? null : stored.status;
    return {
      wallMs: endedAt - begun,
      records: [{ background: false, sentAt: begun, firstAt: null, lastAt: null, endedAt, gaps: [], ...usage, error }],
      followers: {
        count: followers,
        chunks: received.reduce((sum, { chunks }) => sum + chunks, 0),
        missed: missed + followers - received.length,
        decodeTokensPerSecond: stored.timings?.tokensPerSecond ?? null,
      },
    };
  } finally {
    for (const socket of sockets) socket.close();
    await http.close();
  }
}

interface Received {
  text: string;
  chunks: number;
  /** Chunks were numbered without a gap, and the prompt's end came. */
  whole: boolean;
}

/** Several followers on one graphql-transport-ws socket. */
class FollowerSocket {
  private readonly messages: string[] = [];
  private completed = 0;
  private onCompleted: () => void = () => {};
  private onBroken: (error: Error) => void = () => {};

  private constructor(
    private readonly socket: WebSocket,
    private readonly followers: number,
  ) {
    socket.on('message', (data) => {
      const message = String(data);
      if (message.includes('"type":"complete"') || message.includes('"type":"error"')) {
        if (++this.completed === this.followers) this.onCompleted();
      }
      if (message.includes('"type":"ping"')) socket.send('{"type":"pong"}');
      else this.messages.push(message);
    });
    socket.on('close', (code) => this.onBroken(new AnswerError(`CLOSED_${code}`, 'the socket was closed')));
    socket.on('error', (error) => this.onBroken(error));
  }

  static async open(url: string, key: string | null, followers: number): Promise<FollowerSocket> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('close', (code) => reject(new AnswerError(`CLOSED_${code}`, 'the socket was closed')));
      socket.once('message', () => resolve());
      socket.once('open', () => {
        const payload = key === null ? {} : { authorization: `Bearer ${key}` };
        socket.send(JSON.stringify({ type: 'connection_init', payload }));
      });
    });
    return new FollowerSocket(socket, followers);
  }

  /** Subscribes all followers of this socket; settles when all have come to the end. */
  follow(id: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onCompleted = resolve;
      this.onBroken = reject;
      for (let follower = 0; follower < this.followers; follower++) {
        const payload = { query: followDocument, variables: { id } };
        this.socket.send(JSON.stringify({ id: String(follower), type: 'subscribe', payload }));
      }
    });
  }

  received(): Received[] {
    const followers = new Map<string, Received & { ended: boolean }>();
    for (const text of this.messages) {
      const message: { id?: string; type: string; payload?: GraphQLAnswer<{ promptEvents: EventAnswer }> } =
        JSON.parse(text);
      if (message.id === undefined) continue;
      const follower = followers.get(message.id) ?? { text: '', chunks: 0, whole: true, ended: false };
      followers.set(message.id, follower);
      const event = message.type === 'next' ? message.payload?.data?.promptEvents : undefined;
      if (event?.__typename === 'PromptChunk') {
        if (event.index !== follower.chunks) follower.whole = false;
        follower.chunks++;
        follower.text += event.text;
      } else if (event?.__typename === 'PromptCompleted') follower.ended = true;
    }
    return [...followers.values()].map(({ ended, ...rest }) => ({ ...rest, whole: rest.whole && ended }));
  }

  close(): void {
    this.onBroken = () => {};
    this.socket.close();
  }
}
