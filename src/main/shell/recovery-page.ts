/** What the window shows when its page cannot be kept alive. */
export interface Recovery {
  /** Why, in words of the system: "crashed", "oom". */
  readonly reason: string
  /** Where a browser finds the panel, which goes on. */
  readonly panelUrl: string
  /** Where the page itself is. */
  readonly pageUrl: string
}

/** Its style, a file of its own: the policy allows no other. */
export const RECOVERY_STYLE = `:root { color-scheme: light dark; font: 1.25rem/1.5 system-ui, sans-serif }
body { max-width: 40rem; margin: 10vh auto; padding: 0 1.5rem }
h1 { font-size: 1.75rem; line-height: 1.25 }
a.again { display: inline-block; padding: 1rem 2rem; border: 2px solid; border-radius: 4px; font-weight: 600 }
code { font-size: 1rem }
`

/** A page without script or data: it must work where nothing else does. In both languages, as nothing is known of the reader. */
export function recoveryPage({ reason, panelUrl, pageUrl }: Recovery): string {
  const [url, page, why] = [panelUrl, pageUrl, reason].map(escaped)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Andon</title>
<link rel="stylesheet" href="recovery.css">
<main>
<h1>This window cannot show the panel.</h1>
<p>The panel itself goes on: machines are heard, the history is kept, browsers are served at <code>${url}</code>.</p>
<p lang="de">Dieses Fenster kann das Bedienfeld nicht zeigen. Das Bedienfeld selbst läuft weiter, auch im Browser: <code>${url}</code>.</p>
<p><a class="again" href="${page}">Try again · <span lang="de">Erneut versuchen</span></a></p>
<p><small>${why}</small></p>
</main>
</html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
