import { LlamaHomeError } from '../../errors/index.js';
import { jsonResponse } from '../../http/jsonResponse.js';
import * as answers from '../answerSchemas.js';
import { modelAnswer, modelSummary } from '../answers.js';
import { modelDocument, modelsDocument } from '../documents.js';
import { type RestRoute, restRoute } from '../RestRoute.js';

export const modelRoutes: RestRoute[] = [
  restRoute(
    {
      method: 'GET',
      path: '/models',
      id: 'listModels',
      group: 'Models',
      summary: 'The models that the server knows',
      scope: 'models:read',
      answer: { json: answers.models },
      errors: [],
    },
    async ({ operations, context }) => {
      const data = await operations.execute(modelsDocument, {}, context);
      return jsonResponse({ models: data.models.map(modelSummary) });
    },
  ),
  restRoute(
    {
      method: 'GET',
      path: '/models/:id',
      id: 'readModel',
      group: 'Models',
      summary: 'A model by catalogue id or alias',
      scope: 'models:read',
      answer: { json: answers.model },
      errors: ['invalid_request', 'model_not_found'],
    },
    async ({ operations, context, params: { id = '' } }) => {
      const data = await operations.execute(modelDocument, { id }, context);
      if (data.model === null) throw new LlamaHomeError('model_not_found', `There is no model "${id}".`);
      return jsonResponse(modelAnswer(data.model));
    },
  ),
];
