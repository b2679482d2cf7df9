import { graphqlPath } from './paths.js';

const query = `subscription Status {
  serverStatus(everyMs: 1000) {
    version uptimeMs tokensPerSecond
    defaultModel { name state }
    slots { total busy }
    queue { waiting limit }
    resources { cpuPercent memoryBytes gpuMemoryBytes eventLoopDelayMs }
    latencies {
      timeToFirstTokenMs { p50 p95 }
      interTokenMs { p50 p95 }
      totalMs { p50 p95 }
    }
  }
}`;

/**
 * What runs in the status page: one subscription over graphql-transport-ws with the key of this tab, which GraphiQL uses too. A lost
 * connection is made again, waiting up to ten seconds; a refused key is asked for.
 */
export const statusScript = `
const keyName = 'llamahome.key';
const at = (id) => document.getElementById(id);
const write = (id, text) => { at(id).textContent = text; };
const rates = [];
let retry = 0;

const duration = (ms) => ms >= 10000 ? (ms / 1000).toFixed(1) + ' s' : ms >= 1000 ? (ms / 1000).toFixed(2) + ' s' : ms.toFixed(ms < 10 ? 1 : 0) + ' ms';
const bytes = (n) => n >= 1e9 ? (n / 1e9).toFixed(2) + ' GB' : (n / 1e6).toFixed(0) + ' MB';
const since = (ms) => {
  const minutes = Math.floor(ms / 60000);
  return minutes < 1 ? 'less than a minute' : minutes < 120 ? minutes + ' min' : minutes < 2880 ? Math.floor(minutes / 60) + ' h' : Math.floor(minutes / 1440) + ' days';
};

function say(state, text) {
  at('state').dataset.state = state;
  write('state', text);
}

function drawSlots({ total, busy }) {
  const marks = Math.min(total, 64);
  const row = at('slots');
  while (row.children.length > marks) row.lastChild.remove();
  while (row.children.length < marks) row.append(document.createElement('i'));
  const lit = total > marks ? Math.round((busy * marks) / total) : busy;
  [...row.children].forEach((mark, index) => mark.classList.toggle('busy', index < lit));
}

function drawRates() {
  const top = Math.max(1, ...rates);
  at('line').setAttribute('points', rates.map((rate, index) => (120 - rates.length + index) + ',' + (30 - (rate / top) * 28)).join(' '));
}

function show(server) {
  const { slots, queue, resources, latencies, defaultModel, tokensPerSecond } = server;
  write('about', 'LlamaHome ' + server.version + ', up ' + since(server.uptimeMs) + (defaultModel ? ', ' + defaultModel.name + ' is ' + defaultModel.state.toLowerCase() : ''));
  write('busy', slots.busy);
  write('total', ' of ' + slots.total + ' slots');
  drawSlots(slots);
  write('waiting', queue.waiting);
  write('limit', ' of ' + queue.limit + ' places');
  at('queue').max = queue.limit;
  at('queue').value = queue.waiting;
  write('rate', (tokensPerSecond ?? 0).toFixed(1));
  rates.push(tokensPerSecond ?? 0);
  if (rates.length > 120) rates.shift();
  drawRates();
  for (const name of ['timeToFirstTokenMs', 'interTokenMs', 'totalMs']) {
    for (const p of ['p50', 'p95']) write(name + '-' + p, latencies[name] ? duration(latencies[name][p]) : '–');
  }
  write('cpu', resources.cpuPercent.toFixed(0) + ' %');
  write('memory', bytes(resources.memoryBytes));
  write('gpu', resources.gpuMemoryBytes > 0 ? bytes(resources.gpuMemoryBytes) : 'none');
  write('delay', duration(resources.eventLoopDelayMs));
}

function connect() {
  const key = sessionStorage.getItem(keyName);
  if (!key && needsKey) {
    say('gone', 'needs an API key');
    at('dialog').showModal();
    return;
  }
  const socket = new WebSocket(location.href.replace('http', 'ws').replace(/\\/status\\/*([?#].*)?$/, ${JSON.stringify(graphqlPath)}), 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  let refused = false;
  socket.onopen = () => send({ type: 'connection_init', payload: key ? { authorization: 'Bearer ' + key } : {} });
  socket.onmessage = ({ data }) => {
    const { type, payload } = JSON.parse(data);
    if (type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: { query: ${JSON.stringify(query)} } });
    if (type === 'ping') send({ type: 'pong' });
    const errors = type === 'error' ? payload : payload?.errors;
    if (errors) {
      refused = true;
      say('gone', errors[0].message);
      socket.close();
    } else if (type === 'next') {
      retry = 0;
      say('live', 'live');
      show(payload.data.serverStatus);
    }
  };
  socket.onclose = ({ code }) => {
    if (code === 4401) {
      say('gone', 'this key is not accepted');
      at('dialog').showModal();
    } else if (!refused) {
      say('gone', 'not connected, trying again');
      setTimeout(connect, Math.min(10000, 500 * 2 ** retry++));
    }
  };
}

at('key').hidden = !needsKey;
at('key').onclick = () => at('dialog').showModal();
at('form').onsubmit = () => {
  const given = at('form').elements.key.value.trim().replace(/^Bearer /i, '');
  if (given) sessionStorage.setItem(keyName, given);
  else sessionStorage.removeItem(keyName);
  location.reload();
};
connect();
`;
