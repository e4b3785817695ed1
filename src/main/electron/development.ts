import { app, type Session } from 'electron'
import { CONTENT_SECURITY_POLICY } from '../content-security-policy.ts'
import { developmentOrigin, type PageOrigin, panelOrigin } from './page-origin.ts'

/** Vite puts the styles of a module into the page as inline ones, so that they can be replaced while it runs. */
const POLICY = CONTENT_SECURITY_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")

/** Where electron-vite serves the renderer from in development; a packaged panel takes no such hint. */
export function developmentUrl(): string | undefined {
  return app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'] || undefined
}

/** Where the window's page comes from in this process. */
export function pageOrigin(): PageOrigin {
  const development = developmentUrl()
  return development === undefined ? panelOrigin : developmentOrigin(development)
}

/** Only in development: what Vite's server at `url` sends is bound by nearly the same policy as the built renderer. */
export function restrictDevelopmentServer(session: Session, url: string): void {
  session.webRequest.onHeadersReceived({ urls: [`${new URL(url).origin}/*`] }, (details, answer) => {
    answer({ responseHeaders: { ...details.responseHeaders, 'Content-Security-Policy': [POLICY] } })
  })
}
