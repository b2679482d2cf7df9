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
 * What runs in the status page: one subscription over graphql-transport-ws with the key of this tab, which GraphiQL uses too. A
 * connection that is lost, or says nothing any more, is made again, waiting up to ten seconds; a refused key is asked for.
 */
export const statusScript = `
const keyName = 'llamahome.key';
const windowMs = 120000;
const silentMs = 6000;
const at = (id) => document.getElementById(id);
const write = (id, text) => { at(id).textContent = text; };
const samples = [];
let retry = 0;

const duration = (ms) => ms >= 10000 ? (ms / 1000).toFixed(1) + ' s' : ms >= 1000 ? (ms / 1000).toFixed(2) + ' s' : ms.toFixed(ms < 10 ? 1 : 0) + ' ms';
const bytes = (n) => n >= 1e9 ? (n / 1e9).toFixed(2) + ' GB' : (n / 1e6).toFixed(0) + ' MB';
const since = (ms) => {
  const minutes = Math.floor(ms / 60000);
  return minutes < 1 ? 'less than a minute' : minutes < 120 ? minutes + ' min' : minutes < 2880 ? Math.floor(minutes / 60) + ' h' : Math.floor(minutes / 1440) + ' days';
};
/** The next of 1, 2, 5, 10, 20, 50 ... */
const round = (n) => {
  const unit = 10 ** Math.floor(Math.log10(n));
  return unit * [1, 2, 5, 10].find((step) => step * unit >= n);
};

function say(state, text) {
  at('main').dataset.state = state;
  write('state', text);
  if (state !== 'live') document.title = 'LlamaHome: ' + text;
}

/** The reason stays to be read when the dialog has been put away. */
function ask(why) {
  say('gone', 'no access');
  write('about', why);
  write('why', why);
  if (!at('dialog').open) at('dialog').showModal();
}

function drawSlots({ total, busy }) {
  const marks = Math.min(total, 64);
  const row = at('slots');
  while (row.children.length > marks) row.lastChild.remove();
  while (row.children.length < marks) row.append(document.createElement('i'));
  const lit = total > marks ? Math.round((busy * marks) / total) : busy;
  [...row.children].forEach((mark, index) => mark.classList.toggle('busy', index < lit));
}

function drawQueue({ waiting, limit }) {
  const bar = at('queue');
  const share = Math.min(1, waiting / limit);
  bar.setAttribute('aria-valuemax', limit);
  bar.setAttribute('aria-valuenow', Math.min(waiting, limit));
  bar.dataset.level = share > 0.8 ? 'high' : share > 0.5 ? 'middle' : 'low';
  bar.firstChild.style.width = 100 * share + '%';
}

function drawRates() {
  const now = performance.now();
  while (samples.length > 0 && now - samples[0].time > windowMs) samples.shift();
  const top = round(Math.max(1, ...samples.map(({ rate }) => rate)));
  const x = ({ time }) => (600 - ((now - time) / windowMs) * 600).toFixed(1);
  const y = ({ rate }) => (99 - (rate / top) * 98).toFixed(1);
  // Nothing is drawn over the time without a connection.
  const pieces = [];
  for (const [index, sample] of samples.entries()) {
    if (index === 0 || sample.time - samples[index - 1].time > silentMs) pieces.push([]);
    pieces.at(-1).push(sample);
  }
  const lines = pieces.map((piece) => 'M' + piece.map((sample) => x(sample) + ',' + y(sample)).join('L'));
  at('line').setAttribute('d', lines.join(''));
  at('area').setAttribute('d', pieces.map((piece, index) => lines[index] + 'L' + x(piece.at(-1)) + ',100L' + x(piece[0]) + ',100Z').join(''));
  write('top', top.toLocaleString('en'));
}

function show(server) {
  const { slots, queue, resources, latencies, defaultModel, tokensPerSecond } = server;
  const facts = [defaultModel && defaultModel.name + ' is ' + defaultModel.state.toLowerCase(), 'up ' + since(server.uptimeMs), 'version ' + server.version];
  write('about', facts.filter(Boolean).join(' · '));
  write('busy', slots.busy);
  write('total', 'of ' + slots.total + ' slots');
  drawSlots(slots);
  write('waiting', queue.waiting);
  write('limit', 'of ' + queue.limit + ' places');
  drawQueue(queue);
  const rate = tokensPerSecond ?? 0;
  write('rate', rate >= 100 ? Math.round(rate).toLocaleString('en') : rate.toFixed(1));
  samples.push({ time: performance.now(), rate });
  drawRates();
  for (const name of ['timeToFirstTokenMs', 'interTokenMs', 'totalMs']) {
    for (const p of ['p50', 'p95']) write(name + '-' + p, latencies[name] ? duration(latencies[name][p]) : '–');
  }
  write('cpu', resources.cpuPercent.toFixed(0) + ' %');
  write('memory', bytes(resources.memoryBytes));
  write('gpu', resources.gpuMemoryBytes > 0 ? bytes(resources.gpuMemoryBytes) : 'none');
  write('delay', duration(resources.eventLoopDelayMs));
  document.title = slots.busy + ' running, ' + queue.waiting + ' waiting: LlamaHome';
}

/** What the server closes with 4401 for. */
const closings = {
  token_expired: 'this token has run out',
  rate_limit_exceeded: 'too many wrong keys, wait a minute',
};

function connect() {
  const key = sessionStorage.getItem(keyName);
  if (!key && needsKey) return ask('');
  const socket = new WebSocket(location.href.replace('http', 'ws').replace(/\\/status\\/*([?#].*)?$/, ${JSON.stringify(graphqlPath)}), 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  let refused = false;
  let silence;
  let hasEnded = false;
  const end = (code, reason) => {
    if (hasEnded) return;
    hasEnded = true;
    clearTimeout(silence);
    if (code === 4401) return ask(closings[reason] ?? 'this key is not accepted');
    if (refused) return;
    if (code !== undefined || at('main').dataset.state === 'live') say('gone', 'reconnecting');
    setTimeout(connect, Math.min(10000, 500 * 2 ** retry++));
  };
  // A machine that sleeps or a cable that is pulled closes nothing.
  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(() => { socket.close(); end(); }, silentMs);
  };
  socket.onopen = () => send({ type: 'connection_init', payload: key ? { authorization: 'Bearer ' + key } : {} });
  socket.onmessage = ({ data }) => {
    if (hasEnded) return;
    listen();
    const { type, payload } = JSON.parse(data);
    if (type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: { query: ${JSON.stringify(query)} } });
    if (type === 'ping') send({ type: 'pong' });
    const [error] = (type === 'error' ? payload : payload?.errors) ?? [];
    if (error?.extensions?.code === 'PERMISSION_DENIED') {
      refused = true;
      ask('this key lacks the scope metrics:read');
    } else if (type === 'next' && !error) {
      retry = 0;
      say('live', 'live');
      show(payload.data.serverStatus);
    }
    if (error || type === 'complete') socket.close();
  };
  socket.onclose = ({ code, reason }) => end(code, reason);
  listen();
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
