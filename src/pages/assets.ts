import { readFileSync } from 'node:fs';

/** The text of a file in `assets/`, which holds what browsers get as it is. */
export function readAsset(name: string): string {
  return readFileSync(new URL(`../../src/pages/assets/${name}`, import.meta.url), 'utf8');
}

/** A page with its style sheet inside, so that it loads nothing. */
export function withStyle(html: string, style: string): string {
  // Functions as replacements: what they give may have a "$" in it.
  return html.replace(/<link rel="stylesheet" [^>]*>/, () => `<style>${style}</style>`);
}

/** A page with its script inside. */
export function withScript(html: string, script: string): string {
  return html.replace(/<script [^>]*><\/script>/, () => `<script type="module">${script}</script>`);
}
