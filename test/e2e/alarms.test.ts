import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Entry } from '../../src/core/entry.ts'
import { Hub } from '../../src/core/hub.ts'
import type { Priority } from '../../src/shared/alarm.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { batch, sqliteStore } from '../support/journal-kinds.ts'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'
import { axe, live, screenshot, SIZES, THEMES, useBrowser } from './support.ts'

/* Alarms, as an operator meets them: the real panel, real datagrams, the real page in a real browser. */

const open = useBrowser()

const PLANT = `
machines:
  cell:
    label: Cell 1
    devices:
      motor: { type: motor, label: Conveyor, tags: { speed: { type: integer, unit: rpm, label: Speed, limits: { high: 100 } } } }
alarms:
  cell/motor/speed/high:
    help: The belt wears out.
    action: Slow the conveyor down.
`
const SPEED = 'cell/motor/speed/high'

/** A panel that knows the plant, and a machine that raises alarms. */
class Cell {
  readonly panel: TestPanel
  readonly #send: (bytes: string) => Promise<void>

  private constructor(panel: TestPanel) {
    this.panel = panel
    const sender = unixSender(panel.socket)
    this.#send = (bytes) => sender.send(bytes)
  }

  static async start(dir = tempDir()): Promise<Cell> {
    const config = join(dir, 'andon.yaml')
    writeFileSync(config, PLANT)
    return new Cell(await startPanel(['--config', config], { dir }))
  }

  async raise(id: string, priority: Priority = 'medium'): Promise<void> {
    await this.#send(datagram('press', 'alarm_raised', { alarm_id: id, priority, message: `Trouble ${id}` }))
  }

  async clear(id: string): Promise<void> {
    await this.#send(datagram('press', 'alarm_cleared', { alarm_id: id }))
  }

  async speed(speed: number): Promise<void> {
    await this.#send(
      datagram('cell', 'device_update', { device_id: 'motor', device_type: 'motor', new_state: { speed } }),
    )
  }
}

const own = (id: string): string => `press/event/${id}`
const row = (page: Page, alarm: string): Locator => page.locator(`[data-testid=alarm-row][data-alarm="${alarm}"]`)
const state = (page: Page, alarm: string, is: string): Promise<void> =>
  page.locator(`[data-testid=alarm-row][data-alarm="${alarm}"][data-state=${is}]`).waitFor()
const banner = (page: Page): Locator => page.getByTestId('alarm-banner')
const bannerShows = (page: Page, alarm: string): Promise<void> =>
  page.locator(`[data-testid=alarm-banner][data-alarm="${alarm}"]`).waitFor()
const tab = (page: Page, index: number): Promise<void> =>
  page.getByTestId('alarm-tabs').locator('button').nth(index).click()
const go = (page: Page, hash: string): Promise<void> =>
  page.evaluate((next) => {
    location.hash = next
  }, hash)

async function alarmsPage(cell: Cell, options: Parameters<typeof open>[1] = {}): Promise<Page> {
  const page = await open(`${cell.panel.url}#/alarms`, options)
  await live(page)
  return page
}

/** Acknowledges one, and looks again where the list has just moved, as a person does. */
async function acknowledge(page: Page, alarm: string): Promise<void> {
  const button = row(page, alarm).getByTestId('row-acknowledge')
  await button.click()
  const moved = row(page, alarm).getByTestId('row-note').getByText('has just moved')
  await waitFor(async () => {
    if ((await moved.count()) > 0) await button.click()
    return (await row(page, alarm).getAttribute('data-state')) === 'acknowledged'
  })
}

/** Presses a button in the very moment in which an alarm is rendered: no person could have read it. */
async function pressAsItComes(page: Page, alarm: string, button: string, come: () => Promise<void>): Promise<void> {
  const pressed = page.evaluate(
    ([what, where]) =>
      new Promise<void>((resolve) => {
        const observer = new MutationObserver(() => {
          if (!document.querySelector(what)) return
          observer.disconnect()
          document.querySelector<HTMLElement>(where)?.click()
          resolve()
        })
        observer.observe(document.body, { subtree: true, childList: true, attributes: true })
        document.body.dataset['watched'] = 'true'
      }),
    [`[data-alarm="${alarm}"]`, button] as const,
  )
  await page.locator('body[data-watched=true]').waitFor()
  await come()
  await pressed
  await page.evaluate(() => delete document.body.dataset['watched'])
}

