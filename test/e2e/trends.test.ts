import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { said, trendStore } from '../support/trend-stage.ts'
import { waitFor } from '../support/wait-for.ts'
import { axe, live, screenshot, SIZES, THEMES, useBrowser } from './support.ts'

/* Trends in the panel, over values that were recorded before and values that come in. */

const open = useBrowser()

const MINUTE = 60_000
const SPEED = { machine: 'cell_1', device: 'motor_01', tag: 'speed' }
const HEAT = { machine: 'cell_1', device: 'oven', tag: 'temperature' }
const TAGS = '#/trends?tag=cell_1/motor_01/speed&tag=cell_1/oven/temperature'

/** Two values for ten minutes, one a second; for one minute the oven says that it has none. */
async function recorded(args: readonly string[] = [], dir = tempDir()): Promise<TestPanel> {
  const store = trendStore(join(dir, 'data'))
  await store.open()
  const start = Date.now() - 10 * MINUTE
  const at = (i: number): number => start + i * 1_000
  const speeds = Array.from({ length: 590 }, (_, i) => ({
    time: at(i),
    value: i === 300 ? 240 : 100 + (i % 20),
    quality: 'good' as const,
  }))
  const heats = Array.from({ length: 590 }, (_, i) => {
    const isGone = i >= 400 && i < 460
    return {
      time: at(i),
      value: isGone ? null : 20 + i / 100,
      quality: i > 500 ? ('uncertain' as const) : ('good' as const),
    }
  }).filter(({ value }, i) => value !== null || i === 400)
  await store.append({
    texts: [...said(speeds, 1, SPEED), ...said(heats, 1_000, HEAT)],
    position: { epoch: 'before', offset: 2_000, time: at(590) },
  })
  await store.close()
  return startPanel(['--stale-after', '100000', ...args], { dir })
}

async function say(panel: TestPanel, speed: number): Promise<void> {
  await unixSender(panel.socket).send(
    datagram('cell_1', 'device_update', { device_id: 'motor_01', new_state: { speed } }),
  )
}

const value = (page: Page, tag: string) =>
  page.locator(`[data-testid=trend-row][data-tag="${tag}"] [data-testid=trend-value] strong`)
const SPEED_TAG = 'cell_1/motor_01/speed'
const HEAT_TAG = 'cell_1/oven/temperature'

async function shows(page: Page, tag: string, text: string): Promise<void> {
  await waitFor(async () => (await value(page, tag).textContent())?.startsWith(text), { what: `${tag} reads ${text}` })
}

/** The shown time, as the chart says. */
async function shownTime(page: Page): Promise<{ from: number; to: number }> {
  const chart = page.getByTestId('trend-chart')
  return { from: Number(await chart.getAttribute('data-from')), to: Number(await chart.getAttribute('data-to')) }
}

/** Moves the mouse to that part of the drawing area. */
async function pointAt(page: Page, part: number): Promise<{ x: number; y: number }> {
  const box = await page.locator('.u-over').boundingBox()
  if (!box) throw new Error('no chart')
  const place = { x: box.x + box.width * part, y: box.y + box.height / 2 }
  await page.mouse.move(place.x, place.y)
  return place
}

/** Dark or light enough to be a line: how many points of the canvas differ from its most frequent colour. */
const inked = (page: Page) =>
  page.locator('[data-testid=trend-chart] canvas').evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
    let count = 0
    for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 200) count += 1
    return count
  })

