import { createHash } from 'node:crypto';
import { statusScript } from './statusScript.js';
import { statusStyle } from './statusStyle.js';

const latencies = [
  ['timeToFirstTokenMs', 'To the first token'],
  ['interTokenMs', 'Between tokens'],
  ['totalMs', 'Whole prompt'],
] as const;
const resources = [
  ['cpu', 'Processor'],
  ['memory', 'Memory of API and engines'],
  ['gpu', 'GPU memory'],
  ['delay', 'Event loop delay'],
] as const;

const latencyRows = latencies
  .map(([id, name]) => `<tr><th scope="row">${name}</th><td id="${id}-p50">–</td><td id="${id}-p95">–</td></tr>`)
  .join('');
const resourceRows = resources
  .map(([id, name]) => `<tr><th scope="row">${name}</th><td id="${id}">–</td></tr>`)
  .join('');

const body = `<main id="main" data-state="new">
<header>
  <h1>LlamaHome</h1>
  <span id="state" role="status">connecting</span>
  <button id="key" type="button">API key</button>
  <nav><a href="graphql">GraphiQL</a> <a href="api/v1/docs">REST API</a></nav>
  <div id="about">&nbsp;</div>
</header>
<div class="tiles">
  <section><h2>Running</h2><div class="figure"><span id="busy">–</span> <small id="total"></small></div><div class="slots" id="slots"></div></section>
  <section><h2>Waiting</h2><div class="figure"><span id="waiting">–</span> <small id="limit"></small></div><div class="bar" id="queue" role="meter" aria-label="Prompts that wait" aria-valuemin="0"><i></i></div></section>
  <section class="wide"><h2>Tokens per second</h2><div class="figure"><span id="rate">–</span></div>
    <div class="chart"><span id="top"></span><svg viewBox="0 0 600 100" preserveAspectRatio="none" role="img" aria-label="Tokens per second over the last two minutes"><path id="area" d=""></path><path id="line" d=""></path></svg></div>
    <div class="axis" aria-hidden="true"><span>2 minutes ago</span><span>now</span></div></section>
  <section class="half"><h2>Latency, last five minutes</h2><table><thead><tr><td></td><th scope="col">median</th><th scope="col">95 %</th></tr></thead><tbody>${latencyRows}</tbody></table></section>
  <section class="half"><h2>Resources, server and engines</h2><table><tbody>${resourceRows}</tbody></table></section>
</div>
</main>
<dialog id="dialog" aria-labelledby="title">
  <form method="dialog" id="form">
    <strong id="title">API key or token</strong>
    <div id="why" role="alert"></div>
    <div>It needs the scope metrics:read, and is kept for this tab only.</div>
    <input name="key" type="password" autocomplete="off" placeholder="lh_…" aria-label="API key or token">
    <button type="submit">Use it</button>
  </form>
</dialog>`;

function scriptOf(auth: boolean): string {
  return `const needsKey = ${auth};\n${statusScript}`;
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** GET /status: a page with live figures of the server; nothing in it is loaded from anywhere. */
export function statusPage({ auth }: { auth: boolean }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>LlamaHome status</title>
<link rel="icon" href="data:,">
<style>${statusStyle}</style>
</head>
<body>
${body}
<script>${scriptOf(auth)}</script>
</body>
</html>
`;
}

/** Headers of the page: it runs its own script and no other, and cannot be framed. */
export const statusPageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `script-src ${[true, false].map((auth) => hash(scriptOf(auth))).join(' ')}`,
    `style-src ${hash(statusStyle)}`,
    "img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
