/**
 * What a page of the panel may load and do, for both faces: the window's scheme and the HTTP server send it with every
 * answer. `'self'` covers the WebSocket of the same host and port too (CSP Level 3, 6.7.2.8). Nothing unsafe is allowed,
 * so the renderer can neither compile text to code nor carry inline scripts or styles.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ')

/** What goes with every answer of either face. */
export const SECURITY_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const
