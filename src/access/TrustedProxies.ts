import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';

/** Who sends a request, and by which address they call this server. */
export interface Caller {
  /** The sender's IP address; empty when it is not known. */
  address: string;
  /** Host and scheme as the caller wrote them, where a trusted proxy tells them. */
  forwarded: { host: string | undefined; protocol: 'http' | 'https' | undefined } | undefined;
}

/** What a request says of its way; Node's `request.headers` and the address of its socket will do. */
export interface Arrival {
  headers: IncomingHttpHeaders;
  address: string;
}

/** The value that the nearest proxy has written: each adds its own behind those that came with the request. */
function nearest(value: string | string[] | undefined): string | undefined {
  return String(value ?? '')
    .split(',')
    .at(-1)
    ?.trim();
}

/** An address without the port that some proxies write behind it; undefined when it is none. */
function plainAddress(text: string): string | undefined {
  const address = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(address) === 0 ? undefined : address;
}

/** Reads `X-Forwarded-For`, `-Proto` and `-Host`, which count only when they come from an address that the operator trusts. */
export class TrustedProxies {
  private readonly isTrusted: (address: string) => boolean;

  /** @param trusted addresses and ranges, like `10.0.0.0/8`; none trusts nobody */
  constructor(trusted: readonly string[]) {
    const trust = proxyAddr.compile([...trusted]);
    this.isTrusted = (address) => trusted.length > 0 && trust(address, 0);
  }

  /**
   * The caller behind all trusted proxies. Each proxy adds the address that it saw to the end of `X-Forwarded-For`, so the
   * list is read from its end up to the first address that is not trusted; what stands before that, anyone could have written.
   */
  callerOf({ headers, address }: Arrival): Caller {
    if (!this.isTrusted(address)) return { address, forwarded: undefined };
    const protocol = nearest(headers['x-forwarded-proto'])?.toLowerCase();
    return {
      address: this.farthest(String(headers['x-forwarded-for'] ?? ''), address),
      forwarded: {
        host: nearest(headers['x-forwarded-host']) || undefined,
        protocol: protocol === 'http' || protocol === 'https' ? protocol : undefined,
      },
    };
  }

  private farthest(list: string, address: string): string {
    let known = address;
    for (const hop of list.split(',').reverse()) {
      const next = plainAddress(hop.trim());
      if (next === undefined || !this.isTrusted(known)) return known;
      known = next;
    }
    return known;
  }
}
