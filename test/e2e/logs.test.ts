import { readFileSync } from 'node:fs'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { datagram, type Sender, unixSender } from '../support/sender.ts'
import { waitFor } from '../support/wait-for.ts'
import { axe, live, screenshot, sendByPython, SIZES, THEMES, useBrowser } from './support.ts'

/* The log page: real datagrams in, a real browser that is sent what it asks for. */

const open = useBrowser()

const rows = (page: Page): Locator => page.getByTestId('log-row')
const level = (page: Page, name: string): Locator => page.getByTestId(`log-level-${name}`)
const search = (page: Page, field: 'tag' | 'module' | 'text'): Locator =>
  page.getByTestId(`log-${field}`).getByRole('textbox')

async function openLogs(panel: TestPanel, options: Parameters<typeof open>[1] = {}): Promise<Page> {
  const page = await open(`${panel.url}#/logs`, options)
  await live(page)
  await page.getByTestId('logs-page').waitFor()
  return page
}

/** Waits until the messages of the rows are these. */
async function shows(page: Page, expected: readonly string[]): Promise<void> {
  let seen: string[] = []
  const same = async (): Promise<boolean> => {
    seen = await rows(page).locator('.message').allTextContents()
    return JSON.stringify(seen.map((text) => text.trim())) === JSON.stringify(expected)
  }
  await waitFor(same, { what: `the lines ${expected.join(' | ')}` }).catch((error: unknown) => {
    throw new Error(`${String(error)}; seen: ${seen.join(' | ')}`)
  })
}

const LINES = [
  { level: 'info', tag: 'Помпа', module: 'hydraulics', data: 'Started' },
  { level: 'warning', tag: 'door', module: 'safety', data: 'Door "A" is open' },
  { level: 'error', tag: 'Помпа', module: 'hydraulics', data: 'Pressure is low' },
  { level: 'debug', tag: 'axis', module: 'motion', data: 'Position 12.5' },
  { level: 'analytics', tag: 'axis', module: 'motion', data: { cycles: 7 } },
] as const

const say = (sender: Sender, payload: object): Promise<void> => sender.send(datagram('flow_01', 'log_entry', payload))

test('lines are narrowed down by level, tag, module and text; pausing holds them back; an export has exactly them', async () => {
  const panel = await startPanel()
  const page = await openLogs(panel)
  await page.getByText('Nothing logged yet.').waitFor()
  await page.locator('[data-testid=nav-events][aria-current=true]').waitFor()
  expect(await page.title()).toContain('Logs')
  await sendByPython(panel.socket, [
    ...LINES.map((payload) => ({ machine: 'flow_01', type: 'log_entry', payload })),
    { machine: 'press_001', type: 'activity_log', payload: { level: 'WARN', message: 'Прочетен ключ' } },
    { machine: 'press_001', type: 'state_change', payload: { to_state: 'idle' } },
  ])
  const all = ['Started', 'Door "A" is open', 'Pressure is low', 'Position 12.5', '{"cycles":7}', 'Прочетен ключ']
  await shows(page, all)

  await level(page, 'warning').click()
  await shows(page, ['Door "A" is open', 'Прочетен ключ'])
  await level(page, 'error').click()
  await shows(page, ['Door "A" is open', 'Pressure is low', 'Прочетен ключ'])
  await search(page, 'tag').fill('помп')
  await shows(page, ['Pressure is low'])
  for (const name of ['warning', 'error']) await level(page, name).click()
  await shows(page, ['Started', 'Pressure is low'])
  await search(page, 'tag').fill('')
  await search(page, 'module').fill('MOTION')
  await shows(page, ['Position 12.5', '{"cycles":7}'])
  await search(page, 'module').fill('')
  await search(page, 'text').fill('door "a"')
  await shows(page, ['Door "A" is open'])
  await search(page, 'text').fill('nowhere to be found')
  await page.getByText('No line of the journal passes the filter.').waitFor()
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await shows(page, all)

  await level(page, 'info').click()
  await shows(page, ['Started'])
  await page.getByTestId('pause').click()
  const sender = unixSender(panel.socket)
  await say(sender, { level: 'info', data: 'While paused' })
  await say(sender, { level: 'error', data: 'Not asked for' })
  await page.getByTestId('pause').getByText('1 new').waitFor()
  await shows(page, ['Started'])
  await page.getByTestId('pause').click()
  await shows(page, ['Started', 'While paused'])
  await say(sender, { level: 'info', data: 'And on' })
  await shows(page, ['Started', 'While paused', 'And on'])

  await page.evaluate(() => Object.assign(window, { showSaveFilePicker: undefined }))
  await page.getByTestId('export').click()
  await page.getByTestId('export-popover').getByText('NDJSON').click()
  const downloading = page.waitForEvent('download')
  await page.getByTestId('export-start').click()
  const file = await (await downloading).path()
  const saved = readFileSync(file, 'utf8').trim().split('\n')
  expect(saved.map((text) => (JSON.parse(text) as { body: { payload: object } }).body.payload)).toMatchObject([
    { data: 'Started' },
    { data: 'While paused' },
    { data: 'And on' },
  ])
})