const visible = (page: Page, count: number): Promise<void> =>
  page.getByTestId('acknowledge-visible').getByText(`(${count})`).waitFor()

async function noOverflow(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
}

test('the overview says which machine has an alarm, and what a machine without a state has', async () => {
  const cell = await Cell.start()
  await cell.speed(50)
  await cell.raise('a1', 'low')
  const page = await open(cell.panel.url)
  await live(page)
  const card = page.locator('[data-testid=machine-card][data-machine=cell]')
  await card.getByText('Cell 1').waitFor()
  await card.getByText('1 device').waitFor()
  expect(await card.getByTestId('card-alarm').count()).toBe(0)

  await cell.speed(150)
  await card.locator('[data-testid=card-alarm][data-priority=medium]').waitFor()
  await page.getByTestId('summary').getByText('2 abnormal').waitFor()
  expect(await card.textContent()).toContain('1 alarm: Medium')

  // Its page names the alarm, which leads to its place in the list, and its devices.
  await card.click()
  await page.getByTestId('machine-devices').getByText('150 rpm').waitFor()
  await page.getByTestId('machine-alarm').click()
  await row(page, SPEED).waitFor()
  await go(page, '/')
  await cell.speed(50)
  // Nobody has taken note of it yet, but it is over.
  await page.getByTestId('summary').getByText('1 abnormal').waitFor()
  await page.getByTestId('abnormal-only').click()
  await card.waitFor({ state: 'detached' })
})

test('one, some and all visible are acknowledged, and never what has only just come', async () => {
  const cell = await Cell.start()
  for (const id of ['a1', 'a2', 'a3', 'a4', 'a5']) await cell.raise(id)
  const page = await alarmsPage(cell)

  // One.
  await visible(page, 5)
  await acknowledge(page, own('a1'))
  await visible(page, 4)

  // Some; of these one is raised anew after it was chosen.
  await row(page, own('a2')).getByTestId('choose').click()
  await row(page, own('a3')).getByTestId('choose').click()
  expect(await page.getByTestId('chosen-count').textContent()).toBe('2')
  const before = await row(page, own('a3')).getAttribute('data-raised')
  await cell.clear('a3')
  await cell.raise('a3')
  await page
    .locator(
      `[data-testid=alarm-row][data-alarm="${own('a3')}"][data-state=unacknowledged]:not([data-raised="${before}"])`,
    )
    .waitFor()
  await page.getByTestId('acknowledge-chosen').click()
  await state(page, own('a2'), 'acknowledged')
  await row(page, own('a3')).getByTestId('row-note').getByText('Raised again').waitFor()
  await state(page, own('a3'), 'unacknowledged')
  await page.getByTestId('alarm-objection').locator('button').click()

  // All visible: what comes as the button is pressed is not among them.
  await visible(page, 3)
  await pressAsItComes(page, own('late'), '[data-testid=acknowledge-visible]', () => cell.raise('late', 'high'))
  for (const id of ['a3', 'a4', 'a5']) await state(page, own(id), 'acknowledged')
  await visible(page, 1)
  await state(page, own('late'), 'unacknowledged')

  // One again, but another alarm has just come to stand under the finger.
  await pressAsItComes(page, own('graver'), `[data-alarm="${own('graver')}"] [data-testid=row-acknowledge]`, () =>
    cell.raise('graver', 'critical'),
  )
  await row(page, own('graver')).getByTestId('row-note').getByText('has just moved').waitFor()
  await state(page, own('graver'), 'unacknowledged')

  // The same in the banner.
  await bannerShows(page, own('graver'))
  await pressAsItComes(page, own('last'), '[data-testid=banner-acknowledge]', () => cell.raise('last', 'critical'))
  await banner(page).getByText('check it and press again').waitFor()
  await state(page, own('last'), 'unacknowledged')
  await page.locator('[data-testid=alarm-banner][data-settled=true]').waitFor()
  await page.getByTestId('banner-acknowledge').click()
  await state(page, own('last'), 'acknowledged')
  await bannerShows(page, own('graver'))

  // What the panel has on record is what was pressed, and by whom.
  const response = await page.request.get(`${cell.panel.url}api/v1/events?type=alarm_acknowledged&limit=100`)
  const { events } = (await response.json()) as { events: { body: { payload: { alarm: string } } }[] }
  expect(events.map(({ body }) => body.payload.alarm).toSorted()).toEqual(
    ['a1', 'a2', 'a3', 'a4', 'a5', 'last'].map(own).toSorted(),
  )
})

