// LlamaHome in an Express app, behind the app's own middleware.
// Run it: MODEL=demo node examples/express/server.js
import express from 'express';
import { LlamaServer } from 'llamahome';

const llama = new LlamaServer({ model: process.env.MODEL, prefix: '/llm' });

const app = express();
app.use(express.json());
app.post('/summary', async (request, response) => {
  const { text } = await llama.process(`Summarise: ${request.body.text}`, { maxTokens: 8 });
  response.json({ summary: text });
});
app.use('/llm', llama.handler);

const server = app.listen(process.env.PORT ?? 3000, '127.0.0.1', async () => {
  await llama.ready();
  const { token } = await llama.createToken({ userId: 'ann', expiresIn: 3600 });
  console.log(`http://127.0.0.1:${server.address().port}/llm/graphql takes the token ${token}`);
});
// GraphQL over WebSocket.
server.on('upgrade', llama.upgrade);

process.once('SIGTERM', async () => {
  await llama.close();
  server.close();
});