test('two values are drawn, live ones arrive, and the picture is moved and zoomed', async () => {
  const panel = await recorded()
  await say(panel, 111)
  const page = await open(`${panel.url}#/trends`)
  await live(page)
  for (const name of ['motor_01 · speed', 'oven · temperature']) {
    await page
      .getByTestId('trend-picker')
      .getByRole('combobox')
      .fill(name.split(' ')[2] ?? '')
    await page.getByRole('option', { name }).click()
  }
  await waitFor(async () => (await page.getByTestId('trend-row').count()) === 2, { what: 'two rows' })
  await shows(page, SPEED_TAG, '111')
  await waitFor(async () => (await inked(page)) > 2_000, { what: 'lines' })
  await say(panel, 222)
  await shows(page, SPEED_TAG, '222')

  await page.getByTestId('trend-span').getByText('1 h').click()
  await waitFor(async () => {
    const { from, to } = await shownTime(page)
    return Math.round((to - from) / MINUTE) === 60
  })
  // The spike of one second is seen from afar too.
  await waitFor(async () => (await page.getByTestId('trend-max').first().textContent()) === '240', {
    what: 'the spike',
  })

  const before = await shownTime(page)
  const from = await pointAt(page, 0.3)
  await page.mouse.down()
  await page.mouse.move(from.x + 200, from.y, { steps: 5 })
  await page.mouse.up()
  await waitFor(async () => (await shownTime(page)).to < before.to - MINUTE, { what: 'an earlier time' })
  await page.getByTestId('trend-follow').getByText('Back to live').waitFor()
  const paused = await shownTime(page)
  await say(panel, 33)
  await pointAt(page, 0.5)
  await page.mouse.wheel(0, -400)
  await waitFor(
    async () => {
      const { from: start, to } = await shownTime(page)
      return to - start < (paused.to - paused.from) * 0.8
    },
    { what: 'less time' },
  )

  await page.getByTestId('trend-chart').focus()
  await page.keyboard.press('End')
  await page.getByTestId('trend-follow').getByText('Pause').waitFor()
  await page.keyboard.press('Escape')
  await page.mouse.move(5, 5)
  await shows(page, SPEED_TAG, '33')
  await page.keyboard.press('ArrowLeft')
  await page.getByTestId('trend-cursor').getByText('At ').waitFor()
  await page.getByTestId('nav-devices').click()
  await page.getByTestId('trend-link').first().click()
  await shows(page, SPEED_TAG, '33')
  expect(new URL(page.url()).hash).toContain('motor_01')
})

test('a gap reads as no value, doubt as doubt, and an earlier time lies over the shown one', async () => {
  const panel = await recorded()
  const page = await open(`${panel.url}${TAGS}&span=600`)
  await live(page)
  await shows(page, HEAT_TAG, '25')
  // The oven had nothing to say at about 430 s of 600.
  await pointAt(page, 430 / 600)
  await waitFor(async () => (await value(page, HEAT_TAG).textContent()) === '–', { what: 'a gap' })
  await pointAt(page, 550 / 600)
  await page.getByTestId('trend-row').getByText('uncertain').waitFor()

  const alone = await inked(page)
  await page.getByTestId('trend-options').click()
  await page.getByTestId('trend-compare').locator('button').nth(1).click()
  await page.getByTestId('trend-earlier').first().waitFor()
  await page.goto(`${panel.url}${TAGS}&span=120&compare=300`)
  await waitFor(async () => /^\d/.test((await page.getByTestId('trend-earlier').first().textContent()) ?? ''), {
    what: 'an earlier value',
  })
  expect(await inked(page)).toBeGreaterThan(0)
  expect(alone).toBeGreaterThan(2_000)
})

test('alarms and events of the machine are marks, which lead to their time', async () => {
  const panel = await recorded()
  const sender = unixSender(panel.socket)
  await sender.send(datagram('cell_1', 'state_change', { from_state: 'idle', to_state: 'busy' }))
  await sender.send(datagram('cell_1', 'error_occurred', { error_message: 'Jammed' }))
  const page = await open(`${panel.url}${TAGS}`)
  await live(page)
  await page.getByTestId('trend-mark').getByText('idle → busy').waitFor()
  await page.locator('[data-testid=trend-mark][data-kind=alarm]').first().waitFor()
  await page.getByTestId('trend-mark').getByText('idle → busy').click()
  await page.getByTestId('trend-cursor').getByText('At ').waitFor()
  expect(await page.getByTestId('trend-mark').count()).toBeGreaterThanOrEqual(3)
})

