import { createHash } from 'node:crypto';
import type { Call } from './Call.js';

const style = `
:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 36rem; margin: 0 auto; padding: 3rem 1.5rem; }
h1 { margin: 0 0 .5rem; font-size: 1.6rem; }
li { margin: .3rem 0; }
a { color: LinkText; }
p { overflow-wrap: anywhere; }
`;

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
].join('; ');

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** Whether a person opens the address in a browser: programs do not ask for HTML. */
export function wantsPage({ method, headers }: Call): boolean {
  return (method === 'GET' || method === 'HEAD') && /\btext\/html\b/i.test(headers.accept ?? '');
}

/** What an answer says went wrong, in the form of either face. */
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
    .map(([path, what]) => `<li><a href="${escaped(mount)}${path}">${path}</a>: ${what}</li>`)
    .join('\n');
}

/** The page that stands for a JSON answer with an error: what is wrong, and where to go from here. */
export async function errorPage(call: Call, answer: Response): Promise<Response> {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not found · LlamaHome</title>
<link rel="icon" href="${escaped(call.mount)}/favicon.ico">
<style>${style}</style>
</head>
<body>
<main>
<h1>Not found</h1>
<p>${escaped(await messageOf(answer))}</p>
<p>What there is:</p>
<ul>
${linksOf(call)}
</ul>
</main>
</body>
</html>
`;
  const headers = new Headers(answer.headers);
  headers.set('content-type', 'text/html; charset=utf-8');
  headers.set('content-security-policy', policy);
  headers.set('cache-control', 'no-store');
  headers.set('referrer-policy', 'no-referrer');
  headers.set('x-frame-options', 'DENY');
  return new Response(html, { status: answer.status, headers });
}
