import type { GenerationOptions, Message } from '../client/types.js';
import type { Speaker } from './Speaker.js';
import type { TextOutput } from './TextOutput.js';

export interface ConversationOptions {
  speaker: Pick<Speaker, 'stream'>;
  output: Pick<TextOutput, 'write' | 'endLine'>;
  /** For every turn. */
  options: GenerationOptions;
  /** Says something beside the conversation. */
  tell: (text: string) => void;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The turns of a conversation: each is answered with all before it in mind, as far as they fit into the model's context. */
export class Conversation {
  private turns: Message[] = [];
  private answering: AbortController | undefined;

  constructor(private readonly parts: ConversationOptions) {}

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
    try {
      for await (const text of this.answer(answering.signal)) {
        answer += text;
        await output.write(text);
      }
    } catch (error) {
      if (!answering.signal.aborted) tell(error instanceof Error ? error.message : String(error));
      if (!answering.signal.aborted) answer = '';
    } finally {
      this.answering = undefined;
      await output.endLine();
    }
    this.turns = answer === '' ? before : [...this.turns, { role: 'assistant', content: answer }];
  }

  /** Forgets the oldest turns one after the other when there are too many. */
  private async *answer(signal: AbortSignal): AsyncGenerator<string, void, void> {
    const { speaker, options, tell } = this.parts;
    for (let forgotten = 0; ; forgotten++) {
      try {
        for await (const { text } of speaker.stream(this.turns, { ...options, signal })) yield text;
        return;
      } catch (error) {
        if (codeOf(error) !== 'context_length_exceeded' || this.turns.length < 3) throw error;
        if (forgotten === 0) tell('(The conversation is too long for the model: its oldest turns are forgotten.)');
        this.turns = this.turns.slice(2);
      }
    }
  }
}
