/* The page of the REST API: sends requests from its forms with the key of this tab, which the other pages use too. */

const keyName = 'llamahome.key';
const keyField = /** @type {HTMLInputElement} */ (document.querySelector('#key'));

for (const place of document.querySelectorAll('[data-origin]')) place.textContent = location.origin;

keyField.value = sessionStorage.getItem(keyName) ?? '';
keyField.addEventListener('input', () => {
  const given = keyField.value.trim();
  if (given === '') sessionStorage.removeItem(keyName);
  else sessionStorage.setItem(keyName, given);
});

/** Opens what a link leads to. */
function openTarget() {
  let place = document.getElementById(location.hash.slice(1));
  for (; place !== null; place = place.parentElement) {
    if (place instanceof HTMLDetailsElement) place.open = true;
  }
}
addEventListener('hashchange', openTarget);
openTarget();

/**
 * @param {HTMLFormElement} form
 * @returns {[string, RequestInit]}
 */
function requestOf(form) {
  const { path: template = '', method = 'GET' } = form.dataset;
  let path = template;
  const query = new URLSearchParams();
  const headers = new Headers();
  const key = keyField.value.trim();
  if (key !== '') headers.set('authorization', `Bearer ${key}`);
  for (const { dataset, value } of form.querySelectorAll('input')) {
    const { in: place, name = '' } = dataset;
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== '' && place === 'query') query.set(name, value);
    else if (value !== '' && place === 'header') headers.set(name, value);
  }
  const body = form.querySelector('textarea')?.value ?? null;
  if (body !== null) headers.set('content-type', 'application/json');
  return [query.size > 0 ? `${path}?${query}` : path, { method, headers, body }];
}

/**
 * @param {HTMLFormElement} form
 * @param {Element} output
 * @param {AbortSignal} signal
 */
async function send(form, output, signal) {
  output.textContent = 'Waiting …';
  try {
    const [address, init] = requestOf(form);
    const answer = await fetch(address, { ...init, signal });
    output.textContent = `${answer.status} ${answer.statusText}\n\n`;
    if (answer.headers.get('content-type')?.startsWith('application/json')) {
      output.append(JSON.stringify(await answer.json(), null, 2));
      return;
    }
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) output.append(step.value);
  } catch (error) {
    output.append(signal.aborted ? '\nStopped.' : `\nThe request could not be sent: ${String(error)}`);
  }
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll('form[data-path]'))) {
  const [sendButton, stopButton] = form.querySelectorAll('button');
  const output = form.querySelector('output');
  if (!sendButton || !stopButton || !output) continue;
  /** @type {AbortController | undefined} */
  let sent;
  stopButton.addEventListener('click', () => sent?.abort());
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    sent = new AbortController();
    sendButton.disabled = true;
    stopButton.disabled = false;
    await send(form, output, sent.signal);
    sendButton.disabled = false;
    stopButton.disabled = true;
  });
}
