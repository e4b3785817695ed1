import type { IncomingHttpHeaders } from 'node:http'

/** True for addresses that only this computer can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** What of a request tells where it comes from and whom it asks. */
export interface Asking {
  readonly headers: IncomingHttpHeaders
  /** Its connection: the address of ours that it reached, and whether it is encrypted. */
  readonly socket: { readonly localAddress?: string | undefined; readonly encrypted?: boolean | undefined }
}

export interface OwnNamesOptions {
  /** The address that is listened on. */
  readonly host: string
  /** This computer's name. */
  readonly hostname: string
  /** Further names, and origins (`https://panel.example`) where a proxy stands before us. */
  readonly allowed: readonly string[]
}

/** The names that this server goes by. Whoever asks for another one, or comes from a page of another one, is refused. */
export class OwnNames {
  readonly #names: ReadonlySet<string>
  readonly #origins: ReadonlySet<string>

  constructor({ host, hostname, allowed }: OwnNamesOptions) {
    const origins = allowed.flatMap((each) => (each.includes('://') ? [new URL(each)] : []))
    const own = hostname.toLowerCase()
    this.#origins = new Set(origins.map(({ origin }) => origin))
    this.#names = new Set(
      [
        'localhost',
        host,
        own,
        own.split('.', 1)[0] ?? own,
        ...allowed.filter((each) => !each.includes('://')),
        ...origins.map(({ hostname: name }) => name),
      ].flatMap((name) => hostName(name.includes(':') && !name.startsWith('[') ? `[${name}]` : name) ?? []),
    )
  }

  /** True where it is one of our names, in the form that a URL gives it. */
  includes(name: string): boolean {
    return this.#names.has(name) || isLoopback(name)
  }

  /**
   * True where the request names this server by a name of its own, or by the very address that it has reached. A foreign
   * page whose name was re-bound to our address (DNS rebinding) still sends its own name.
   */
  hostAllowed({ headers, socket }: Asking): boolean {
    const name = hostName(headers.host)
    return name !== null && (this.includes(name) || name === literal(socket.localAddress))
  }

  /**
   * True where the request comes from a page that this server itself served, or from no page at all (a program sends no
   * Origin). A WebSocket is not bound by the same-origin policy, so the server has to look. Scheme, name and port must
   * all be those that the request itself was sent to.
   */
  originAllowed({ headers, socket }: Asking): boolean {
    const { origin, host } = headers
    if (origin === undefined) return true
    if (this.#origins.has(origin)) return true
    const own = parse(`${socket.encrypted === true ? 'https' : 'http'}://${host ?? ''}`)
    const foreign = parse(origin)
    return own !== null && foreign !== null && own.origin !== 'null' && foreign.origin === own.origin
  }

  /**
   * True where a page of another origin asks, be it without saying its origin, as for an image. Following a link from
   * elsewhere is no such thing: the page that asked does not see the answer.
   */
  isForeignPage(asking: Asking, isSafe: boolean): boolean {
    if (!this.originAllowed(asking)) return true
    const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, origin } = asking.headers
    if (site === undefined || site === 'same-origin' || site === 'none') return false
    // A proxy's origin is another one to the browser only where we do not know it.
    if (origin !== undefined && this.#origins.has(origin)) return false
    return !(isSafe && mode === 'navigate')
  }
}

/** An address as it stands in a URL; IPv4 within IPv6 as IPv4. */
export function literal(address: string | undefined): string | null {
  if (address === undefined) return null
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  return hostName(plain.includes(':') ? `[${plain}]` : plain)
}

/** A name without its port, as a URL has it; null for what is none. */
export function hostName(host: string | undefined): string | null {
  if (host === undefined || /[/?#@\\]/.test(host)) return null
  return parse(`http://${host}`)?.hostname ?? null
}

function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null
}