test('five thousand lines are shown by a few rows; who looks back stays where they are, and comes back to the newest', async () => {
  const panel = await startPanel()
  const page = await openLogs(panel)
  const sender = unixSender(panel.socket)
  for (let n = 1; n <= 5_000; n += 1) await say(sender, { level: 'info', tag: 'burst', data: `line ${n}` })
  await rows(page).filter({ hasText: 'line 5000' }).waitFor()
  await waitFor(async () => (await page.getByTestId('log-count').textContent())?.includes('5,000'), {
    what: 'all lines',
  })
  expect(await rows(page).count()).toBeLessThan(60)

  const list = page.getByTestId('log-list')
  await list.evaluate((element) => element.scrollTo(0, 32 * 2_000))
  await page.locator('[data-testid=follow][aria-pressed=false]').waitFor()
  const first = (): Promise<string | null> => rows(page).nth(12).locator('.message').textContent()
  const before = await waitFor(async () => (await first())?.match(/line (19|20)\d\d/)?.[0], { what: 'the lines there' })
  const place = await rows(page).filter({ hasText: before }).boundingBox()
  await say(sender, { level: 'warning', data: 'the very last' })
  await waitFor(async () => (await page.getByTestId('log-count').textContent())?.includes('5,001'), {
    what: 'one more',
  })
  expect(await rows(page).filter({ hasText: before }).boundingBox()).toEqual(place)
  expect(await rows(page).count()).toBeLessThan(60)

  await rows(page).filter({ hasText: before }).click()
  await page.getByTestId('event-detail').waitFor()
  await page.keyboard.press('Escape')
  await page.getByTestId('follow').click()
  await rows(page).filter({ hasText: 'the very last' }).waitFor()
})

test('a viewer of the log page is one more session, for as long as the page is open', async () => {
  const panel = await startPanel()
  const page = await openLogs(panel)
  await page.getByTestId('section-events').click()
  await page.getByTestId('events-page').waitFor()
  await page.getByTestId('nav-panel').click()
  await waitFor(async () => (await page.getByTestId('viewer').count()) === 1, { what: 'the one session that is left' })
  expect(await page.getByTestId('viewer').count()).toBe(1)
})

test('the log page is for everybody, on every screen and in both themes', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  for (const payload of LINES) await say(sender, payload)
  await say(sender, { level: 'error', tag: 'x'.repeat(200), module: 'y'.repeat(200), data: 'z'.repeat(600) })
  for (const theme of THEMES) {
    const page = await openLogs(panel, { stored: { theme, ...(theme === 'dark' ? { language: 'de' } : {}) } })
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport)
      await rows(page).first().waitFor()
      expect([size, theme, await axe(page)]).toEqual([size, theme, []])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      await screenshot(page, `logs-${size}-${theme}`)
    }
  }
})
