import { addressGroup } from './address-group.ts'
import type { Clock } from './clock.ts'
import { hashSecret, newSecret } from './secret.ts'

/** How long somebody may take at the provider's pages. */
export const FLOW_MS = 10 * 60_000

/** Most people who are at the provider's pages at a time, in all and of one address; the oldest go. */
const MOST = 1_000
const MOST_OF_ADDRESS = 100

/** One way to the provider and back. Everything but `to` is a secret of the panel and the browser that began. */
export interface OpenIdFlow {
  /** Comes back in the address. */
  readonly state: string
  /** Comes back in the ID token. */
  readonly nonce: string
  /** Only who has it can redeem the code (PKCE, RFC 7636). */
  readonly verifier: string
  /** Where in the panel to go on. */
  readonly to: string
  /** The cookie of whoever was signed in in this browser before: it does not come along on the way back. */
  readonly before: string | null
  /** Where limits are counted, see {@link addressGroup}. */
  readonly addresses: string
  readonly until: number
}

/** Who is on the way to the provider. Each flow is bound to one browser by a cookie and good once. */
export class OpenIdFlows {
  readonly #clock: Clock
  /** By the hash of the cookie, oldest first. */
  readonly #flows = new Map<string, OpenIdFlow>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  begin(to: string, address: string, before: string | null): { readonly flow: OpenIdFlow; readonly cookie: string } {
    const addresses = addressGroup(address)
    this.#makeRoom(addresses)
    const cookie = newSecret()
    const flow: OpenIdFlow = {
      state: newSecret(),
      nonce: newSecret(),
      verifier: newSecret(),
      to,
      before,
      addresses,
      until: this.#clock.monotonic() + FLOW_MS,
    }
    this.#flows.set(hashSecret(cookie), flow)
    return { flow, cookie }
  }

  /** The flow of this cookie, once; null where there is none, or it has taken too long. */
  take(cookie: string): OpenIdFlow | null {
    const key = hashSecret(cookie)
    const flow = this.#flows.get(key)
    this.#flows.delete(key)
    return flow && this.#clock.monotonic() < flow.until ? flow : null
  }

  #makeRoom(addresses: string): void {
    const now = this.#clock.monotonic()
    for (const [key, { until }] of this.#flows) if (until <= now) this.#flows.delete(key)
    const all = [...this.#flows]
    const own = all.filter(([, flow]) => flow.addresses === addresses)
    const [oldest] = own.length >= MOST_OF_ADDRESS ? own : all.length >= MOST ? all : []
    if (oldest) this.#flows.delete(oldest[0])
  }
}
