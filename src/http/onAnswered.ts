import type { ServerResponse } from 'node:http';

/** What is noted as the status when the caller left before the end of the answer. */
const statusOfLeaving = 499;

/** Calls back when a Node answer has been sent, or nobody takes it any more. */
export function onSent(response: ServerResponse, callback: (status: number) => void): void {
  response.once('close', () => callback(response.writableFinished ? response.statusCode : statusOfLeaving));
}

/** The same answer, which calls back when it was read to its end, or is given up. */
export function onRead(response: Response, callback: (status: number) => void): Response {
  const { status, headers } = response;
  const reader = response.body?.getReader();
  if (reader === undefined) {
    callback(status);
    return response;
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        callback(statusOfLeaving);
        throw error;
      });
      if (!done) return controller.enqueue(value);
      callback(status);
      controller.close();
    },
    async cancel(reason) {
      callback(statusOfLeaving);
      await reader.cancel(reason);
    },
  });
  return new Response(body, { status, headers });
}
