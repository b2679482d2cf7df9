/** What the page opens with: each can be run as it is. */
const operations = [
  `# Generates a text and waits for it: Ctrl-Enter runs it.
mutation Process {
  process(
    input: { prompt: "Write one sentence about the sea.", maxTokens: 60 }
  ) {
    prompt {
      id
      text
      finishReason
      usage {
        promptTokens
        completionTokens
      }
      timings {
        timeToFirstTokenMs
        tokensPerSecond
      }
    }
  }
}
`,
  `# The same, token by token: the text of the prompt is all of it so far. Stopping it cancels the prompt.
subscription Stream {
  stream(
    input: { prompt: "Tell a story about a lighthouse.", maxTokens: 120 }
  ) {
    cursor
    prompt {
      text
    }
    ... on PromptStarted {
      attempt
    }
    ... on PromptChunk {
      index
      text
    }
    ... on PromptCompleted {
      prompt {
        id
        finishReason
      }
    }
    ... on PromptFailed {
      error {
        code
        message
      }
    }
  }
}
`,
  `# Several prompts, decoded together.
mutation Batch {
  batch(
    input: {
      maxTokens: 40
      prompts: [
        { prompt: "Name a colour." }
        { prompt: "Name a river." }
        { prompt: "Name a planet." }
      ]
    }
  ) {
    prompts {
      text
      error {
        code
        message
      }
    }
    usage {
      totalTokens
    }
  }
}
`,
  `# Who you are, what there is, and how the server stands.
query Overview {
  viewer {
    id
    tier
    scopes
    rateLimit {
      limit
      remaining
    }
  }
  models {
    slug
    state
    capabilities
    contextLength
  }
  server {
    version
    slots {
      total
      busy
    }
    queue {
      waiting
    }
    tokensPerSecond
  }
}
`,
];

/**
 * Asks for the API key, keeps it for this tab only, and puts it on every request and on `connection_init` of this page.
 * Runs before GraphiQL, which takes `fetch` and `WebSocket` from the window when it needs them.
 */
const keyScript = `
(() => {
  const name = 'llamahome.key';
  const value = () => sessionStorage.getItem(name);
  const header = () => 'Bearer ' + value();
  const isOurs = (address) => new URL(address, location.href).pathname === location.pathname;
  const originalFetch = window.fetch.bind(window);
  window.fetch = async (input, init = {}) => {
    const address = typeof input === 'string' || input instanceof URL ? input : input.url;
    if (!value() || !isOurs(address)) return originalFetch(input, init);
    const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
    if (!headers.has('authorization')) headers.set('authorization', header());
    return originalFetch(input, { ...init, headers });
  };
  window.WebSocket = class extends window.WebSocket {
    send(data) {
      if (value() && typeof data === 'string' && data.startsWith('{') && isOurs(this.url)) {
        const message = JSON.parse(data);
        if (message.type === 'connection_init') {
          message.payload = { authorization: header(), ...message.payload };
          return super.send(JSON.stringify(message));
        }
      }
      return super.send(data);
    }
  };
  /** Why a key is not taken, or nothing when it is. */
  const refusalOf = async (key) => {
    try {
      const response = await originalFetch(location.pathname, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', authorization: 'Bearer ' + key },
        body: JSON.stringify({ query: '{ viewer { id } }' }),
      });
      if (response.ok) return undefined;
      const { errors } = await response.json();
      return { isWrong: response.status === 401, message: errors[0].message };
    } catch {
      return { isWrong: false, message: 'The server did not answer. Try again.' };
    }
  };
  addEventListener('DOMContentLoaded', async () => {
    const dialog = document.getElementById('llamahome-key');
    const form = dialog.querySelector('form');
    const told = dialog.querySelector('[role=alert]');
    const button = document.getElementById('llamahome-key-button');
    const ask = (message = '') => {
      told.textContent = message;
      button.textContent = value() ? 'API key set' : 'Set API key';
      if (!dialog.open) dialog.showModal();
    };
    button.addEventListener('click', () => ask());
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const given = form.elements.key.value.trim().replace(/^Bearer +/i, '');
      if (given === '') sessionStorage.removeItem(name);
      else {
        // What a header can't carry is no key either.
        const refusal = /^[!-~]+$/.test(given) ? await refusalOf(given) : { message: 'A key has letters, digits, - and _ only.' };
        if (refusal) return ask(refusal.message);
        sessionStorage.setItem(name, given);
      }
      location.reload();
    });
    button.textContent = value() ? 'API key set' : 'Set API key';
    if (!value()) return ask();
    const refusal = await refusalOf(value());
    if (!refusal?.isWrong) return;
    sessionStorage.removeItem(name);
    ask(refusal.message);
  });
})();
`;

