import type { GenerationOptions, Message } from '../client/types.js';
import type { TextGenerator } from './TextGenerator.js';
import type { TextOutput } from './TextOutput.js';

export interface ConversationOptions {
  speaker: Pick<TextGenerator, 'stream'>;
  output: Pick<TextOutput, 'write' | 'endLine'>;
  /** For every turn. */
  options: GenerationOptions;
  /** What went wrong, for people. */
  explain: (error: unknown) => string;
  /** Called when an answer is asked for; what it gives is called when that begins, or will not. */
  onWait?: () => () => void;
  /** Says something beside the conversation. */
  tell: (text: string) => void;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The turns of a conversation: each is answered with all before it in mind, as far as they fit into the model's context. */
export class Conversation {
  private turns: Message[] = [];
  private options: GenerationOptions;
  private answering: AbortController | undefined;

  constructor(private readonly parts: ConversationOptions) {
    this.options = parts.options;
  }

  /** Instructions that go before all turns. */
  get system(): string | undefined {
    return this.options.system;
  }

  /** Has other options from the next turn on. */
  change(options: Pick<GenerationOptions, 'model' | 'system'>): void {
    this.options = { ...this.options, ...options };
  }

  /** Forgets everything that was said. */
  clear(): void {
    this.turns = [];
  }

  /** Stops the answer that is being given; false when there is none. */
  stop(): boolean {
    if (this.answering === undefined) return false;
    this.answering.abort();
    return true;
  }

  /** Says something and writes the answer as it comes. What goes wrong is told, and was never said. */
  async say(content: string): Promise<void> {
    const { output, tell } = this.parts;
    const before = this.turns;
    this.turns = [...before, { role: 'user', content }];
    const answering = new AbortController();
    this.answering = answering;
    let answer = '';
    const begun = this.parts.onWait?.();
    try {
      for await (const text of this.answer(answering.signal)) {
        begun?.();
        answer += text;
        await output.write(text);
      }
    } catch (error) {
      if (!answering.signal.aborted) tell(this.parts.explain(error));
      if (!answering.signal.aborted) answer = '';
    } finally {
      begun?.();
      this.answering = undefined;
      await output.endLine();
    }
    this.turns = answer === '' ? before : [...this.turns, { role: 'assistant', content: answer }];
  }

  /** Forgets the oldest turns one after the other when there are too many. */
  private async *answer(signal: AbortSignal): AsyncGenerator<string, void, void> {
    const { speaker, tell } = this.parts;
    for (let forgotten = 0; ; forgotten++) {
      try {
        for await (const { text } of speaker.stream(this.turns, { ...this.options, signal })) yield text;
        return;
      } catch (error) {
        if (codeOf(error) !== 'context_length_exceeded' || this.turns.length < 3) throw error;
        if (forgotten === 0) tell('(The conversation is too long for the model: its oldest turns are forgotten.)');
        this.turns = this.turns.slice(2);
      }
    }
  }
}
