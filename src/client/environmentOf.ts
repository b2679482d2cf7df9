/**
 * A variable of the environment, empty ones counting as none. Pages have none, whatever a bundler or a shell around them
 * puts into `process`: what is secret on a server must not reach them.
 */
export function environmentOf(name: string): string | undefined {
  if ('document' in globalThis || 'importScripts' in globalThis || !('process' in globalThis)) return undefined;
  try {
    if (typeof globalThis.process?.versions?.node !== 'string') return undefined;
    return globalThis.process.env[name]?.trim() || undefined;
  } catch {
    // Deno asks first, and may be told no.
    return undefined;
  }
}
