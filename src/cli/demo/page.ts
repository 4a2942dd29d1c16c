/** The content of a demo page; it is our own text, so nothing is escaped. */
export interface DemoPage {
  readonly title: string;
  readonly emoji: string;
  readonly color: string;
  /** Paragraphs of HTML. */
  readonly body: readonly string[];
}

/** Renders a self-contained page that follows the visitor's colour scheme. */
export function renderPage({ title, emoji, color, body }: DemoPage): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 100'><text y='.9em' font-size='90'>${emoji}</text></svg>">
<style>
  :root { color-scheme: light dark; --accent: ${color}; }
  body { margin: 0; min-height: 100dvh; display: grid; place-items: center; padding: 1.5rem; box-sizing: border-box;
    font: 1.05rem/1.6 system-ui, sans-serif; background: light-dark(#f6f7f9, #12151b); color: light-dark(#1d232e, #e6e9ef); }
  main { max-width: 34rem; padding: 2.25rem; border-radius: 1.25rem; border-top: .4rem solid var(--accent);
    background: light-dark(#fff, #1b2029); box-shadow: 0 1rem 3rem #0002; }
  h1 { margin: 0 0 1rem; font-size: 1.9rem; line-height: 1.2; }
  code { padding: .1em .35em; border-radius: .35em; background: light-dark(#eef0f4, #272e3a); overflow-wrap: anywhere; }
  ol { margin: 0 0 1rem; padding-left: 1.4rem; color: light-dark(#59616f, #a3acba); font-size: .95rem; }
  p:last-child { margin-bottom: 0; }
</style>
<main>
<h1>${emoji} ${title}</h1>
${body.join("\n")}
</main>
</html>
`;
}
