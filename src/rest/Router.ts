import { LlamaHomeError } from '../errors/index.js';
import type { Route } from './routes.js';

interface CompiledRoute {
  pattern: RegExp;
  route: Route;
}

export interface RouteMatch {
  route: Route;
  params: Record<string, string>;
}

/** Finds the route for a path. */
export class Router {
  private readonly routes: CompiledRoute[];

  constructor(routes: readonly Route[]) {
    this.routes = routes.map((route) => ({
      route,
      pattern: new RegExp(`^${route.path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
    }));
  }

  /**
   * The route of a path as it stands in the request line; trailing and doubled slashes count for nothing.
   * `not_found` when there is none, `invalid_request` when it is not well percent-encoded.
   */
  match(path: string): RouteMatch {
    for (const { route, pattern } of this.routes) {
      const match = pattern.exec(plain(path));
      if (match !== null) return { route, params: decodeAll(match.groups ?? {}) };
    }
    throw new LlamaHomeError('not_found', 'There is nothing at this address. The routes are listed in the README.');
  }

  /** Whether the path leads to a route that needs no token. */
  isOpen(path: string): boolean {
    return this.routes.some(({ route, pattern }) => route.open === true && pattern.test(plain(path)));
  }
}

function plain(path: string): string {
  return path.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
}

function decodeAll(groups: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new LlamaHomeError('invalid_request', 'The address is not well percent-encoded.', { field: 'path' });
  }
}
