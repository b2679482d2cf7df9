/*
 * The status page: one subscription over graphql-transport-ws with the key of this tab, which the other pages use too. A
 * connection that is lost, or says nothing any more, is made again after up to ten seconds; a refused key is asked for.
 */

const keyName = 'llamahome.key';
const windowMs = 120_000;
/** The server sends figures every second, so after so many it is not there any more. */
const timeoutMs = 6_000;
/** @type {{ time: number; rate: number }[]} */
const samples = [];
let attempts = 0;

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
 * @typedef {{ p50: number; p95: number } | null} Quantiles
 * @typedef {object} ServerStatus
 * @property {string} version
 * @property {number} uptimeMs
 * @property {number | null} tokensPerSecond
 * @property {{ name: string; state: string } | null} defaultModel
 * @property {{ total: number; busy: number }} slots
 * @property {{ waiting: number; limit: number }} queue
 * @property {{ cpuPercent: number; memoryBytes: number; gpuMemoryBytes: number; eventLoopDelayMs: number }} resources
 * @property {{ timeToFirstTokenMs: Quantiles; interTokenMs: Quantiles; totalMs: Quantiles }} latencies
 */

/**
 * @template {Element} [Kind=HTMLElement]
 * @param {string} id of an element that the page has
 * @returns {Kind}
 */
function element(id) {
  return /** @type {Kind} */ (/** @type {unknown} */ (document.getElementById(id)));
}

/**
 * @param {string} id
 * @param {string | number} text
 */
function write(id, text) {
  element(id).textContent = String(text);
}

const main = element('main');
const dialog = /** @type {HTMLDialogElement} */ (element('dialog'));
const form = /** @type {HTMLFormElement} */ (element('form'));
const keyField = /** @type {HTMLInputElement} */ (form.elements.namedItem('key'));
const needsKey = main.dataset.needsKey === 'true';

