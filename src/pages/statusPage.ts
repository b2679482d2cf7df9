import { readAsset, withScript, withStyle } from './assets.js';
import { pageHeaders } from './pageHeaders.js';

const style = readAsset('status.css');
const script = readAsset('status.js');
const html = withScript(withStyle(readAsset('status.html'), style), script);
const headers = pageHeaders({
  style,
  script,
  sources: "img-src data:; connect-src 'self'; form-action 'self'",
});

/** GET /status: a page with live figures of the server; nothing in it is loaded from anywhere. */
export function statusPage({ auth }: { auth: boolean }): Response {
  const body = auth ? html : html.replace('data-needs-key="true"', 'data-needs-key="false"');
  return new Response(body, { headers });
}
