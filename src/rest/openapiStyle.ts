/** The look of the page with the API description. */
export const openapiStyle = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --link: #2563c9; }
@media (prefers-color-scheme: dark) { :root { --link: #7db0ff; } }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { margin: 0 0 .5rem; font-size: 1.6rem; }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.2rem; }
h3 { margin: 1.2rem 0 .3rem; font-size: .95rem; }
a { color: var(--link); }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
code { background: var(--soft); border-radius: 4px; padding: .1em .3em; overflow-wrap: anywhere; }
pre { background: var(--soft); border-radius: 6px; padding: .8rem; overflow-x: auto; margin: .4rem 0; }
pre code { background: none; padding: 0; }
details { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; padding: 0 .9rem; }
summary { cursor: pointer; padding: .6rem 0; }
details[open] { padding-bottom: .9rem; }
.method { display: inline-block; min-width: 4.2em; font-weight: 600; font-family: ui-monospace, monospace; }
.what { opacity: .75; margin-left: .8em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; border-top: 1px solid var(--line); padding: .35rem .8rem .35rem 0; }
th { font-weight: 600; white-space: nowrap; }
nav a { margin-right: 1rem; }
input, textarea, button { font: inherit; padding: .3rem .5rem; border: 1px solid var(--line); border-radius: 6px; }
textarea { display: block; box-sizing: border-box; width: 100%; margin: .4rem 0; font: 13px/1.5 ui-monospace, monospace; }
form label { margin-right: 1rem; }
output { display: block; margin-top: .5rem; font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
`;