test('a view is saved and found again, and what is shown becomes a picture and a table', async () => {
  const panel = await recorded()
  const page = await open(`${panel.url}${TAGS}&span=600`)
  await live(page)
  await page.evaluate(() => Object.assign(window, { showSaveFilePicker: undefined }))
  await shows(page, HEAT_TAG, '25')
  await page.getByTestId('trend-views').click()
  await page.getByTestId('trend-view-name').fill('Shift')
  await page.getByTestId('trend-view-save').click()
  await page.getByTestId('trend-view').getByText('Shift').waitFor()
  await page.keyboard.press('Escape')

  const [png] = await Promise.all([page.waitForEvent('download'), page.getByTestId('trend-png').click()])
  expect(png.suggestedFilename()).toMatch(/\.png$/)
  expect(
    readFileSync(await png.path())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
  const [csv] = await Promise.all([page.waitForEvent('download'), page.getByTestId('trend-csv').click()])
  expect(csv.suggestedFilename()).toMatch(/^andon-trends-[\w-]+\.csv$/)
  const lines = readFileSync(await csv.path(), 'utf8')
    .trimEnd()
    .split('\r\n')
  expect(lines[0]).toBe('time,machine,device,tag,value,quality')
  expect(lines.length).toBeGreaterThan(1_000)

  await page.getByRole('button', { name: /^Remove motor_01/ }).click()
  await waitFor(async () => (await page.getByTestId('trend-row').count()) === 1)
  await page.reload()
  await live(page)
  await page.getByTestId('trend-views').click()
  await page.getByTestId('trend-view').click()
  await waitFor(async () => (await page.getByTestId('trend-row').count()) === 2, { what: 'the saved view' })
  await waitFor(async () => {
    const { from, to } = await shownTime(page)
    return to - from === 600_000
  })
})

test('what happened while the link was lost is there as soon as it is back', async () => {
  const panel = await recorded()
  await say(panel, 50)
  const page = await open(panel.url)
  // The link alone is cut: the panel goes on.
  let isCut = false
  let cut: (() => Promise<void>) | undefined
  await page.routeWebSocket('**/ws', async (socket) => {
    if (isCut) {
      await socket.close({ code: 1012 })
      return
    }
    socket.connectToServer()
    cut = () => socket.close({ code: 1012 })
  })
  await page.goto(`${panel.url}${TAGS}`)
  await page.reload()
  await live(page)
  await shows(page, SPEED_TAG, '50')
  isCut = true
  await cut?.()
  await waitFor(async () => (await page.getByTestId('app').getAttribute('data-link')) !== 'live', {
    what: 'a lost link',
  })
  await say(panel, 250)
  await say(panel, 77)
  await waitFor(() => panel.health().offset >= 3)
  isCut = false
  await live(page)
  await shows(page, SPEED_TAG, '77')
  await waitFor(async () => (await page.getByTestId('trend-max').first().textContent()) === '250', {
    what: 'what was missed',
  })
  expect(await page.getByTestId('trend-fault').count()).toBe(0)
})

test('it can be used on every screen and in both themes', async () => {
  const panel = await recorded()
  await unixSender(panel.socket).send(datagram('cell_1', 'error_occurred', { error_message: 'Jammed' }))
  for (const theme of THEMES) {
    const page = await open(`${panel.url}${TAGS}&span=600`, { stored: { theme }, expected: [/willReadFrequently/] })
    await live(page)
    await shows(page, HEAT_TAG, '25')
    for (const [name, size] of Object.entries(SIZES)) {
      await page.setViewportSize(size)
      await waitFor(async () => (await inked(page)) > 1_000, { what: 'lines' })
      const { wide, room } = await page.evaluate(() => ({
        wide: Math.max(document.documentElement.scrollWidth, document.querySelector('main')?.scrollWidth ?? 0),
        room: innerWidth,
      }))
      expect([theme, name, wide]).toEqual([theme, name, room])
      expect([theme, name, await axe(page)]).toEqual([theme, name, []])
      await screenshot(page, `trends-${name}-${theme}`)
    }
  }
})
