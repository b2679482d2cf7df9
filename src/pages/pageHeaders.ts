import { createHash } from 'node:crypto';

/** What a page contains and may do; what is not named here it may not. */
export interface PagePolicy {
  /** The text of its only style sheet. */
  style: string;
  /** The text of its only script. */
  script?: string;
  /** Where its requests and images may go to, and what its forms do. */
  sources?: string;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Headers of a page that loads nothing, runs no script but its own and cannot be framed. */
export function pageHeaders({ style, script, sources = "img-src data:; form-action 'none'" }: PagePolicy) {
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': [
      "default-src 'none'",
      ...(script === undefined ? [] : [`script-src ${hashOf(script)}`]),
      `style-src ${hashOf(style)}`,
      sources,
      "base-uri 'none'; frame-ancestors 'none'",
    ].join('; '),
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  };
}
