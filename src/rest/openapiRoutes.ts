import { LlamaHomeError } from '../errors/index.js';
import { type OpenapiDocument, openapiDocument } from './openapiDocument.js';
import { openapiPage, openapiPageHeaders } from './openapiPage.js';
import { jsonResponse, type RestRequest } from './RestRequest.js';
import type { Route } from './routes.js';

/** Made when it is first asked for; who mounts the server at several paths has it made again. */
let made: OpenapiDocument | undefined;

function documentFor({ context, mount }: RestRequest): OpenapiDocument {
  if (!context.services.environment.introspection) {
    throw new LlamaHomeError('not_found', 'There is no description here: introspection is off.');
  }
  const base = `${mount}/api/v1`;
  if (made?.servers[0]?.url !== base) made = openapiDocument(base);
  return made;
}

/** The API description, for tools and for people. Nobody needs a token for it. */
export const openapiRoutes: Route[] = [
  { path: '/openapi.json', open: true, methods: { GET: async (request) => jsonResponse(documentFor(request)) } },
  {
    path: '/docs',
    open: true,
    methods: {
      GET: async (request) => new Response(openapiPage(documentFor(request)), { headers: openapiPageHeaders }),
    },
  },
];
