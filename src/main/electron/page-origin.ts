/** The scheme of the window's page; privileged in scheme.ts. */
export const SCHEME = 'andon'
export const HOST = 'panel'

/** Where the window's page comes from; everything from elsewhere is foreign. */
export interface PageOrigin {
  /** The page itself. */
  readonly url: string
  /** True where `url` is of this origin. Never throws, whatever the text. */
  owns(url: string): boolean
}

/** The renderer's files, served by ourselves. */
export const panelOrigin: PageOrigin = {
  url: `${SCHEME}://${HOST}/index.html`,
  owns: (url) => {
    const parsed = parse(url)
    // Node's URL gives a scheme that it does not know the opaque origin "null", so its parts are compared.
    return parsed?.protocol === `${SCHEME}:` && parsed.host === HOST && parsed.username === '' && parsed.password === ''
  },
}

/** Vite's development server, at `url`. */
export function developmentOrigin(url: string): PageOrigin {
  const { origin } = new URL(url)
  return { url, owns: (other) => parse(other)?.origin === origin }
}

function parse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined
}
