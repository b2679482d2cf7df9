import { readAsset } from '../../pages/assets.js';
import { escapeHtml } from '../../pages/escapeHtml.js';
import { pageHeaders } from '../../pages/pageHeaders.js';
import type { OpenapiDocument, OperationObject, ResponseObject } from './openapiDocument.js';
import type { JsonSchema } from './openapiSchemas.js';

const style = readAsset('docs.css');
const script = readAsset('docs.js');
const headers = pageHeaders({ style, script, sources: "img-src data:; connect-src 'self'; form-action 'none'" });

/** Text in which backticks mark code and empty lines part paragraphs. */
function prose(text: string): string {
  return escapeHtml(text)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .split('\n\n')
    .map((paragraph) => `<p>${paragraph}</p>`)
    .join('');
}

function inline(text = ''): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function code(value: unknown): string {
  return `<pre><code>${escapeHtml(typeof value === 'string' ? value : JSON.stringify(value, undefined, 2))}</code></pre>`;
}

/** What a value may be, in a few words. */
function typeOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace(/.*\//, '');
    return `<a href="#${name}">${name}</a>`;
  }
  if (schema.enum !== undefined)
    return schema.enum.map((value) => `<code>${escapeHtml(String(value))}</code>`).join(' ');
  if ('const' in schema) return `<code>${escapeHtml(JSON.stringify(schema.const))}</code>`;
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  const types = schema.type === undefined ? ['anything'] : [schema.type].flat();
  return types
    .map((type) => (type === 'array' && schema.items !== undefined ? `list of ${typeOf(schema.items)}` : type))
    .join(' or ')
    .concat(rangeOf(schema));
}

function rangeOf({ minimum, maximum }: JsonSchema): string {
  if (typeof minimum === 'number' && typeof maximum === 'number') return `, ${minimum} to ${maximum}`;
  return typeof minimum === 'number' ? `, at least ${minimum}` : '';
}

function row(...cells: string[]): string {
  const [head = '', ...rest] = cells;
  return `<tr><th scope="row">${head}</th>${rest.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function fieldsOf(schema: JsonSchema, prefix = ''): string {
  return Object.entries(schema.properties ?? {})
    .map(([name, field]) => {
      const isRequired = schema.required?.includes(name) === true;
      const own = row(
        `<code>${prefix}${name}</code>`,
        typeOf(field),
        `${isRequired ? '' : 'may be left out. '}${inline(field.description)}`,
      );
      return own + fieldsOf(field, `${prefix}${name}.`);
    })
    .join('');
}

/** A link to what is inside of a closed section opens it. */
function schemaSection(name: string, schema: JsonSchema): string {
  const variants = schema.properties === undefined ? (schema.anyOf ?? []) : [schema];
  const tables = variants.map((variant) => `${prose(variant.description ?? '')}<table>${fieldsOf(variant)}</table>`);
  const [example] = Array.isArray(schema.examples) ? schema.examples : [];
  return `<details><summary><strong>${name}</strong></summary><div id="${name}">${tables.join('')}${example === undefined ? '' : `<h3>Example</h3>${code(example)}`}</div></details>`;
}

function responseRow(status: string, { description, content, headers }: ResponseObject): string {
  const types = Object.entries(content).map(([media, { schema }]) => {
    const named = schema?.contentSchema ?? schema;
    const type = named === undefined ? '' : `, ${typeOf(named as JsonSchema)}`;
    return `<code>${media}</code>${type}`;
  });
  const named = Object.keys(headers).map((name) => `<code>${name}</code>`);
  return row(status, inline(description), types.join('<br>'), named.join(' '));
}

/** A request that can be pasted into a shell. */
function curl(path: string, method: string, operation: OperationObject, example: unknown): string {
  return [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}<span data-origin>http://SERVER</span>${escapeHtml(path)}`,
    ...(operation.security.length === 0 ? [] : ["-H 'Authorization: Bearer YOUR_KEY'"]),
    ...(example === undefined
      ? []
      : ["-H 'Content-Type: application/json'", escapeHtml(`-d '${JSON.stringify(example)}'`)]),
  ].join(' \\\n  ');
}