/**
 * GraphiQL keeps its tabs, but opens one more at every start, an empty one, unless it finds the query and variables of a tab
 * that it has. It is told those of the tab that was open last; empty tabs are left out. Runs before GraphiQL.
 */
const tabsScript = `
(() => {
  const key = (name) => 'graphiql:' + name;
  const keep = (name, text) => (text ? localStorage.setItem(key(name), text) : localStorage.removeItem(key(name)));
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem(key('tabState')) ?? '');
  } catch {}
  const wanted = new URL(location.href).searchParams.get('query');
  const open = kept?.tabs?.[kept.activeTabIndex];
  const tabs = (kept?.tabs ?? []).filter(({ query }) => query?.trim());
  const found = tabs.find(({ query }) => query === wanted) ?? (tabs.includes(open) ? open : tabs[0]);
  if (found === undefined) {
    for (const name of ['tabState', 'query', 'variables']) localStorage.removeItem(key(name));
    return;
  }
  keep('tabState', JSON.stringify({ ...kept, tabs, activeTabIndex: tabs.indexOf(found) }));
  keep('query', found.query);
  keep('variables', found.variables);
})();
`;

const keyDialog = `
<style>
  #llamahome-key-button { position: fixed; right: 64px; bottom: 10px; z-index: 10; padding: 6px 12px; border: 1px solid #8886; border-radius: 6px; background: #fff; color: #222; font: 13px system-ui, sans-serif; cursor: pointer; }
  #llamahome-links { position: fixed; right: 190px; bottom: 16px; z-index: 10; font: 13px system-ui, sans-serif; }
  #llamahome-links a { margin-left: 12px; color: #2563c9; }
  #llamahome-key { border: 0; border-radius: 10px; padding: 24px; width: 420px; font: 14px/1.5 system-ui, sans-serif; color: #222; background: #fff; }
  #llamahome-key::backdrop { background: #0008; }
  #llamahome-key input { width: 100%; box-sizing: border-box; margin: 12px 0; padding: 8px; font: inherit; border: 1px solid #888; border-radius: 6px; }
  #llamahome-key [role=alert] { color: #a3130f; margin-bottom: 12px; }
  #llamahome-key form button { padding: 6px 16px; font: inherit; cursor: pointer; }
</style>
<nav id="llamahome-links"><a href="api/v1/docs">REST API</a><a href="status">Status</a></nav>
<button id="llamahome-key-button" type="button">Set API key</button>
<dialog id="llamahome-key" aria-labelledby="llamahome-key-title">
  <form method="dialog">
    <strong id="llamahome-key-title">API key or token</strong>
    <div>The admin key was printed at the first start of the server. It is kept for this tab only.</div>
    <input name="key" type="password" autocomplete="off" placeholder="lh_…" aria-label="API key or token" />
    <div role="alert"></div>
    <button type="submit">Use it</button>
  </form>
</dialog>
`;

export interface PageOptions {
  /** Whether requests need a key at all. */
  auth: boolean;
}

let rendered: { auth: boolean; html: string } | undefined;

/** The GraphiQL page: everything inline, nothing is loaded from anywhere. */
export async function graphiqlPage({ auth }: PageOptions): Promise<string> {
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
  return rendered.html;
}

/** Headers of the page: it runs no script but its own and cannot be framed. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