/** @param {number} ms */
function duration(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms >= 10_000 ? 1 : 2)} s`;
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

/** @param {number} n */
function bytes(n) {
  return n >= 1e9 ? `${(n / 1e9).toFixed(2)} GB` : `${(n / 1e6).toFixed(0)} MB`;
}

/** @param {number} ms */
function since(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}

/**
 * The next of 1, 2, 5, 10, 20, 50 ...
 * @param {number} n
 */
function roundUp(n) {
  const unit = 10 ** Math.floor(Math.log10(n));
  return unit * ([1, 2, 5].find((step) => step * unit >= n) ?? 10);
}

/**
 * @param {'live' | 'gone'} state
 * @param {string} text
 */
function showState(state, text) {
  main.dataset.state = state;
  write('state', text);
  if (state !== 'live') document.title = `LlamaHome: ${text}`;
}

/**
 * Asks for a key; the reason can still be read when the dialog has been put away.
 * @param {string} why
 */
function askForKey(why) {
  showState('gone', 'no access');
  write('about', why);
  write('why', why);
  if (!dialog.open) dialog.showModal();
}

/** @param {ServerStatus['slots']} slots */
function drawSlots({ total, busy }) {
  const marks = Math.min(total, 64);
  const row = element('slots');
  while (row.children.length > marks) row.lastChild?.remove();
  while (row.children.length < marks) row.append(document.createElement('i'));
  const lit = total > marks ? Math.round((busy * marks) / total) : busy;
  for (const [index, mark] of [...row.children].entries()) mark.classList.toggle('busy', index < lit);
}

/** @param {ServerStatus['queue']} queue */
function drawQueue({ waiting, limit }) {
  const share = Math.min(1, waiting / limit);
  const meter = element('queue');
  meter.setAttribute('aria-valuemax', String(limit));
  meter.setAttribute('aria-valuenow', String(Math.min(waiting, limit)));
  meter.dataset.level = share > 0.8 ? 'high' : share > 0.5 ? 'middle' : 'low';
  element('queue-level').style.width = `${100 * share}%`;
}

function drawRates() {
  const now = performance.now();
  while (samples[0] !== undefined && now - samples[0].time > windowMs) samples.shift();
  const top = roundUp(Math.max(1, ...samples.map(({ rate }) => rate)));
  // Nothing is drawn over the time without a connection.
  /** @type {{ x: string; y: string }[][]} */
  const pieces = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const { time, rate } of samples) {
    if (time - before > timeoutMs) pieces.push([]);
    before = time;
    const x = (600 - ((now - time) / windowMs) * 600).toFixed(1);
    pieces.at(-1)?.push({ x, y: (99 - (rate / top) * 98).toFixed(1) });
  }
  const lines = pieces.map((piece) => `M${piece.map(({ x, y }) => `${x},${y}`).join('L')}`);
  const areas = pieces.map((piece, index) => `${lines[index]}L${piece.at(-1)?.x},100L${piece[0]?.x},100Z`);
  element('line').setAttribute('d', lines.join(''));
  element('area').setAttribute('d', areas.join(''));
  write('top', top.toLocaleString('en'));
}

/** @param {ServerStatus['latencies']} latencies */
function showLatencies(latencies) {
  for (const [name, quantiles] of Object.entries(latencies)) {
    write(`${name}-p50`, quantiles ? duration(quantiles.p50) : '–');
    write(`${name}-p95`, quantiles ? duration(quantiles.p95) : '–');
  }
}

/** @param {ServerStatus} server */
function show({ slots, queue, resources, latencies, defaultModel, tokensPerSecond, uptimeMs, version }) {
  const model = defaultModel === null ? '' : `${defaultModel.name} is ${defaultModel.state.toLowerCase()}`;
  write('about', [model, `up ${since(uptimeMs)}`, `version ${version}`].filter(Boolean).join(' · '));
  write('busy', slots.busy);
  write('total', `of ${slots.total} slots`);
  drawSlots(slots);
  write('waiting', queue.waiting);
  write('limit', `of ${queue.limit} places`);
  drawQueue(queue);
  const rate = tokensPerSecond ?? 0;
  write('rate', rate >= 100 ? Math.round(rate).toLocaleString('en') : rate.toFixed(1));
  samples.push({ time: performance.now(), rate });
  drawRates();
  showLatencies(latencies);
  write('cpu', `${resources.cpuPercent.toFixed(0)} %`);
  write('memory', bytes(resources.memoryBytes));
  write('gpu', resources.gpuMemoryBytes > 0 ? bytes(resources.gpuMemoryBytes) : 'none');
  write('delay', duration(resources.eventLoopDelayMs));
  document.title = `${slots.busy} running, ${queue.waiting} waiting: LlamaHome`;
}

/**
 * Why the server closes with 4401.
 * @type {Record<string, string>}
 */
const refusals = {
  token_expired: 'this token has run out',
  rate_limit_exceeded: 'too many wrong keys, wait a minute',
};

/** The server may be mounted anywhere: GraphQL is beside this page. */
function graphqlAddress() {
  return location.href.replace('http', 'ws').replace(/\/status\/*([?#].*)?$/, '/graphql');
}

function connect() {
  const key = sessionStorage.getItem(keyName);
  if (!key && needsKey) return askForKey('');
  const socket = new WebSocket(graphqlAddress(), 'graphql-transport-ws');
  let isRefused = false;
  let hasEnded = false;
  /** @type {number | undefined} */
  let timer;

  /** @param {object} message */
  const send = (message) => socket.send(JSON.stringify(message));

  /** @param {{ code?: number; reason?: string }} closing */
  function end({ code, reason = '' }) {
    if (hasEnded) return;
    hasEnded = true;
    clearTimeout(timer);
    if (code === 4401) return askForKey(refusals[reason] ?? 'this key is not accepted');
    if (isRefused) return;
    if (code !== undefined || main.dataset.state === 'live') showState('gone', 'reconnecting');
    setTimeout(connect, Math.min(10_000, 500 * 2 ** attempts++));
  }

  // A machine that sleeps or a cable that is pulled closes nothing.
  function restartTimer() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      socket.close();
      end({});
    }, timeoutMs);
  }

  socket.onopen = () => send({ type: 'connection_init', payload: key ? { authorization: `Bearer ${key}` } : {} });
  socket.onmessage = ({ data }) => {
    if (hasEnded) return;
    restartTimer();
    const { type, payload } = JSON.parse(data);
    if (type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: { query } });
    if (type === 'ping') send({ type: 'pong' });
    const [error] = (type === 'error' ? payload : payload?.errors) ?? [];
    if (error?.extensions?.code === 'PERMISSION_DENIED') {
      isRefused = true;
      askForKey('this key lacks the scope metrics:read');
    } else if (type === 'next' && !error) {
      attempts = 0;
      showState('live', 'live');
      show(payload.data.serverStatus);
    }
    if (error || type === 'complete') socket.close();
  };
  socket.onclose = end;
  restartTimer();
}

element('key').hidden = !needsKey;
element('key').onclick = () => dialog.showModal();
form.onsubmit = () => {
  const given = keyField.value.trim().replace(/^Bearer /i, '');
  if (given) sessionStorage.setItem(keyName, given);
  else sessionStorage.removeItem(keyName);
  location.reload();
};
connect();
