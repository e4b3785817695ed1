import type { Role, Scope } from '../../src/shared/account.ts'
import type { Surroundings } from '../../src/main/panel.ts'
import { startPanel, type TestPanel } from './panel.ts'
import { rest, type RestAnswer, type RestRequest } from './rest.ts'
import type { Clock } from '../../src/core/clock.ts'
import { systemClock } from '../../src/main/adapters/clock.ts'

/** Cheap: what is slow on purpose is not what these tests are about. */
export const CHEAP = { N: 16, r: 8, p: 1 } as const

export const PASSWORD = 'correct horse battery'

/** The system's clock, which a test may set forward: timers do not notice. */
export class ShiftedClock implements Clock {
  ahead = 0
  now = (): number => systemClock.now() + this.ahead
  monotonic = (): number => systemClock.monotonic() + this.ahead
  after = systemClock.after.bind(systemClock)
  every = systemClock.every.bind(systemClock)
  soon = systemClock.soon.bind(systemClock)
}

/** A panel with an administrator, and what people do at it. */
export class Plant {
  private constructor(
    readonly panel: TestPanel,
    readonly clock: ShiftedClock,
    /** The administrator's. */
    readonly admin: Browser,
    readonly codes: readonly string[],
  ) {}

  static async start(
    args: readonly string[] = [],
    dir?: string,
    surroundings: Partial<Surroundings> = {},
  ): Promise<Plant> {
    const clock = new ShiftedClock()
    const codes: string[] = []
    const panel = await startPanel(args, {
      scryptCost: CHEAP,
      clock,
      tellCode: (code) => codes.push(code),
      ...surroundings,
      ...(dir === undefined ? {} : { dir }),
    })
    panel.offerCode()
    const admin = new Browser(panel.url)
    const made = await admin.ask('/api/v1/first-administrator', {
      body: { code: codes[0], name: 'root', password: PASSWORD },
    })
    must(made, 200)
    return new Plant(panel, clock, admin, codes)
  }

  /** Somebody with an account of their own, signed in. */
  async person(name: string, role: Role, scope: Scope | null = null): Promise<Browser> {
    const made = await this.admin.ask('/api/v1/accounts', { body: { name, password: PASSWORD, role, scope } })
    must(made, 201)
    const browser = new Browser(this.panel.url)
    must(await browser.signIn(name), 200)
    return browser
  }
}

function must({ status, text }: RestAnswer, wanted: number): void {
  if (status !== wanted) throw new Error(`${status}: ${text}`)
}

/** Keeps the cookie that it is given, and says its origin, as a browser does. */
export class Browser {
  cookie: string | null = null

  constructor(readonly url: string) {}

  async ask(path: string, options: RestRequest = {}): Promise<RestAnswer> {
    const answer = await rest(this.url, path, { ...options, headers: { ...this.headers, ...options.headers } })
    const [set] = [answer.headers['set-cookie']].flat()
    if (set !== undefined) this.cookie = /^[^=]+=;/.test(set) ? null : (set.split(';', 1)[0] ?? null)
    return answer
  }

  signIn(name: string, password = PASSWORD): Promise<RestAnswer> {
    return this.ask('/api/v1/sign-in', { body: { name, password } })
  }

  /** With which a page of the panel asks, and connects. */
  get headers(): Record<string, string> {
    return { origin: this.url.replace(/\/$/, ''), ...(this.cookie === null ? {} : { cookie: this.cookie }) }
  }
}
