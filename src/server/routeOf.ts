import { Router } from '../rest/Router.js';
import { routes } from '../rest/routes.js';
import { pagePaths } from './pages.js';
import { graphqlPath, restPath } from './paths.js';

const restRoutes = new Router(routes);

/** The route that a path belongs to, without ids in it, as a metric's label; `other` when there is none. */
export function routeOf(path: string): string {
  if (path === graphqlPath || pagePaths.includes(path)) return path;
  if (!path.startsWith(`${restPath}/`)) return 'other';
  try {
    return restPath + restRoutes.match(path.slice(restPath.length)).route.path;
  } catch {
    return 'other';
  }
}
