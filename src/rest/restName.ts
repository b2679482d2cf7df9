/** A name of the schema as REST spells it: `maxTokens` becomes `max_tokens`. */
export type RestName<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${RestName<Rest>}`
  : '';

export function restName<Name extends string>(name: Name): RestName<Name>;
export function restName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