test('sound is switched on by a person, and silence is not acknowledgement', async () => {
  const cell = await Cell.start()
  await cell.raise('a1', 'high')
  const page = await alarmsPage(cell)
  const sound = (is: string): Promise<void> => page.locator(`[data-testid=mute][data-sound=${is}]`).waitFor()
  await sound('locked')
  expect(await page.getByTestId('mute').textContent()).toContain('Enable sound')
  await page.getByTestId('mute').click()
  await page.locator('[data-testid=mute][data-sound=on][data-sounding=high]').waitFor()

  await page.getByTestId('silence').click()
  await page.locator('[data-testid=mute][data-sound=on]:not([data-sounding])').waitFor()
  await state(page, own('a1'), 'unacknowledged')
  expect(await page.getByTestId('silence').isDisabled()).toBe(true)

  await cell.raise('a2', 'critical')
  await page.locator('[data-testid=mute][data-sounding=critical]').waitFor()
  await page.getByTestId('mute').click()
  await sound('muted')
  await page.reload()
  await sound('muted')
})

test('comment, shelving, service, help and the banner on every page; history is searched and saved', async () => {
  const cell = await Cell.start()
  await cell.speed(120)
  await cell.raise('a1', 'low')
  await cell.raise('a2', 'low')
  const page = await alarmsPage(cell)
  await visible(page, 3)

  // The banner leads to the alarm from every page, and nothing jumps when one comes or goes.
  const boxes: unknown[] = []
  for (const hash of ['#/', '#/devices', '#/executions', '#/events', '#/panel', '#/no-such-page']) {
    await go(page, hash)
    await bannerShows(page, SPEED)
    boxes.push(await page.locator('main').boundingBox())
  }
  expect(new Set(boxes.map((box) => JSON.stringify(box))).size).toBe(1)
  await banner(page).getByTestId('banner-link').click()
  const detail = page.getByTestId('alarm-detail')
  await detail.getByText('Slow the conveyor down.').waitFor()
  await detail.getByText('The belt wears out.').waitFor()
  await detail.getByText('Speed is above 100 rpm.').waitFor()
  await cell.speed(115)
  await detail.getByTestId('detail-now').getByText('115 rpm').waitFor()

  await detail.getByTestId('detail-comment').click()
  await page.getByTestId('alarm-form-go').click()
  await page.getByText('Please enter a text').waitFor()
  await page.getByTestId('alarm-reason').fill('Belt is being exchanged')
  await page.getByTestId('alarm-form-go').click()
  await detail.getByTestId('detail-said').getByText('Belt is being exchanged').waitFor()

  // Shelved, with an end and a reason; back again, it has to be looked at anew.
  await detail.getByTestId('detail-shelve').click()
  await page.getByTestId('alarm-reason').fill('Until the shift ends')
  await page.getByTestId('alarm-form').getByText('15 min').click()
  await page.getByTestId('alarm-form-go').click()
  await row(page, SPEED).waitFor({ state: 'detached' })
  await bannerShows(page, own('a2'))
  await tab(page, 1)
  const aside = (is: string): Locator => page.locator(`[data-testid=aside-row][data-state=${is}]`)
  expect(await aside('shelved').textContent()).toContain('Until the shift ends')
  expect(await aside('shelved').getByTestId('aside-ends').textContent()).toMatch(/in 1[45]\sm/)
  await aside('shelved').getByTestId('bring-back').click()
  await tab(page, 0)
  await state(page, SPEED, 'unacknowledged')

  await row(page, own('a1')).getByTestId('choose').click()
  await page.getByTestId('remove-chosen').click()
  await page.getByTestId('alarm-reason').fill('Sensor is broken')
  await page.getByTestId('alarm-form-go').click()
  await tab(page, 1)
  expect(await aside('out_of_service').textContent()).toContain('Sensor is broken')
  await aside('out_of_service').getByTestId('bring-back').click()
  await page.getByText('No alarm is shelved').waitFor()

  // Filter, sort and group.
  await tab(page, 0)
  await page.getByTestId('alarm-more').click()
  await page.getByTestId('filter-low').click()
  await row(page, SPEED).waitFor({ state: 'detached' })
  await visible(page, 2)
  await page.getByTestId('filter-low').click()
  await page.getByTestId('alarm-search').locator('input').fill('conveyor')
  await row(page, own('a1')).waitFor({ state: 'detached' })
  await visible(page, 1)
  await page.getByTestId('alarm-search').locator('input').fill('')
  await page.getByTestId('alarm-group').click()
  await page.getByTestId('alarm-list').getByText('Cell 1', { exact: true }).waitFor()

  // All that happened is in the journal, with who and why.
  await tab(page, 2)
  const steps = (type: string): Locator => page.locator(`[data-testid=history-row][data-type=${type}]`)
  await steps('alarm_removed_from_service').getByText('Sensor is broken').waitFor()
  await page.getByTestId('history-search').locator('input').fill('shift ends')
  await steps('alarm_removed_from_service').waitFor({ state: 'detached' })
  await steps('alarm_shelved').getByText('Speed is above 100 rpm.').waitFor()
  expect(await page.getByTestId('history-row').count()).toBe(1)
  await page.evaluate(() => Object.assign(window, { showSaveFilePicker: undefined }))
  await page.getByTestId('export').click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-start').click()])
  const saved = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\n')
  // The head of the table, and the one step that was searched for.
  expect(saved).toHaveLength(2)
  expect(saved[0]).not.toContain('shift ends')
  expect(saved[1]).toContain('Until the shift ends')
})

