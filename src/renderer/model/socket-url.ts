/** Where the panel's session socket is, for a page that was loaded from `page`. */
export function socketUrl(page: string): string {
  const url = new URL('ws', page)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}
