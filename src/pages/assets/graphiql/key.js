/*
 * Asks for the API key, keeps it for this tab only, and puts it on every request and on `connection_init` of this page.
 * Runs before GraphiQL, which takes `fetch` and `WebSocket` from the window when it needs them.
 */
{
  const name = 'llamahome.key';
  const kept = () => sessionStorage.getItem(name);
  const header = () => `Bearer ${kept()}`;
  const originalFetch = window.fetch.bind(window);

  /** @param {string | URL} address */
  const isOurs = (address) => new URL(address, location.href).pathname === location.pathname;

  window.fetch = async (input, init = {}) => {
    const address = input instanceof Request ? input.url : input;
    if (!kept() || !isOurs(address)) return originalFetch(input, init);
    const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
    if (!headers.has('authorization')) headers.set('authorization', header());
    return originalFetch(input, { ...init, headers });
  };

  window.WebSocket = class extends window.WebSocket {
    /** @override @type {WebSocket['send']} */
    send(data) {
      if (!kept() || typeof data !== 'string' || !data.startsWith('{') || !isOurs(this.url)) return super.send(data);
      const message = JSON.parse(data);
      if (message.type !== 'connection_init') return super.send(data);
      const payload = { authorization: header(), ...message.payload };
      return super.send(JSON.stringify({ ...message, payload }));
    }
  };

  /**
   * Why a key is not taken, or nothing when it is.
   * @param {string} key
   */
  const refusalOf = async (key) => {
    // What a header can't carry is no key either.
    if (!/^[!-~]+$/.test(key)) return { isWrong: true, message: 'A key has letters, digits, - and _ only.' };
    try {
      const response = await originalFetch(location.pathname, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          authorization: `Bearer ${key}`,
        },
        body: JSON.stringify({ query: '{ viewer { id } }' }),
      });
      if (response.ok) return undefined;
      const { errors } = await response.json();
      return { isWrong: response.status === 401, message: String(errors[0].message) };
    } catch {
      return { isWrong: false, message: 'The server did not answer. Try again.' };
    }
  };

  addEventListener('DOMContentLoaded', async () => {
    const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('llamahome-key'));
    const form = /** @type {HTMLFormElement} */ (dialog.querySelector('form'));
    const field = /** @type {HTMLInputElement} */ (form.elements.namedItem('key'));
    const alert = /** @type {HTMLElement} */ (dialog.querySelector('[role=alert]'));
    const button = /** @type {HTMLElement} */ (document.getElementById('llamahome-key-button'));
    const ask = (message = '') => {
      alert.textContent = message;
      button.textContent = kept() ? 'API key set' : 'Set API key';
      if (!dialog.open) dialog.showModal();
    };
    button.addEventListener('click', () => ask());
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const given = field.value.trim().replace(/^Bearer +/i, '');
      if (given === '') sessionStorage.removeItem(name);
      else {
        const refusal = await refusalOf(given);
        if (refusal) return ask(refusal.message);
        sessionStorage.setItem(name, given);
      }
      location.reload();
    });
    button.textContent = kept() ? 'API key set' : 'Set API key';
    const key = kept();
    if (!key) return ask();
    const refusal = await refusalOf(key);
    if (!refusal?.isWrong) return;
    sessionStorage.removeItem(name);
    ask(refusal.message);
  });
}
