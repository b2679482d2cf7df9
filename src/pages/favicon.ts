/** 32 by 32 pixels: the letters LH on a rounded square. */
const icon = Buffer.from(
  'AAABAAEAICAAAAEAIACcAAAAFgAAAIlQTkcNChoKAAAADUlIRFIAAAAgAAAAIAgGAAAAc3p69AAAAGNJREFUeNpjYMAB/N0W/KcmZiAGUNtSkhxDL8uxOoLelmM4YmQ7YKAshzsCnyQ6IEUdsXpHHTDqgFEH0MQB2MCoA0aWA0ZzAc0cgMvQUQcMXwcM+3bhaLN88HTNBkXndKC65wAKJ/mI3DcnlQAAAABJRU5ErkJggg==',
  'base64',
);

/** GET /favicon.ico: browsers ask for it with every page. */
export function favicon(): Response {
  return new Response(icon, { headers: { 'content-type': 'image/x-icon', 'cache-control': 'public, max-age=86400' } });
}
