import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startPanel } from '../support/panel.ts'
import { datagram, type Sender, unixSender } from '../support/sender.ts'
import { waitFor } from '../support/wait-for.ts'
import { axe, live, screenshot, sendByPython, SIZES, THEMES, useBrowser } from './support.ts'

/* The links page: connection events in, figures, sessions and listeners on the screen. */

const open = useBrowser()

const link = (page: Page, type: string): Locator =>
  page.locator(`[data-testid=link][data-type=${JSON.stringify(type)}]`)
const said = (type: string, more: object = {}): object => ({
  connection_type: type,
  direction: 'send',
  script_name: 'bridge.py',
  function_name: 'broadcast',
  data_size_bytes: 1_000,
  response_time_ms: 10,
  error: null,
  ...more,
})

async function shows(at: Locator, text: string): Promise<void> {
  let seen: string | null = ''
  await waitFor(async () => (seen = await at.textContent())?.trim() === text, { what: text }).catch(
    (error: unknown) => {
      throw new Error(`${String(error)}; seen: ${seen}`)
    },
  )
}

async function some(sender: Sender): Promise<void> {
  const say = (payload: object): Promise<void> => sender.send(datagram('gateway', 'connection_event', payload))
  for (let n = 0; n < 40; n += 1) await say(said('http', { response_time_ms: 100 + n, data_size_bytes: 50 * n }))
  for (let n = 0; n < 20; n += 1) {
    await say(said('mqtt', { direction: 'receive', ...(n % 4 === 0 ? { error: 'Connection reset by peer' } : {}) }))
  }
  await say(said('x'.repeat(120), { direction: 'error', error: 'Грешка '.repeat(60) }))
}

test('what machines say of their connections is shown by type, and moves on', async () => {
  const panel = await startPanel()
  const page = await open(`${panel.url}#/links`)
  await live(page)
  await page.getByText('No machine has said anything of its connections yet').waitFor()
  await page.locator('[data-testid=nav-panel][aria-current=true]').waitFor()
  expect(await page.title()).toContain('Links')
  const payloads = Array.from({ length: 20 }, (_, n) => said('http', { response_time_ms: n < 18 ? 10 : 400 }))
  await sendByPython(
    panel.socket,
    payloads.map((payload) => ({ machine: 'gateway', type: 'connection_event', payload })),
  )
  const http = link(page, 'http')
  await shows(http.getByTestId('link-events'), '20')
  await shows(http.getByTestId('link-error-count'), '0')
  await shows(http.getByTestId('link-health'), 'healthy · 100')
  expect(Number.parseFloat((await http.getByTestId('link-median').textContent()) ?? '')).toBeCloseTo(10, -0.5)
  expect(Number.parseFloat((await http.getByTestId('link-p95').textContent()) ?? '')).toBeGreaterThan(360)

  const sender = unixSender(panel.socket)
  await sender.send(
    datagram('gateway', 'connection_event', said('http', { direction: 'error', error: 'Connection reset by peer' })),
  )
  await sender.send(
    datagram('gateway', 'connection_event', said('http', { direction: 'error', error: 'Връзката е прекъсната' })),
  )
  await shows(http.getByTestId('link-events'), '22')
  await shows(http.getByTestId('link-error-count'), '2')
  await shows(http.getByTestId('link-health'), 'unhealthy · 60')
  await page.locator('[data-testid=link][data-type=http][data-failing=true]').waitFor()
  await http.getByTestId('link-more').click()
  const errors = http.getByTestId('link-errors').getByRole('listitem')
  await waitFor(async () => (await errors.count()) === 2, { what: 'both errors' })
  expect(await errors.first().textContent()).toContain('Връзката е прекъсната')
  expect(await errors.first().textContent()).toContain('bridge.py · broadcast')

  await sender.send(datagram('gateway', 'connection_event', said('mqtt')))
  await link(page, 'mqtt').waitFor()
  await page.getByTestId('link-abnormal').click()
  await link(page, 'mqtt').waitFor({ state: 'detached' })
  await page.getByTestId('link-abnormal').click()
  await page.getByTestId('link-search').getByRole('textbox').fill('mq')
  await http.waitFor({ state: 'detached' })
  await page.getByTestId('link-search').getByRole('textbox').fill('nothing')
  await page.getByRole('button', { name: 'Show all links' }).click()
  await http.waitFor()
})

test('the panel’s own viewers and listeners are shown with what they do', async () => {
  const panel = await startPanel()
  const page = await open(`${panel.url}#/links`, { userAgent: 'Operator tablet 7' })
  await live(page)
  const viewers = page.getByTestId('link-viewers').getByTestId('viewer')
  await waitFor(async () => (await viewers.count()) === 1, { what: 'this viewer' })
  await viewers.getByText('Operator tablet 7').waitFor()
  await viewers.getByText('127.0.0.1').waitFor()
  for (const figure of ['Connected for', 'Round trip', 'Events behind', 'Values left out', 'Restarts of the view']) {
    await viewers.getByText(figure, { exact: true }).waitFor()
  }
  const other = await open(panel.url)
  await live(other)
  await waitFor(async () => (await viewers.count()) === 2, { what: 'both viewers' })
  await other.close()
  await waitFor(async () => (await viewers.count()) === 1, { what: 'the one that is left' })

  await unixSender(panel.socket).send('not JSON')
  const listener = page.getByTestId('link-listeners').getByTestId('listener')
  await listener.getByText(panel.socket).waitFor()
  await listener.getByText('not JSON').waitFor()
  expect(await listener.getAttribute('data-state')).toBe('listening')
})

test('the links page is for everybody, on every screen and in both themes', async () => {
  const panel = await startPanel()
  await some(unixSender(panel.socket))
  for (const theme of THEMES) {
    const page = await open(`${panel.url}#/links`, {
      stored: { theme, ...(theme === 'dark' ? { language: 'de' } : {}) },
    })
    await live(page)
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport)
      await link(page, 'mqtt').waitFor()
      expect([size, theme, await axe(page)]).toEqual([size, theme, []])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      await screenshot(page, `links-${size}-${theme}`)
    }
  }
})
