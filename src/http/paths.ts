/** Where each API of the server is found. */
export const graphqlPath = '/graphql';
export const restPath = '/api/v1';

export function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** Path and query of a request line; it is not parsed as a URL, so nothing in it can change the host. */
export function splitTarget(url: string): { path: string; query: string } {
  const relative = url.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
  const mark = relative.indexOf('?');
  return mark < 0 ? { path: relative, query: '' } : { path: relative.slice(0, mark), query: relative.slice(mark + 1) };
}

/** Letters, digits and the marks that mean the same with percent-encoding and without (RFC 3986, section 6.2.2.2). */
const unreserved = /^[\w.~-]$/;

/** The path of a request line without trailing and doubled slashes, and without percent-encoding that says nothing. */
export function plainPath(url: string): string {
  return splitTarget(url)
    .path.replaceAll(/%[2-7][0-9a-f]/gi, (encoded) => {
      const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
      return unreserved.test(character) ? character : encoded;
    })
    .replaceAll(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '');
}
