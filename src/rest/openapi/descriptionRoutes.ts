import { LlamaHomeError } from '../../errors/index.js';
import type { Call } from '../../http/Call.js';
import { jsonResponse } from '../../http/jsonResponse.js';
import { restPath } from '../../http/paths.js';
import { type RestOperation, type RestRoute, restRoute } from '../RestRoute.js';
import { docsPage } from './docsPage.js';
import { type OpenapiDocument, openapiDocument } from './openapiDocument.js';

const toolsOperation = {
  method: 'GET',
  path: '/openapi.json',
  id: 'openapi',
  group: 'Description',
  summary: 'This description',
  answer: { other: 'application/json' },
  errors: ['not_found'],
} as const satisfies RestOperation;

const pageOperation = {
  method: 'GET',
  path: '/docs',
  id: 'docs',
  group: 'Description',
  summary: 'This description as a page',
  answer: { other: 'text/html' },
  errors: ['not_found'],
} as const satisfies RestOperation;

/** Made when it is first asked for; who mounts the server at several paths has it made again. */
let made: OpenapiDocument | undefined;

/** The API description of `routes` and of itself, for tools and for people. Nobody needs a token for it. */
export function descriptionRoutes(routes: readonly RestRoute[]): RestRoute[] {
  const operations = [...routes.map(({ operation }) => operation), toolsOperation, pageOperation];

  function documentFor({ services, mount }: Call): OpenapiDocument {
    if (!services.environment.introspection) {
      throw new LlamaHomeError('not_found', 'There is no description here: introspection is off.');
    }
    const base = mount + restPath;
    if (made?.servers[0]?.url !== base) made = openapiDocument(operations, base);
    return made;
  }

  return [
    restRoute(toolsOperation, (call) => jsonResponse(documentFor(call))),
    restRoute(pageOperation, (call) => docsPage(documentFor(call))),
  ];
}
