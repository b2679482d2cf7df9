// LlamaHome in a Fastify app.
// Run it: MODEL=demo node examples/fastify/server.js
import fastify from 'fastify';
import { LlamaServer } from 'llamahome';

const llama = new LlamaServer({ model: process.env.MODEL, prefix: '/llm' });

const app = fastify();
app.post('/summary', async (request) => {
  const { text } = await llama.process(`Summarise: ${request.body.text}`, { maxTokens: 8 });
  return { summary: text };
});
app.register(async (scope) => {
  // LlamaHome reads the bodies of its requests itself.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
  scope.all('/llm/*', (request, reply) => {
    reply.hijack();
    return llama.handler(request.raw, reply.raw);
  });
});
// GraphQL over WebSocket.
app.server.on('upgrade', llama.upgrade);

const address = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
await llama.ready();
const { token } = await llama.createToken({ userId: 'ann', expiresIn: 3600 });
console.log(`${address}/llm/graphql takes the token ${token}`);

process.once('SIGTERM', async () => {
  await llama.close();
  await app.close();
});
