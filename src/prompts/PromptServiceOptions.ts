import type { ConfigService } from '../config/ConfigService.js';
import type { PromptRunnerOptions } from './PromptRunner.js';

/** What the prompts need of the other rooms. */
export interface PromptServiceOptions extends PromptRunnerOptions {
  config: ConfigService;
}
