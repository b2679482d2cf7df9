const loopback = new Set(['127.0.0.1', 'localhost', '[::1]', '::1']);

/** Whether an address is on this machine's loopback interface. */
export function isLocal(url: string): boolean {
  return loopback.has(new URL(url).hostname);
}
