import type { Call } from './Call.js';

export type Method = 'GET' | 'POST' | 'DELETE';

/** One entry of the route table: everything that the server answers over HTTP has one. */
export interface Route {
  /** GET answers HEAD as well. */
  method: Method;
  /** With `:name` parts; the label of its metrics. */
  path: string;
  /** Whether the caller has to show a token: `optional` where a stranger gets an answer that says less. */
  authentication: 'none' | 'optional' | 'required';
  /** Takes only requests of a browser that opens the address as a page, before other routes of the path. */
  isPage?: boolean;
  /** What it throws is told in the form of GraphQL or REST, by its path. */
  handle(call: Call): Response | Promise<Response>;
}
