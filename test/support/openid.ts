import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { Plant } from './identity.ts'
import { CLIENT_ID, CLIENT_SECRET, TestProvider, type ProviderOptions } from './openid-provider.ts'
import { rest, type RestAnswer } from './rest.ts'
import { tempDir } from './temp-dir.ts'

export interface OpenIdPlant {
  readonly plant: Plant
  readonly provider: TestProvider
  readonly panel: string
}

/** What of the settings a test says itself: YAML, indented by two. */
const ROLES = '  roles: { op: operator, eng: engineer, admin: administrator }\n'

/** The arguments of a panel that signs in with this provider, in a folder of the test's own. */
export function openIdArguments(issuer: string, panel: string, settings = ROLES): string[] {
  const dir = tempDir()
  writeFileSync(join(dir, 'secret'), `${CLIENT_SECRET}\n`)
  const file = join(dir, 'andon.yaml')
  writeFileSync(
    file,
    `openid:\n  issuer: ${issuer}\n  client_id: ${CLIENT_ID}\n  client_secret_file: ${join(dir, 'secret')}\n` +
      `  panel: ${panel}\n${settings}`,
  )
  return ['--config', file, '--port', new URL(panel).port]
}

/** A provider, and a panel with an administrator of its own that signs in with it. */
export async function startOpenId(settings = ROLES, options: Partial<ProviderOptions> = {}): Promise<OpenIdPlant> {
  const panel = `http://127.0.0.1:${await freePort()}`
  const provider = await TestProvider.start({ panel, ...options })
  const plant = await Plant.start(openIdArguments(provider.issuer, panel, settings))
  return { plant, provider, panel }
}

/** Goes from page to page as a browser does, with a jar for each port; strict cookies stay where they belong. */
export class Wanderer {
  readonly #jars = new Map<string, Map<string, string>>()
  readonly #strict = new Set<string>()
  /** Every answer there was. */
  readonly answers: RestAnswer[] = []

  constructor(
    readonly panel: string,
    /** Where it is in truth, behind a proxy that speaks HTTPS before it. */
    readonly behind = panel,
  ) {}

  async go(address: string, form?: URLSearchParams): Promise<RestAnswer> {
    const { origin, host, pathname, search } = new URL(address)
    const jar = this.#jars.get(host) ?? new Map<string, string>()
    this.#jars.set(host, jar)
    // On the way back from another site a strict cookie stays behind.
    const sent = [...jar].filter(([name]) => !(pathname.endsWith('/callback') && this.#strict.has(name)))
    const cookie = sent.map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await rest(origin === this.panel ? this.behind : origin, `${pathname}${search}`, {
      method: form ? 'POST' : 'GET',
      headers: {
        host,
        ...(cookie === '' ? {} : { cookie }),
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : { 'sec-fetch-mode': 'navigate' }),
        ...(form ? {} : { 'sec-fetch-site': 'cross-site' }),
      },
      ...(form ? { body: form.toString() } : {}),
    })
    this.answers.push(answer)
    for (const set of [answer.headers['set-cookie'] ?? []].flat()) {
      const [name = '', value = ''] = set.split(';', 1)[0]?.split(/=(.*)/s) ?? []
      if (/; SameSite=Strict/.test(set)) this.#strict.add(name)
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    return answer
  }

  /** The cookies that a page of the panel has. */
  cookie(name: RegExp): string | undefined {
    for (const [key, value] of this.#jars.get(new URL(this.panel).host) ?? [])
      if (name.test(key)) return `${key}=${value}`
    return undefined
  }

  /** From the button to the way back: the address that the provider sends the browser to. */
  async throughProvider(
    who: string,
    { to = '/', change = (url: URL): void => void url, cancel = false } = {},
  ): Promise<string> {
    const start = await this.go(`${this.panel}/api/v1/openid/start?to=${encodeURIComponent(to)}`)
    const first = new URL(locationOf(start, this.panel))
    change(first)
    let at = first.href
    for (let step = 0; step < 10; step += 1) {
      if (at.startsWith(this.panel)) return at
      const answer = await this.go(at)
      if (answer.status < 400 && answer.headers['location'] !== undefined) {
        at = locationOf(answer, at)
        continue
      }
      if (answer.status !== 200) throw new Error(`the provider answers ${answer.status}: ${answer.text}`)
      at = locationOf(await this.go(at, new URLSearchParams({ who, do: cancel ? 'off' : 'in' })), at)
    }
    throw new Error('the provider goes round in circles')
  }

  /** All the way: where the panel sends the browser in the end. */
  async signIn(who: string, options: { readonly to?: string; readonly cancel?: boolean } = {}): Promise<string> {
    const back = await this.throughProvider(who, options)
    return locationOf(await this.go(back), this.panel)
  }

  /** Asks as the panel's page does. */
  ask(path: string, method = 'GET'): Promise<RestAnswer> {
    const cookie = this.cookie(/andon_sign_in/)
    return rest(this.behind, path, {
      method,
      headers: { origin: this.panel, ...(cookie === undefined ? {} : { cookie }) },
    })
  }
}

export function locationOf({ status, headers, text }: RestAnswer, base: string): string {
  const { location } = headers
  if (typeof location !== 'string') throw new Error(`no redirect but ${status}: ${text}`)
  return new URL(location, base).href
}