test('a restart of the panel and the loss of the link acknowledge nothing and lose nothing', async () => {
  const dir = tempDir()
  const cell = await Cell.start(dir)
  await cell.raise('a1', 'high')
  await cell.raise('a2', 'low')
  await cell.speed(120)
  const lost = [/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_SOCKET|WebSocket|Failed to (load|fetch)/]
  const page = await alarmsPage(cell, { expected: lost })
  await visible(page, 3)
  await acknowledge(page, own('a1'))
  await row(page, own('a2')).getByTestId('choose').click()

  // Without a link nothing can be done, and the page says why.
  await cell.panel.close()
  await page.getByTestId('alarm-obstacle').getByText('no link').waitFor()
  expect(await page.getByTestId('acknowledge-chosen').isDisabled()).toBe(true)
  expect(await row(page, own('a2')).getByTestId('row-acknowledge').isDisabled()).toBe(true)
  expect(await page.getByTestId('banner-acknowledge').isDisabled()).toBe(true)
  expect(await page.getByTestId('banner-acknowledge').getAttribute('title')).toContain('no link')
  expect(await page.getByTestId('silence').isDisabled()).toBe(true)

  const again = await Cell.start(dir)
  const after = await alarmsPage(again)
  await visible(after, 2)
  await state(after, own('a1'), 'acknowledged')
  await state(after, own('a2'), 'unacknowledged')
  await state(after, SPEED, 'unacknowledged')
  expect(await after.title()).toMatch(/^\(2\) /)

  // In the past they are shown as they were, and left alone.
  await after.getByTestId('replay').click()
  await after.getByTestId('live-alarms').getByText('2 unacknowledged').waitFor()
  await after.getByTestId('alarm-obstacle').getByText('This is the past').waitFor()
  expect(await after.getByTestId('acknowledge-visible').isDisabled()).toBe(true)
})

