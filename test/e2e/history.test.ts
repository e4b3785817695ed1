import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Entry } from '../../src/core/entry.ts'
import { Hub } from '../../src/core/hub.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { batch, sqliteStore } from '../support/journal-kinds.ts'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'
import { axe, card, goTo, live, screenshot, sendByPython, SIZES, THEMES, useBrowser } from './support.ts'

/* The past in the panel: older events, search, export and replay, over a journal that was written before. */

const open = useBrowser()

const MINUTE = 60_000

/** A journal's author: each event happens some time after the one before, the first of them an hour ago. */
class Past {
  readonly #clock: FakeClock
  readonly #hub: Hub
  readonly #entries: Entry[] = []

  constructor(start: number) {
    this.#clock = new FakeClock(start)
    this.#hub = new Hub({ clock: this.#clock, epoch: 'past' })
  }

  say(machine: string, type: string, payload: Readonly<Record<string, unknown>> = {}, after = 0): this {
    this.#clock.pass(after)
    const body = { machine_name: machine, type, payload }
    // As Python writes it.
    const text = JSON.stringify(body).replaceAll(
      /[\u0080-\uffff]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    this.#entries.push(this.#hub.append('machine', body, text))
    return this
  }

  /** A panel that finds this journal. */
  async panel(): Promise<TestPanel> {
    const dir = tempDir()
    const data = join(dir, 'data')
    mkdirSync(data)
    const store = sqliteStore(data)
    await store.open('past')
    await store.append(batch(this.#entries))
    await store.close()
    return startPanel(['--stale-after', '1000000'], { dir })
  }
}

const hourAgo = (): number => Date.now() - 60 * MINUTE

/** Two thousand events, of which a page that opens is given the last five hundred. */
function long(start = hourAgo()): Past {
  const past = new Past(start)
  for (let i = 1; i <= 2_000; i += 1) {
    if (i === 7) past.say('flow_01', 'activity_log', { level: 'warn', message: 'Прочетен ключ' }, 1_000)
    else past.say(`m_${i % 4}`, 'tick', { n: i }, 1_000)
  }
  return past
}

/** One press that changes its state every ten minutes. */
function press(): Past {
  return new Past(hourAgo())
    .say('press_001', 'machine_registered', { config_type: 'press', current_state: 'idle' })
    .say('press_001', 'state_change', { from_state: 'idle', to_state: 'pressing' }, 10 * MINUTE)
    .say('press_001', 'job_failed', { job_id: 'J-1', error_message: 'Jammed' }, 1_000)
    .say('press_001', 'state_change', { from_state: 'pressing', to_state: 'cooling' }, 10 * MINUTE)
    .say('press_001', 'state_change', { from_state: 'cooling', to_state: 'unloading' }, 20_000)
    .say('oven_001', 'state_change', { from_state: 'cold', to_state: 'warm' }, 30 * MINUTE)
}

const rows = (page: Page) => page.getByTestId('event-row')
const row = (page: Page, offset: number) => page.locator(`[data-testid=event-row][data-offset="${offset}"]`)

async function events(panel: TestPanel): Promise<Page> {
  const page = await open(panel.url)
  await live(page)
  await goTo(page, 'events')
  await rows(page).last().waitFor()
  return page
}

async function showsState(page: Page, machine: string, state: string): Promise<void> {
  await card(page, machine).getByTestId('machine-state').getByText(state, { exact: true }).waitFor()
}

test('the list reaches back through the whole journal, and what is looked at stays where it is', async () => {
  const panel = await long().panel()
  const page = await events(panel)
  const list = page.getByTestId('event-list')
  await row(page, 2_000).waitFor()
  await list.focus()
  await page.keyboard.press('Home')
  await row(page, 1_501).waitFor()
  // The first look back is under way already; whatever came, the chosen row has not moved.
  await page.locator('[data-testid=event-row][aria-selected=true][data-offset="1501"]').waitFor()
  await waitFor(async () => (await list.evaluate((element) => element.scrollHeight)) > 600 * 32, { what: 'older rows' })
  const top = (await row(page, 1_501).boundingBox())?.y ?? -1
  expect(top).toBeGreaterThanOrEqual(((await list.boundingBox())?.y ?? 0) + 32)
  expect(top).toBeLessThan(400)

  const begins = page.getByTestId('event-edge-words').getByText('The journal begins at')
  await waitFor(
    async () => {
      await list.evaluate((element) => element.scrollTo(0, 0))
      return (await begins.count()) === 1
    },
    { what: 'the beginning of the journal', timeout: 30_000 },
  )
  await list.evaluate((element) => element.scrollTo(0, 0))
  await row(page, 1).waitFor()
  const { offsets, count } = await page.evaluate(() => ({
    offsets: [...document.querySelectorAll('[data-testid=event-row]')].map((each) =>
      Number(each.getAttribute('data-offset')),
    ),
    count: document.querySelector('[data-testid=event-list]')?.getAttribute('aria-rowcount'),
  }))
  expect(offsets).toEqual(offsets.map((_, i) => i + 1))
  expect(count).toBe('2001')

  await page.getByTestId('follow').click()
  await row(page, 2_000).waitFor()
  await sendByPython(panel.socket, [{ machine: 'late', type: 'tick' }])
  await row(page, 2_001).waitFor()
})

test('Older can be reached and pressed with the keyboard', async () => {
  const panel = await long().panel()
  const page = await events(panel)
  await page.getByTestId('older').focus()
  await page.keyboard.press('Enter')
  await waitFor(async () => (await page.getByTestId('event-list').getAttribute('aria-rowcount')) === '801', {
    what: 'three hundred rows more',
  })
  await row(page, 1_500).waitFor()
  expect(await page.getByTestId('older').evaluate((button) => button === document.activeElement)).toBe(true)
})

test('a search finds what is long gone from the page, and goes on with what comes', async () => {
  const start = hourAgo()
  const panel = await long(start).panel()
  const page = await events(panel)
  await page.getByTestId('filter-text').locator('input').fill('прочетен КЛЮЧ')
  await row(page, 7).getByText('Прочетен ключ').waitFor()
  await page.getByTestId('event-edge-words').getByText('The journal begins at').waitFor()
  expect(await rows(page).count()).toBe(1)
  await sendByPython(panel.socket, [
    { machine: 'late', type: 'tick' },
    { machine: 'late', type: 'activity_log', payload: { message: 'Прочетен ключ 2', level: 'error' } },
  ])
  await row(page, 2_002).waitFor()
  expect(await rows(page).evaluateAll((all) => all.map((each) => each.getAttribute('data-offset')))).toEqual([
    '7',
    '2002',
  ])

  await page.getByTestId('more-filters').click()
  await page.getByRole('button', { name: 'Warning' }).click()
  await waitFor(async () => (await rows(page).count()) === 1 && (await row(page, 7).count()) === 1, {
    what: 'warnings',
  })
  await page.getByTestId('filter-text').locator('input').fill('nowhere to be found')
  await page.getByText('No event of the journal passes the filter.').waitFor()
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await row(page, 2_002).waitFor()

  const minute = await page.evaluate((time) => {
    const at = new Date(time)
    return new Date(time - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
  }, start + 8_000)
  await page.getByTestId('filter-to').fill(minute)
  await row(page, 7).waitFor()
  expect(await row(page, 2_002).count()).toBe(0)
})

test('an export is saved as a file under the panel’s name for it, whole and as filtered', async () => {
  const panel = await long().panel()
  const page = await events(panel)
  await page.evaluate(() => Object.assign(window, { showSaveFilePicker: undefined }))
  await page.getByTestId('export').click()
  const popover = page.getByTestId('export-popover')
  const save = async (): Promise<{ name: string; lines: string[] }> => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-start').click()])
    await page.getByTestId('export-done').waitFor()
    const text = readFileSync(await download.path(), 'utf8')
    return { name: download.suggestedFilename(), lines: text.trimEnd().split('\n') }
  }

  const csv = await save()
  expect(csv.name).toMatch(/^andon-events-[\w-]+\.csv$/)
  expect(csv.lines).toHaveLength(2_001)
  expect(csv.lines[7]).toContain('Прочетен ключ')
  expect(await page.getByTestId('export-done').textContent()).toContain('2,000 events')

  await popover.getByRole('button', { name: 'NDJSON' }).click()
  const ndjson = await save()
  expect(ndjson.name).toMatch(/\.ndjson$/)
  expect(ndjson.lines.map((line) => (JSON.parse(line) as { offset: number }).offset)).toEqual(
    Array.from({ length: 2_000 }, (_, i) => i + 1),
  )

  await page.keyboard.press('Escape')
  await popover.waitFor({ state: 'detached' })
  await page.getByTestId('filter-text').locator('input').fill('ключ')
  await row(page, 7).waitFor()
  await page.getByTestId('export').click()
  expect((await save()).lines).toHaveLength(1)
})

test('an export goes straight into a file where the browser can, shows how far it is, and can be stopped', async () => {
  const panel = await long().panel()
  const page = await events(panel)
  // A file that takes its first part and then is slow for ever.
  await page.evaluate(() => {
    const file = {
      write: (): Promise<void> => new Promise((done) => Object.assign(window, { go: done })),
      close: (): Promise<void> => Promise.resolve(),
      abort(): Promise<void> {
        Object.assign(window, { aborted: true })
        return Promise.resolve()
      },
    }
    const picker = (options: object): Promise<object> => {
      Object.assign(window, { options })
      return Promise.resolve({ createWritable: () => Promise.resolve(file) })
    }
    Object.assign(window, { showSaveFilePicker: picker })
  })
  await page.getByTestId('export').click()
  await page.getByTestId('export-start').click()
  await page.getByTestId('export-progress').waitFor()
  await waitFor(() => page.evaluate(() => 'go' in window), { what: 'the first part' })
  expect(await page.evaluate(() => JSON.stringify((window as unknown as { options: object }).options))).toMatch(
    /^\{"suggestedName":"andon-events-[\w-]+\.csv"\}$/,
  )
  await page.getByTestId('export-cancel').click()
  await page.evaluate(() => (window as unknown as { go(): void }).go())
  await page.getByTestId('export-start').waitFor()
  expect(await page.evaluate(() => 'aborted' in window)).toBe(true)
})

test('a replay shows the past, says so, lets nobody act, plays, and is left with one tap', async () => {
  const panel = await press().panel()
  let sockets = 0
  const page = await events(panel)
  page.on('websocket', () => (sockets += 1))
  const app = page.getByTestId('app')
  const moment = page.getByTestId('replay-moment')
  const time = async (): Promise<number> => Date.parse((await moment.getAttribute('datetime')) ?? '')
  await waitFor(async () => (await app.getAttribute('data-may-act')) === 'true', { what: 'leave to act' })

  await row(page, 4).click()
  await page.getByTestId('replay-from-here').click()
  await page.getByTestId('replay-bar').getByText('Replay — not live').waitFor()
  expect(await app.getAttribute('data-may-act')).toBe('false')
  expect(await page.getByTestId('status-strip').count()).toBe(0)
  await row(page, 4).waitFor()
  expect(await row(page, 5).count()).toBe(0)
  const here = await time()
  expect(Date.now() - here).toBeGreaterThan(30 * MINUTE)

  await goTo(page, 'overview')
  await showsState(page, 'press_001', 'cooling')
  expect(await page.title()).toContain('Replay')
  expect(await card(page, 'oven_001').count()).toBe(0)
  expect(await card(page, 'press_001').textContent()).toMatch(/for 0\u202fs/)
  expect(await page.getByTestId('replay-word').textContent()).toMatch(/next event in 20\u202fs/)
  // What happens meanwhile is not shown, and not lost.
  await sendByPython(panel.socket, [
    { machine: 'press_001', type: 'state_change', payload: { from_state: 'unloading', to_state: 'done' } },
  ])

  await page.getByTestId('replay-speed').selectOption('60')
  await page.getByTestId('replay-play').click()
  await showsState(page, 'press_001', 'unloading')
  await page.getByTestId('replay-play').click()
  await waitFor(async () => (await page.getByTestId('replay-play').getAttribute('aria-label')) === 'Play', {
    what: 'a pause',
  })
  await page.getByTestId('replay-back').click()
  await showsState(page, 'press_001', 'cooling')
  await page.getByTestId('replay-back').click()
  await card(page, 'press_001').getByTestId('mark-error').getByText('Jammed').waitFor()
  await page.getByTestId('replay-forward').click()
  await showsState(page, 'press_001', 'cooling')

  // By keyboard to the beginning, by mouse into the middle.
  const scrubber = page.getByTestId('replay-scrubber')
  await scrubber.getByRole('slider').focus()
  await page.keyboard.press('Home')
  await showsState(page, 'press_001', 'idle')
  const box = await scrubber.boundingBox()
  await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) / 3 - 20, (box?.y ?? 0) + 14)
  await showsState(page, 'press_001', 'pressing')
  await page.keyboard.press('End')
  await showsState(page, 'press_001', 'done')
  await page.getByTestId('replay-play').click()
  await page.getByTestId('replay-word').getByText('caught up with the present').waitFor()
  await page.keyboard.press('Tab')

  await scrubber.getByRole('slider').focus()
  await page.keyboard.press('Home')
  await showsState(page, 'press_001', 'idle')
  await goTo(page, 'panel')
  await page.getByText('The panel’s own health has no past.').waitFor()
  await goTo(page, 'overview')
  await page.getByTestId('back-to-live').click()
  await showsState(page, 'press_001', 'done')
  expect(await app.getAttribute('data-link')).toBe('live')
  expect(await app.getAttribute('data-may-act')).toBe('true')
  expect(await page.getByTestId('replay').evaluate((button) => button === document.activeElement)).toBe(true)
  expect(sockets).toBe(0)
})

test('a replay begins where the history of a machine’s states is tapped', async () => {
  const panel = await press().panel()
  const page = await open(panel.url)
  await live(page)
  await card(page, 'press_001').click()
  await page.getByTestId('timeline').getByText('All', { exact: true }).click()
  const strip = await page.getByTestId('timeline-strip').boundingBox()
  await page.mouse.click((strip?.x ?? 0) + (strip?.width ?? 0) * 0.05, (strip?.y ?? 0) + 20)
  await page.getByTestId('replay-bar').waitFor()
  await page.getByTestId('machine-header').getByText('pressing', { exact: true }).waitFor()
  await page.getByTestId('machine-error').getByText('Jammed').waitFor()
  expect(await page.getByTestId('app').getAttribute('data-may-act')).toBe('false')
})

test('a replay that cannot be is explained in its place', async () => {
  const dir = tempDir()
  writeFileSync(join(dir, 'data'), 'no folder')
  const panel = await startPanel([], { dir })
  await sendByPython(panel.socket, [{ machine: 'm', type: 'tick' }])
  const page = await open(panel.url)
  await live(page)
  await page.getByTestId('replay').click()
  await page.getByTestId('replay-fault').getByText('in memory only').waitFor()
  await page.getByTestId('waiting').getByText('in memory only').waitFor()
  expect(await page.getByTestId('replay-play').isDisabled()).toBe(true)
  await screenshot(page, 'replay-refused')
  await page.getByTestId('back-to-live').click()
  await card(page, 'm').waitFor()
})

test('a search and a replay that lose the panel say so, and go on when it is back', async () => {
  const panel = await long().panel()
  const page = await open(panel.url, { expected: [/Failed to load resource/] })
  await live(page)
  await goTo(page, 'events')
  await row(page, 2_000).waitFor()
  await page.route('**/api/v1/**', (route) => route.abort())
  await page.getByTestId('filter-text').locator('input').fill('ключ')
  await page.getByTestId('event-edge-words').getByText('The panel does not answer.').waitFor()
  await page.getByTestId('replay').click()
  await page.getByTestId('replay-fault').getByText('The panel does not answer.').waitFor()
  await page.unroute('**/api/v1/**')
  await page.getByTestId('replay-retry').click()
  await page.getByTestId('replay-scrubber').waitFor()
  await row(page, 7).waitFor()
  expect(await page.getByTestId('replay-fault').count()).toBe(0)
  await page.getByTestId('back-to-live').click()
  await row(page, 7).waitFor()
})

test.each(THEMES)('axe finds nothing in a replay, a search or an export, of any size, %s', async (theme) => {
  const panel = await press().panel()
  const page = await open(panel.url, { stored: { theme }, reducedMotion: 'reduce' })
  await live(page)
  const check = async (size: string, name: string): Promise<void> => {
    await screenshot(page, `${name}-${size}-${theme}`)
    expect([size, name, await axe(page)]).toEqual([size, name, []])
  }
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    await goTo(page, 'events')
    await row(page, 6).waitFor()
    await page.getByTestId('more-filters').click()
    await page.getByTestId('filter-text').locator('input').fill('cooling')
    await waitFor(async () => (await rows(page).count()) === 2, { what: 'what was found' })
    await check(size, 'search')
    await page.getByTestId('export').click()
    await page.getByTestId('export-popover').waitFor()
    await check(size, 'export')
    await page.keyboard.press('Escape')
    await row(page, 4).click()
    await page.getByTestId('replay-from-here').click()
    await page.getByTestId('replay-bar').waitFor()
    await check(size, 'replay-events')
    await goTo(page, 'overview')
    await showsState(page, 'press_001', 'cooling')
    await check(size, 'replay-overview')
    await card(page, 'press_001').click()
    await page.getByTestId('machine-header').waitFor()
    await check(size, 'replay-machine')
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
    await page.getByTestId('back-to-live').click()
    await goTo(page, 'events')
    await page.getByTestId('filter-text').locator('input').fill('')
    await page.getByTestId('more-filters').click()
  }
})
