import type { Server } from 'node:http';
import type { Environment } from '../config/environment.js';
import { StartError } from './StartError.js';

const reasons: Record<string, (place: string) => string> = {
  EADDRINUSE: (place) => `${place} is in use: stop what listens there, or set LLAMAHOME_PORT (0 picks a free one)`,
  EACCES: (place) => `${place} may not be listened on: set LLAMAHOME_PORT to 1024 or more`,
  EADDRNOTAVAIL: (place) => `${place} is no address of this machine: set LLAMAHOME_HOST`,
  ENOTFOUND: (place) => `the host of ${place} is not known: set LLAMAHOME_HOST`,
};

/** Listens and gives the port, which may have been picked. Throws a StartError that says what to change. */
export async function listen(server: Server, { host, port }: Pick<Environment, 'host' | 'port'>): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const place = `${host}:${port}`;
    throw new StartError(reasons[code]?.(place) ?? `${place} can't be listened on (${code})`, { cause: error });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** The address as it is written in a URL. */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
