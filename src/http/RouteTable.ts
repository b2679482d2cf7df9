import findMyWay from 'find-my-way';
import type { Method, Route } from './Route.js';

/** What the table has for a path. */
export interface FoundPath {
  /** As its routes have it, without ids: a label of metrics. */
  path: string;
  routes: readonly Route[];
  params: Readonly<Record<string, string>>;
}

/** Longer than any request line that Node takes. */
const maxParamLength = 100_000;

/** Finds what answers a request. */
export class RouteTable {
  // The router's methods are not used: a path that is asked with a wrong method has to say which ones it takes.
  private readonly router = findMyWay({ maxParamLength });

  constructor(routes: readonly Route[]) {
    for (const path of new Set(routes.map((route) => route.path))) {
      const own = routes.filter((route) => route.path === path);
      this.router.on('GET', path, () => undefined, { path, routes: own });
    }
  }

  /** What is at a path, as it stands in the request line without doubled and trailing slashes; undefined for nothing. */
  find(path: string): FoundPath | undefined {
    const found = path.startsWith('/') ? this.router.find('GET', path) : null;
    if (found === null) return undefined;
    const { path: pattern, routes }: { path: string; routes: readonly Route[] } = found.store;
    return { path: pattern, routes, params: found.params as Record<string, string> };
  }
}

/** The one of the routes that takes a request. */
export function routeFor(
  routes: readonly Route[],
  { method, isPage }: { method: string; isPage: boolean },
): Route | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const own = routes.filter((route) => route.method === wanted);
  return (isPage ? own.find((route) => route.isPage) : undefined) ?? own.find((route) => !route.isPage);
}

/** The methods that may be used where these routes are. */
export function allowedMethods(routes: readonly Route[]): string[] {
  const methods = new Set<Method>(routes.map(({ method }) => method));
  return [...methods, ...(methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'];
}