test('the statistics are reckoned from the journal', async () => {
  const HOUR = 3_600_000
  const clock = new FakeClock(Date.now() - 26 * HOUR)
  const hub = new Hub({ clock, epoch: 'past' })
  const entries: Entry[] = []
  const say = (type: string, id: string, after: number): void => {
    clock.pass(after)
    const payload = { alarm: own(id), source: 'event', priority: 'low', message: `Trouble ${id}` }
    const body = { machine_name: 'press', type, payload }
    entries.push(hub.append('panel', body, JSON.stringify(body)))
  }
  say('alarm_raised', 'stale', 0)
  clock.pass(25 * HOUR)
  for (let i = 0; i < 12; i += 1) {
    say('alarm_raised', 'chatter', 4_000)
    say('alarm_cleared', 'chatter', 1_000)
  }
  const dir = tempDir()
  mkdirSync(join(dir, 'data'))
  const store = sqliteStore(join(dir, 'data'))
  await store.open('past')
  await store.append(batch(entries))
  await store.close()

  const page = await alarmsPage(await Cell.start(dir))
  await tab(page, 3)
  const fact = (name: string): Locator => page.getByTestId('figures').getByTestId(name)
  expect(await fact('figure-count').textContent()).toBe('12')
  expect(await fact('figure-latest').textContent()).toBe('0')
  expect(await page.locator(`[data-testid=tally][data-alarm="${own('chatter')}"]`).count()).toBe(2)
  expect(await page.locator(`[data-testid=stale-alarm][data-alarm="${own('stale')}"]`).count()).toBe(1)
  expect(await page.getByTestId('figures').getByText('2 new alarms').count()).toBe(1)
})

test('every size and theme: axe finds nothing, and nothing runs over the edge', async () => {
  const cell = await Cell.start()
  const priorities = ['critical', 'high', 'medium', 'low'] as const
  for (let i = 0; i < 14; i += 1) await cell.raise(`a${i}`, priorities[i % 4])
  await cell.speed(120)
  const shelving = await alarmsPage(cell)
  await row(shelving, SPEED).getByTestId('choose').click()
  await shelving.getByTestId('shelve-chosen').click()
  await shelving.getByTestId('alarm-reason').fill('Belt is being exchanged, which takes until the end of the shift')
  await shelving.getByTestId('alarm-form-go').click()
  await row(shelving, SPEED).waitFor({ state: 'detached' })
  for (const [index, [size, viewport]] of Object.entries(SIZES).entries()) {
    for (const theme of THEMES) {
      const language = theme === 'dark' ? 'de' : 'en'
      const page = await alarmsPage(cell, { viewport, stored: { theme, language } })
      await page.getByTestId('flood').waitFor()
      await page.getByTestId('alarm-more').click()
      await row(page, own('a0')).getByTestId('choose').click()
      await noOverflow(page)
      await row(page, own('a0')).click({ position: { x: 150, y: 12 } })
      await page.getByTestId('alarm-detail').waitFor()
      await noOverflow(page)
      expect(await axe(page), `${size} ${theme}`).toEqual([])
      await screenshot(page, `alarms-${size}-${theme}`)
      // The other tabs in one theme, and axe in one of them for each size.
      for (const other of theme === 'grey' ? [1, 2, 3] : []) {
        await tab(page, other)
        await page
          .locator('[data-testid=aside-row], [data-testid=history-row], [data-testid=figures]')
          .first()
          .waitFor()
        await noOverflow(page)
        expect(other === 1 + index ? await axe(page) : [], `${size} ${other}`).toEqual([])
        await screenshot(page, `alarms-${other}-${size}`)
      }
      await page.context().close()
    }
  }
})
