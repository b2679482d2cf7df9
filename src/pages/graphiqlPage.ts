import type { IncomingHttpHeaders } from 'node:http';
import { readAsset } from './assets.js';
import { answerPage, type StoredPage, storePage } from './StoredPage.js';

/** What the page opens with: each can be run as it is. */
const operations = ['process', 'stream', 'batch', 'overview'].map((name) => readAsset(`graphiql/${name}.graphql`));
const keyScript = readAsset('graphiql/key.js');
const tabsScript = readAsset('graphiql/tabs.js');
const keyDialog = `<style>${readAsset('graphiql/key.css')}</style>${readAsset('graphiql/key.html')}`;

const viewport = '<meta name="viewport" content="width=device-width, initial-scale=1" />';

/** GraphiQL makes scripts and styles while it runs, so these can't be named by their hashes. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

let rendered: { auth: boolean; page: Promise<StoredPage> } | undefined;

/**
 * The GraphiQL page: everything inline, nothing is loaded from anywhere.
 * @param asked what the browser takes, and has
 * @param auth whether requests need a key at all
 */
export async function graphiqlPage(asked: IncomingHttpHeaders, { auth }: { auth: boolean }): Promise<Response> {
  if (rendered?.auth !== auth) rendered = { auth, page: render(auth).then((html) => storePage(html, headers)) };
  return answerPage(await rendered.page, asked);
}

/** The page holds megabytes of script, which a server that nobody opens it on need not keep. */
async function render(auth: boolean): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({
    title: 'LlamaHome',
    subscriptionsProtocol: 'WS',
    defaultTabs: operations.map((query) => ({ query })),
    shouldPersistHeaders: false,
  });
  const script = `<script>${auth ? keyScript : ''}${tabsScript}</script>`;
  // Functions as replacements: the page is full of "$".
  return page
    .replace('<head>', () => `<head>${viewport}${script}`)
    .replace('<div id="root"></div>', () => `<div id="root"></div>${auth ? keyDialog : ''}`);
}
