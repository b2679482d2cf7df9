/** The script of the page with the API description: shows the address as it is, and sends requests from the page. */
export const openapiScript = `
'use strict';
for (const place of document.querySelectorAll('[data-origin]')) place.textContent = location.origin;

const key = document.querySelector('#key');
key.value = sessionStorage.getItem('llamahome-key') ?? '';
key.addEventListener('input', () => sessionStorage.setItem('llamahome-key', key.value.trim()));

/** Opens what a link leads to. */
const openTarget = () => {
  for (let place = document.getElementById(location.hash.slice(1)); place; place = place.parentElement) {
    if (place.tagName === 'DETAILS') place.open = true;
  }
};
addEventListener('hashchange', openTarget);
openTarget();

function requestOf(form) {
  let address = form.dataset.path;
  const query = new URLSearchParams();
  const headers = {};
  if (key.value.trim() !== '') headers.authorization = 'Bearer ' + key.value.trim();
  for (const field of form.querySelectorAll('input')) {
    const { in: place, name } = field.dataset;
    if (place === 'path') address = address.replace('{' + name + '}', encodeURIComponent(field.value));
    else if (field.value !== '' && place === 'query') query.set(name, field.value);
    else if (field.value !== '' && place === 'header') headers[name] = field.value;
  }
  const body = form.querySelector('textarea')?.value ?? null;
  if (body !== null) headers['content-type'] = 'application/json';
  const search = query.size > 0 ? '?' + query : '';
  return [address + search, { method: form.dataset.method, headers, body }];
}

async function send(form, signal) {
  const output = form.querySelector('output');
  output.textContent = 'Waiting …';
  try {
    const [address, init] = requestOf(form);
    const answer = await fetch(address, { ...init, signal });
    const isJson = answer.headers.get('content-type')?.startsWith('application/json');
    output.textContent = answer.status + ' ' + answer.statusText + '\\n\\n';
    if (isJson) return output.append(JSON.stringify(await answer.json(), null, 2));
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let step = await reader?.read(); step && !step.done; step = await reader.read()) output.append(step.value);
  } catch (error) {
    output.append(signal.aborted ? '\\nStopped.' : '\\nThe request could not be sent: ' + error.message);
  }
}

for (const form of document.querySelectorAll('form[data-path]')) {
  let sent;
  const [sendButton, stopButton] = form.querySelectorAll('button');
  stopButton.addEventListener('click', () => sent?.abort());
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    sent = new AbortController();
    sendButton.disabled = true;
    stopButton.disabled = false;
    await send(form, sent.signal);
    sendButton.disabled = false;
    stopButton.disabled = true;
  });
}
`;
