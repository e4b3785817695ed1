import type { Session } from 'electron'
import { CONTENT_SECURITY_POLICY } from '../content-security-policy.ts'

/** Vite puts the styles of a module into the page as inline ones, so that they can be replaced while it runs. */
const POLICY = CONTENT_SECURITY_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")

/** Only in development: what Vite's server at `url` sends is bound by nearly the same policy as the built renderer. */
export function restrictDevelopmentServer(session: Session, url: string): void {
  session.webRequest.onHeadersReceived({ urls: [`${new URL(url).origin}/*`] }, (details, answer) => {
    answer({ responseHeaders: { ...details.responseHeaders, 'Content-Security-Policy': [POLICY] } })
  })
}