/** The first example of an operation's body. */
function exampleOf({ requestBody }: OperationObject, { components }: OpenapiDocument): unknown {
  const ref = requestBody?.content['application/json']?.schema?.$ref?.replace(/.*\//, '');
  const examples = ref === undefined ? undefined : components.schemas[ref]?.examples;
  return Array.isArray(examples) ? examples[0] : undefined;
}

/** What sends the request from the page. */
function tryForm(path: string, method: string, { parameters, requestBody }: OperationObject, example: unknown): string {
  const inputs = parameters.map(
    ({ name, in: place }) =>
      `<label>${name} <input data-in="${place}" data-name="${name}"${place === 'path' ? ' required' : ''}></label>`,
  );
  const body = escapeHtml(example === undefined ? '{}' : JSON.stringify(example, undefined, 2));
  const area =
    requestBody === undefined ? '' : `<textarea aria-label="Body" rows="6" spellcheck="false">${body}</textarea>`;
  return `<form data-path="${escapeHtml(path)}" data-method="${method.toUpperCase()}">${inputs.join('')}${area}
<button>Send</button> <button type="button" disabled>Stop</button><output></output></form>`;
}

function operationSection(path: string, method: string, operation: OperationObject, document: OpenapiDocument): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const parameterRows = parameters.map(({ name, in: place, description: about, schema }) =>
    row(`<code>${name}</code>`, `${place}, ${typeOf(schema)}`, inline(about)),
  );
  const body = requestBody?.content['application/json']?.schema;
  const example = exampleOf(operation, document);
  const responseRows = Object.entries(responses).map(([status, response]) => responseRow(status, response));
  return `<details><summary><span class="method">${method.toUpperCase()}</span> <code>${path}</code><span class="what">${inline(summary)}</span></summary><div id="${operationId}">
${prose(description)}
<pre><code>${curl(path, method, operation, example)}</code></pre>
${parameterRows.length === 0 ? '' : `<h3>Parameters</h3><table>${parameterRows.join('')}</table>`}
${body === undefined ? '' : `<h3>Body</h3><p>${typeOf(body)}</p>`}
<h3>Answers</h3><table>${responseRows.join('')}</table>
<h3>Try it</h3>${tryForm(path, method, operation, example)}
</div></details>`;
}

function pageOf(document: OpenapiDocument): string {
  const { info, tags, paths, components, servers } = document;
  const base = servers[0]?.url ?? '';
  const mount = base.replace(/\/api\/v1$/, '');
  const all = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
  const groups = tags.map(({ name, description }) => {
    const own = all.filter(({ operation }) => operation.tags.includes(name));
    const sections = own.map(({ path, method, operation }) =>
      operationSection(base + path, method, operation, document),
    );
    return `<h2>${name}</h2>${prose(description)}${sections.join('')}`;
  });
  const schemas = Object.entries(components.schemas).map(([name, schema]) => schemaSection(name, schema));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title} REST API</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<nav><a href="${mount}/graphql">GraphiQL</a> <a href="${mount}/status">Status</a> <a href="openapi.json">openapi.json</a></nav>
<h1>${info.title} REST API</h1>
<p>Version ${escapeHtml(info.version)}. At <code><span data-origin>http://SERVER</span>${base}</code>. For tools: <code>openapi.json</code> (OpenAPI ${document.openapi}).</p>
${prose(info.description)}
<p>Every request but those of the last group needs <code>Authorization: Bearer</code> and a token or an API key. To try requests here:
<label>API key or token <input id="key" type="password" autocomplete="off" placeholder="lh_…"></label> It is kept for this tab only.</p>
${groups.join('\n')}
<h2>What requests and answers hold</h2>
${schemas.join('\n')}
</main>
<script type="module">${script}</script>
</body>
</html>
`;
}

/** GET /docs: the API description for people, who can try it; one page that loads nothing. */
export function docsPage(document: OpenapiDocument): Response {
  return new Response(pageOf(document), { headers });
}
