import { readAsset } from './assets.js';

/** What the page opens with: each can be run as it is. */
const operations = ['process', 'stream', 'batch', 'overview'].map((name) => readAsset(`graphiql/${name}.graphql`));
const keyScript = readAsset('graphiql/key.js');
const tabsScript = readAsset('graphiql/tabs.js');
const keyDialog = `<style>${readAsset('graphiql/key.css')}</style>${readAsset('graphiql/key.html')}`;

/** GraphiQL makes scripts and styles while it runs, so these can't be named by their hashes. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

let rendered: { auth: boolean; html: string } | undefined;

/**
 * The GraphiQL page: everything inline, nothing is loaded from anywhere.
 * @param auth whether requests need a key at all
 */
export async function graphiqlPage({ auth }: { auth: boolean }): Promise<Response> {
  if (rendered?.auth !== auth) {
    // The page holds tens of megabytes of script, which a server that nobody opens it on need not keep.
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
    const page = renderGraphiQL({
      title: 'LlamaHome',
      subscriptionsProtocol: 'WS',
      defaultTabs: operations.map((query) => ({ query })),
      shouldPersistHeaders: false,
    });
    const script = `<script>${auth ? keyScript : ''}${tabsScript}</script>`;
    // Functions as replacements: the page is full of "$".
    const html = page
      .replace('<head>', () => `<head>${script}`)
      .replace('<div id="root"></div>', () => `<div id="root"></div>${auth ? keyDialog : ''}`);
    rendered = { auth, html };
  }
  return new Response(rendered.html, { headers });
}
