import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { findChromium } from '../../scripts/chromium.mjs'
import { PYTHON_SEND, python } from '../support/python.ts'

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Where the pictures go that a person may look at afterwards. */
const SCREENSHOTS = resolve(import.meta.dirname, '../../test-results/screenshots')

/** The three screens that the panel is made for. */
export const SIZES = {
  desktop: { width: 1280, height: 800 },
  panel: { width: 800, height: 480 },
  phone: { width: 390, height: 844 },
} as const

export const THEMES = ['grey', 'dark'] as const

export interface OpenOptions extends BrowserContextOptions {
  /** What the page is known to complain about, such as a server that the test has stopped. */
  readonly expected?: readonly RegExp[]
  /** What an earlier visit left in the storage: `{ theme: 'dark' }`. */
  readonly stored?: Readonly<Record<string, string>>
}

/** One Chromium for a test file. Returns the function that opens a page in a profile of its own. */
export function useBrowser(): (url: string, options?: OpenOptions) => Promise<Page> {
  let browser: Browser | undefined
  beforeAll(async () => {
    const executablePath = findChromium()
    browser = await chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: ARGS })
  })
  afterAll(() => browser?.close())

  return async (url, options = {}) => {
    if (!browser) throw new Error('the browser is not there')
    const { expected = [], stored = {}, ...context } = options
    const own = await browser.newContext({
      viewport: SIZES.desktop,
      locale: 'en-GB',
      ...context,
      storageState: {
        cookies: [],
        origins: [
          {
            origin: new URL(url).origin,
            localStorage: Object.entries(stored).map(([name, value]) => ({ name: `andon.${name}`, value })),
          },
        ],
      },
    })
    const page = await own.newPage()
    page.setDefaultTimeout(20_000)
    watch(own, page, expected)
    await page.goto(url)
    return page
  }
}

/** Fails the test on whatever the page complains about, breaches of its policy included: those are console errors. */
function watch(context: BrowserContext, page: Page, expected: readonly RegExp[]): void {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  onTestFinished(async () => {
    await context.close()
    expect(complaints.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([])
  })
}

/** Waits until the page shows what is. */
export async function live(page: Page): Promise<void> {
  await page.locator('[data-testid=app][data-link=live]').waitFor()
}

/** Goes to another page of the panel as a person does. */
export async function goTo(page: Page, name: 'overview' | 'events' | 'panel'): Promise<void> {
  await page.getByTestId(`nav-${name}`).click()
  await page.locator(`[data-testid=nav-${name}][aria-current=page]`).waitFor()
}

/** A machine's card on the overview. */
export function card(page: Page, machine: string) {
  return page.locator(`[data-testid=machine-card][data-machine=${JSON.stringify(machine)}]`)
}

export interface Said {
  readonly machine: string
  readonly type: string
  readonly payload?: object
}

/** Sends events as the machines' programs do: from Python, one datagram each. */
export async function sendByPython(socket: string, events: readonly Said[]): Promise<void> {
  const texts = events.map(({ machine, type, payload = {} }) =>
    JSON.stringify({ machine_name: machine, type, payload }),
  )
  await python(PYTHON_SEND, [socket, ...texts])
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly target: unknown }[] }[]
}

/** What axe finds wrong with the page as it is, one line for each place; by WCAG 2.2 AA and its own best practices. */
export async function axe(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the page's policy does not bind, and only once.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE)
  const { violations } = await page.evaluate(() => {
    const { axe: checker } = window as unknown as { axe: { run(where: Document, how: object): Promise<AxeResults> } }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    return checker.run(document, { runOnly: tags, resultTypes: ['violations'] })
  })
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${JSON.stringify(target)}`))
}

/** Only where somebody wants to look at them: there are hundreds, and each takes its time. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (process.env['ANDON_SCREENSHOTS'] === undefined) return
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' })
}
