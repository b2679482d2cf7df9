// LlamaHome beside what a plain HTTP server does.
// Run it: MODEL=demo node examples/http/server.js
import { createServer } from 'node:http';
import { LlamaServer } from 'llamahome';

const llama = new LlamaServer({ model: process.env.MODEL });

const server = createServer(async (_request, response) => {
  const { text } = await llama.process('Tell me a joke.', { maxTokens: 8 });
  response.end(JSON.stringify({ joke: text }));
});

// GraphQL at /graphql, over HTTP and WebSocket, and REST at /api/v1; the rest goes to the function above.
llama.attach(server);

server.listen(process.env.PORT ?? 3000, '127.0.0.1', async () => {
  await llama.ready();
  const { token } = await llama.createToken({ userId: 'ann', expiresIn: 3600 });
  console.log(`http://127.0.0.1:${server.address().port}/graphql takes the token ${token}`);
});

process.once('SIGTERM', async () => {
  await llama.close();
  server.close();
});
