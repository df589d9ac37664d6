import { createHash } from 'node:crypto';

const STYLE = `:root{color-scheme:light dark;background:Canvas;color:CanvasText}body{font:1.05rem/1.6 system-ui,sans-serif;max-width:38rem;margin:min(10vh,4rem) auto;padding:0 1.2rem}
h1{font-size:1.5rem;line-height:1.3}h2{font-size:1.15rem;margin-top:2rem}code{background:#8882;padding:.1em .35em;border-radius:.25em}small{font-size:.9em}footer{margin-top:2rem;border-top:1px solid #8885;opacity:.9}dt{font-weight:600;margin-top:1.2rem}dd{margin:0}
ul{padding-left:1.2rem}li{margin:.35rem 0}.state{padding:.5rem .9rem;border-left:.3rem solid #c33;background:#8882}.up{border-color:#2a4}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Allows only the style, by its hash, and the empty icon. */
export const PLAIN_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`;

export const escapeHtml = (text: string) =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/**
 * Returns a self-contained page without scripts or other files. Send it with `PLAIN_PAGE_POLICY`.
 * @param title as plain text
 * @param main as HTML
 */
export const plainPage = (title: string, main: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><main>${main}</main></body></html>`;
