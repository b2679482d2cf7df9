import type { ConfigService } from '../config/ConfigService.js';
import type { ResponseFormatChecker } from '../engine/ResponseFormatChecker.js';
import type { PromptRunnerOptions } from './PromptRunner.js';

/** What the prompts need of the other rooms. */
export interface PromptServiceOptions extends PromptRunnerOptions {
  config: ConfigService;
  /** Says whether what an answer is to be held to can be enforced. */
  responseFormats: Pick<ResponseFormatChecker, 'check'>;
}
