import { jsonResponse } from '../../http/jsonResponse.js';
import * as answers from '../answerSchemas.js';
import { tokenizeDocument } from '../documents.js';
import { type RestRoute, restRoute } from '../RestRoute.js';
import { tokenizeRequest } from '../requestSchemas.js';
import { errorsOfBody } from './described.js';

export const tokenRoutes: RestRoute[] = [
  restRoute(
    {
      method: 'POST',
      path: '/tokenize',
      id: 'tokenize',
      group: 'Text',
      summary: 'Takes a text apart into tokens',
      description: 'No chat template is put around it. At most 120 times a minute, together with estimates.',
      scope: 'prompts:run',
      request: tokenizeRequest,
      answer: { json: answers.tokens },
      errors: [...errorsOfBody, 'model_not_found', 'model_unavailable', 'engine_failed', 'rate_limit_exceeded'],
    },
    async ({ operations, context }, input) => {
      const data = await operations.execute(tokenizeDocument, { input }, context);
      return jsonResponse(data.tokenize);
    },
  ),
];
