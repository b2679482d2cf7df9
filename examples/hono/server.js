// LlamaHome in a Hono app, as a function from Request to Response.
// Run it: MODEL=demo node examples/hono/server.js
import { createServer } from 'node:http';
import { createServerAdapter } from '@whatwg-node/server';
import { Hono } from 'hono';
import { LlamaServer } from 'llamahome';

const llama = new LlamaServer({ model: process.env.MODEL, prefix: '/llm' });

const app = new Hono();
app.post('/summary', async (context) => {
  const body = await context.req.json();
  const { text } = await llama.process(`Summarise: ${body.text}`, { maxTokens: 8 });
  return context.json({ summary: text });
});
app.all('/llm/*', (context) => llama.handler(context.req.raw, { address: context.env.req.socket.remoteAddress }));

// Any way to run Hono on Node does; this one is here already.
const server = createServer(createServerAdapter(app.fetch));
// GraphQL over WebSocket.
server.on('upgrade', llama.upgrade);

server.listen(process.env.PORT ?? 3000, '127.0.0.1', async () => {
  await llama.ready();
  const { token } = await llama.createToken({ userId: 'ann', expiresIn: 3600 });
  console.log(`http://127.0.0.1:${server.address().port}/llm/graphql takes the token ${token}`);
});

process.once('SIGTERM', async () => {
  await llama.close();
  server.close();
});
