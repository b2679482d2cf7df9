import { jsonResponse } from '../../http/jsonResponse.js';
import * as answers from '../answerSchemas.js';
import { configAnswer } from '../answers.js';
import { configDocument, updateConfigDocument } from '../documents.js';
import { type RestRoute, restRoute } from '../RestRoute.js';
import { configRequest } from '../requestSchemas.js';
import { toConfigInput } from '../requests.js';
import { errorsOfBody } from './described.js';

export const configRoutes: RestRoute[] = [
  restRoute(
    {
      method: 'GET',
      path: '/config',
      id: 'readConfig',
      group: 'Config',
      summary: 'The settings that can change while the server runs',
      scope: 'config:read',
      answer: { json: answers.config },
      errors: [],
    },
    async ({ operations, context }) => {
      const data = await operations.execute(configDocument, {}, context);
      return jsonResponse(configAnswer(data.config));
    },
  ),
  restRoute(
    {
      method: 'POST',
      path: '/config',
      id: 'updateConfig',
      group: 'Config',
      summary: 'Changes settings, all or none of those given',
      description: 'They hold at once. The answer is the whole Config after the change.',
      scope: 'config:write',
      request: configRequest,
      answer: { json: answers.config },
      errors: errorsOfBody,
    },
    async ({ operations, context }, fields) => {
      const data = await operations.execute(updateConfigDocument, { input: toConfigInput(fields) }, context);
      return jsonResponse(configAnswer(data.updateConfig.config));
    },
  ),
];
