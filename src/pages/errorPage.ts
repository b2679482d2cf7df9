import type { Call } from '../http/Call.js';
import { readAsset, withStyle } from './assets.js';
import { escapeHtml } from './escapeHtml.js';
import { pageHeaders } from './pageHeaders.js';

const style = readAsset('error.css');
const html = withStyle(readAsset('error.html'), style);
const ownHeaders = pageHeaders({ style, sources: "img-src 'self'; form-action 'none'" });

/** What an answer says went wrong, in the form of either API. */
async function messageOf(answer: Response): Promise<string> {
  const { error, errors = [] }: { error?: { message: string }; errors?: { message: string }[] } = await answer.json();
  return (error ?? errors[0])?.message ?? '';
}

function linksOf({ mount, services }: Call): string {
  const shown: [path: string, what: string][] = services.environment.introspection
    ? [
        ['/graphql', 'GraphiQL, to try the GraphQL API'],
        ['/api/v1/docs', 'the REST API'],
      ]
    : [];
  return [...shown, ['/status', 'how the server is doing']]
    .map(([path, what]) => `<li><a href="${escapeHtml(mount)}${path}">${path}</a>: ${what}</li>`)
    .join('\n');
}

/** The page that stands for a JSON answer with an error: what is wrong, and where to go from here. */
export async function errorPage(call: Call, answer: Response): Promise<Response> {
  const parts: Record<string, string> = {
    mount: escapeHtml(call.mount),
    message: escapeHtml(await messageOf(answer)),
    links: linksOf(call),
  };
  const headers = new Headers(answer.headers);
  for (const [name, value] of Object.entries(ownHeaders)) headers.set(name, value);
  const body = html.replaceAll(/\{(mount|message|links)\}/g, (_, name) => parts[name] ?? '');
  return new Response(body, { status: answer.status, headers });
}
