import { pickIndex } from './random.js';

/** One prompt as both sides of a comparison get it. */
export interface BenchPrompt {
  system?: string;
  prompt: string;
  maxTokens: number;
}

/** Common words, so that nearly each is one token in any vocabulary made from English text. */
const words =
  `time year people way day man thing woman life child world school state family student group country problem hand
part place case week company system program question work government number night point home water room mother area money
story fact month lot right study book eye job word business issue side kind head house service friend father power hour
game line end member law car city community name president team minute idea kid body information back parent face others
level office door health person art war history party result change morning reason research girl guy moment air teacher
force education foot boy age policy music market sense nation plan college interest death experience effect road river
garden summer winter stone light paper window table green silver north south east west island forest mountain bridge`
    .split(/\s+/)
    .filter((word) => word !== '');

/** What the chat template and the instruction around the words take, roughly, in tokens. */
const overhead = 44;

/** `count` random words with a full stop now and then. */
export function randomWords(random: () => number, count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const word = words[pickIndex(random, words.length)] ?? 'word';
    return index % 12 === 11 && index < count - 1 ? `${word}.` : word;
  }).join(' ');
}

/**
 * A prompt of about `tokens` tokens, template included, that shares nothing with others but the template. It asks for a
 * long text, so that a model does not end before `maxTokens`.
 */
export function independentPrompt(random: () => number, tokens: number, maxTokens: number): BenchPrompt {
  const text = randomWords(random, Math.max(4, tokens - overhead));
  return { prompt: `${text}. Write a very long story in many chapters with all of these words.`, maxTokens };
}

/** Prompts that differ only behind a common system prompt of about `prefixTokens` tokens. */
export function prefixedPrompts(
  random: () => number,
  count: number,
  prefixTokens: number,
  maxTokens: number,
): BenchPrompt[] {
  const system = `You help the people of this place: ${randomWords(random, Math.max(4, prefixTokens - 20))}.`;
  return Array.from({ length: count }, () => ({
    system,
    prompt: `${randomWords(random, 6)}. Write a very long story with these words.`,
    maxTokens,
  }));
}
